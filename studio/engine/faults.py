"""Errors as values: one sentence, a remedy, and details to copy."""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass

from models.errors import TriptychError

_REPORT = "Copy the details and report them; nothing that was open is lost."


@dataclass(frozen=True)
class Fault:
    """What went wrong.

    Attributes:
        sentence: one sentence for the person; it may name the remedy itself.
        remedy: what to do, one sentence; empty when ``sentence`` says it.
        details: for copying: the traceback, or empty.
    """

    sentence: str
    remedy: str = ""
    details: str = ""

    @classmethod
    def of(cls, error: BaseException, doing: str) -> Fault:
        """Describe ``error``, which happened while ``doing`` (``building the avatar``)."""
        details = "".join(traceback.format_exception(error))
        if isinstance(error, TriptychError):
            return cls(_sentence(str(error)), "", details)
        if out_of_memory(error):
            return cls(
                f"There is not enough memory for {doing}.",
                "Close other programs, or choose a smaller resolution.",
                details,
            )
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            remedy = "Free some space or choose a folder on another disk, then try again."
            return cls(f"The disk is full, which stopped {doing}.", remedy, details)
        if isinstance(error, OSError):
            named = f"{error.filename}: " if error.filename else ""
            reason = error.strerror or str(error)
            return cls(
                _sentence(f"{named}{reason}, which stopped {doing}"),
                "Check the path and whether it may be used.",
                details,
            )
        summary = f"{type(error).__name__}: {error}"[:200].rstrip(". ")
        return cls(_sentence(f"Something unexpected stopped {doing} ({summary})"), _REPORT, details)


def out_of_memory(error: BaseException) -> bool:
    """Tell whether memory, the processor's or a GPU's, ran out. Does not import torch."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and "out of memory" in str(error).lower()


def _sentence(text: str) -> str:
    line = " ".join(text.split())
    return line if line.endswith((".", "!", "?")) else f"{line}."
