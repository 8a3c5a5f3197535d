"""Which parametric head an avatar is built on: the one that ships, or a user's FLAME file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from models.errors import BadInput
from models.head.open_head import OpenHeadData, load_open_head

OPEN = "open"
_FLAME_LICENCE = (
    "head shape and motion: the FLAME file {name}, brought by the user, under the licence it came "
    "with (Max Planck Institute for Intelligent Systems; the Open file: CC-BY-4.0)"
)


@dataclass(frozen=True, eq=False)
class HeadChoice:
    """A head and where it comes from.

    Attributes:
        data: the head.
        kind: ``open`` or ``flame``.
        file: name of the FLAME file.
    """

    data: OpenHeadData
    kind: Literal["open", "flame"] = "open"
    file: str | None = None

    @property
    def licences(self) -> tuple[str, ...]:
        """What is to be said about a head that Triptych does not ship."""
        return () if self.file is None else (_FLAME_LICENCE.format(name=self.file),)


def choose_head(head: str | Path) -> HeadChoice:
    """The head for ``open`` or the path of a FLAME file.

    Raises:
        BadInput: for a file that cannot be used; MissingAsset: without the open head, which
            FLAME heads need too.
    """
    if str(head) == OPEN:
        return HeadChoice(load_open_head())
    path = Path(head)
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return HeadChoice(_flame_head(path, stamp), "flame", path.name)


@lru_cache(maxsize=1)
def _flame_head(path: Path, stamp: int) -> OpenHeadData:
    """The head of a FLAME file, kept since matching takes seconds; ``stamp`` is its age."""
    # Without a FLAME file nothing of it, torch included, needs to be loaded.
    from models.head.flame_adapter import flame_head_data
    from models.head.flame_file import load_flame

    flame = load_flame(path)
    try:
        return flame_head_data(flame, load_open_head())
    except BadInput as error:
        raise BadInput(f"{path} cannot be used: {error}") from error
