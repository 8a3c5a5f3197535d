"""What the command line reports when it is used wrongly, and checks that several commands share."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from models.errors import BadInput, TriptychError

_BARE_OPTION = re.compile(r"--[a-z][a-z-]*")
_NEGATIVE_LIST = re.compile(r"-\.?\d[^=]*,")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


class UsageError(TriptychError):
    """An option is missing, unknown, out of range or does not fit another."""

    exit_code = 2


class Parser(argparse.ArgumentParser):
    """A parser that raises ``UsageError`` with one sentence instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        """Raise ``UsageError`` that names the command and where its options are explained."""
        raise UsageError(f"{message.rstrip('.')}; see `{self.prog} --help`.")


def join_negative(arguments: Sequence[str]) -> list[str]:
    """Write ``--gaze -20,5`` as ``--gaze=-20,5``, as argparse takes ``-20,5`` for an option."""
    joined: list[str] = []
    for text in arguments:
        if joined and _NEGATIVE_LIST.match(text) and _BARE_OPTION.fullmatch(joined[-1]):
            joined[-1] += f"={text}"
        else:
            joined.append(text)
    return joined


def number(low: float, high: float) -> Callable[[str], float]:
    """An argument type: a finite number from ``low`` to ``high``."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    return read


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """An argument type: a whole number from ``low`` to ``high``."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,9}", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return read


def numbers(names: str, low: float, high: float) -> Callable[[str], tuple[float, ...]]:
    """An argument type: as many numbers as ``names`` has commas plus one, each in the range."""
    count = names.count(",") + 1
    read_one = number(low, high)

    def read(text: str) -> tuple[float, ...]:
        parts = text.split(",")
        if len(parts) != count:
            raise argparse.ArgumentTypeError(f"{text!r} is not {names}")
        return tuple(read_one(part) for part in parts)

    return read


def device(text: str) -> str:
    """An argument type: the name of a device."""
    if not _DEVICE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of auto, cpu, cuda, cuda:N, mps")
    return text


def add_device(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` the option ``--device``."""
    parser.add_argument(
        "--device",
        type=device,
        default="auto",
        metavar="NAME",
        help="auto, cpu, cuda, cuda:N or mps (default: auto)",
    )


def add_build_options(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` the options of building: ``--head`` and ``--resolution``."""
    parser.add_argument(
        "--head",
        default="open",
        metavar="open|FLAME_FILE",
        help="the open head, or a FLAME file (.pkl or .npz) of yours (default: open)",
    )
    parser.add_argument(
        "--resolution",
        type=whole_number(64, 512),
        default=256,
        metavar="N",
        help="texels along a side of the tri-planes, 64 to 512 (default: 256)",
    )


def check_input(path: Path) -> None:
    """Raise ``BadInput`` when ``path`` is not a file that can be read."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name a file.")
    if not path.is_file():
        raise BadInput(f"{path} does not exist; check the name.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from error


def check_output(path: Path, suffixes: tuple[str, ...]) -> None:
    """Raise when nothing can be written at ``path``, before any work is done.

    ``UsageError`` for a suffix that is none of ``suffixes``, ``BadInput`` for a bad folder.
    """
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{path} must end in {' or '.join(suffixes)}.")
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise BadInput(f"The folder {path.parent} does not exist; create it first.")
