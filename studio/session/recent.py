"""The library: avatars and projects that were open lately, with thumbnails."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.files import atomic_write, not_written
from studio.session.event import Event
from studio.session.folders import state_folder
from studio.session.stored import read_json, write_json

Kind = Literal["avatar", "project"]
_SIZE_LIMIT = 4_000_000


@dataclass(frozen=True)
class RecentFile:
    """A file that was open.

    Attributes:
        path: absolute; kind: what it is; opened: seconds since the epoch.
        thumbnail: a PNG file, None without one.
    """

    path: Path
    kind: Kind
    opened: float
    thumbnail: Path | None

    @property
    def exists(self) -> bool:
        """Whether it is still there. Asks the file system, which may take a while on a network."""
        return self.path.is_file()


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    path: str = Field(min_length=1, max_length=4000)
    kind: Kind
    opened: float = Field(0.0, ge=0, allow_inf_nan=False)


class _List(BaseModel):
    files: list[_Entry] = Field(default_factory=list, max_length=1000)


class RecentFiles:
    """Most recent first; kept in a JSON file that is shared by all windows.

    A damaged list is begun anew: it holds nothing that cannot be had again. ``changed`` says that
    this window added or removed something.
    """

    def __init__(self, folder: Path | None = None, limit: int = 24) -> None:
        self._folder = state_folder() if folder is None else folder
        self._path = self._folder / "recent.json"
        self.limit = limit
        self.changed: Event[None] = Event()

    @property
    def files(self) -> list[RecentFile]:
        """As on the disk now, most recent first."""
        return [self._file(entry) for entry in self._read()]

    def add(self, path: Path, kind: Kind, thumbnail: bytes | None = None) -> None:
        """Put a file to the front; ``thumbnail`` is a PNG, None keeps the one it had.

        Raises ``BadInput`` when the list cannot be written.
        """
        path = path.absolute()
        if thumbnail is not None:
            self._write_thumbnail(path, thumbnail)
        entry = _Entry(path=str(path), kind=kind, opened=time.time())
        self._write([entry, *(e for e in self._read() if e.path != entry.path)])

    def remove(self, path: Path) -> None:
        """Forget a file; the file itself stays."""
        self._write([entry for entry in self._read() if entry.path != str(path.absolute())])

    def clear(self) -> None:
        """Forget all of them."""
        self._write([])

    def _read(self) -> list[_Entry]:
        try:
            return _List.model_validate(read_json(self._path, _SIZE_LIMIT)).files
        except (OSError, ValueError, ValidationError):
            return []

    def _write(self, entries: list[_Entry]) -> None:
        kept = entries[: self.limit]
        write_json(self._path, {"files": [entry.model_dump() for entry in kept]})
        used = {self._thumbnail(Path(entry.path)).name for entry in kept}
        for file in (self._folder / "thumbnails").glob("*.png"):
            if file.name not in used:
                file.unlink(missing_ok=True)
        self.changed.emit(None)

    def _file(self, entry: _Entry) -> RecentFile:
        path = Path(entry.path)
        thumbnail = self._thumbnail(path)
        return RecentFile(path, entry.kind, entry.opened, thumbnail if thumbnail.exists() else None)

    def _thumbnail(self, path: Path) -> Path:
        name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:24]
        return self._folder / "thumbnails" / f"{name}.png"

    def _write_thumbnail(self, path: Path, content: bytes) -> None:
        file = self._thumbnail(path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(file) as temporary:
                temporary.write_bytes(content)
        except OSError as error:
            raise not_written(file, error) from error
