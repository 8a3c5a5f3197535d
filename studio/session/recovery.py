"""Autosave while the session is open, and what a crash left behind.

Each process keeps a folder of its own with a lock that the system releases when the process ends,
however it ends: neither a killed process nor a reused process number can fool it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from models.errors import BadInput
from studio.session.folders import state_folder
from studio.session.project import SUFFIX, OpenedProject, project_document, read_project
from studio.session.state import OpenAvatar, State
from studio.session.stored import read_json, write_json

_SESSION = f"session{SUFFIX}"
_ABOUT, _LOCK = "about.json", "lock"
_COPIES_KEPT = 4
_ABANDONED_SECONDS = 60.0
"""An unlocked folder without a session may be one that is just being made."""


class Autosave:
    """This process's recovery folder. ``save`` may run in any thread, one call at a time."""

    def __init__(self, root: Path | None = None) -> None:
        """Make and lock the folder. Raises ``BadInput`` when that fails."""
        base = recovery_root() if root is None else root
        self.folder = base / f"{os.getpid()}-{time.time_ns()}"
        try:
            self.folder.mkdir(parents=True)
            self._lock = _Lock(self.folder / _LOCK)
        except OSError as error:
            raise BadInput(
                f"{self.folder} cannot be made ({error.strerror or error}): "
                "nothing can be recovered after a crash."
            ) from error

    def save(self, state: State, project: Path | None, title: str) -> None:
        """Keep the state for recovery. Raises ``BadInput`` when it cannot be written.

        An avatar that its user never saved is written too, once.
        """
        avatar = None if state.avatar is None else self._kept(state.avatar)
        about = {"title": title, "project": None if project is None else str(project)}
        write_json(self.folder / _ABOUT, about)
        write_json(self.folder / _SESSION, project_document(replace(state, avatar=avatar), None))
        self._tidy(avatar)

    def adopted(self, opened: OpenedProject) -> OpenedProject:
        """What was recovered, with the unsaved avatar's copy in this folder. Raises ``OSError``."""
        avatar = opened.state.avatar
        if avatar is None or avatar.copy is None:
            return opened
        copy = self.folder / avatar.copy.name
        shutil.copyfile(avatar.copy, copy)
        return replace(opened, state=replace(opened.state, avatar=replace(avatar, copy=copy)))

    def clear(self) -> None:
        """Nothing is unsaved: forget what was kept, but not what is open (copies of avatars)."""
        for name in (_SESSION, _ABOUT):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """The session ends in peace: remove the folder."""
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kept(self, avatar: OpenAvatar) -> OpenAvatar:
        """The avatar with a file that recovery can open."""
        if avatar.path is not None and avatar.path.exists():
            return avatar
        if avatar.copy is not None and avatar.copy.exists():
            return replace(avatar, path=None)
        copy = self.folder / f"{id(avatar.handle):x}.avatar"
        if not copy.exists():
            avatar.handle.save(copy)
        return replace(avatar, path=None, copy=copy)

    def _tidy(self, avatar: OpenAvatar | None) -> None:
        """Remove older avatars that neither recovery nor (a while ago) undo refers to."""
        used = None if avatar is None else avatar.copy
        copies = sorted(self.folder.glob("*.avatar"), key=_age, reverse=True)
        for copy in copies[_COPIES_KEPT:]:
            if copy != used:
                copy.unlink(missing_ok=True)


@dataclass(frozen=True)
class Recoverable:
    """What a process that did not end in peace left behind.

    Attributes:
        folder: where it lies; title: of the session; project: its file, None if it had none.
        when: seconds since the epoch of the last autosave.
    """

    folder: Path
    title: str
    project: Path | None
    when: float

    def read(self, avatar: Path | None = None) -> OpenedProject:
        """The session, without its avatar loaded; as ``read_project``, whose errors it raises."""
        return replace(read_project(self.folder / _SESSION, avatar), path=self.project)

    def discard(self) -> None:
        """Remove it for good."""
        shutil.rmtree(self.folder, ignore_errors=True)


def recovery_root() -> Path:
    """The folder of all processes' recovery folders."""
    return state_folder() / "recovery"


def find_recoverable(root: Path | None = None) -> list[Recoverable]:
    """What crashed processes left, newest first; folders without anything are removed."""
    base = recovery_root() if root is None else root
    found = []
    for folder in sorted(base.iterdir()) if base.is_dir() else []:
        with contextlib.suppress(OSError):
            if folder.is_dir() and not _Lock.is_held(folder / _LOCK):
                session = folder / _SESSION
                if session.is_file():
                    found.append(_described(folder, session.stat().st_mtime))
                elif time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
    return sorted(found, key=lambda item: item.when, reverse=True)


def _described(folder: Path, when: float) -> Recoverable:
    try:
        about = read_json(folder / _ABOUT, 100_000)
        title, project = str(about["title"])[:200], about["project"]
        path = Path(project) if isinstance(project, str) else None
    except (OSError, ValueError, KeyError, TypeError):
        title, path = "Untitled", None
    return Recoverable(folder, title, path, when)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


class _Lock:
    """A lock on a file that the system keeps for as long as this process lives."""

    def __init__(self, path: Path) -> None:
        """Take it. Raises ``OSError`` when another process has it."""
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._handle)
        except OSError:
            os.close(self._handle)
            raise

    def release(self) -> None:
        """Give it back; harmless twice."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    @staticmethod
    def is_held(path: Path) -> bool:
        """Whether a living process has it."""
        if not path.exists():
            return False
        try:
            _Lock(path).release()
        except OSError:
            return True
        return False


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
