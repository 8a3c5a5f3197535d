"""Projects: the session's state as a `.triptych` file, JSON with a version."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from models.errors import BadInput
from models.pose import Pose
from studio import __version__
from studio.session.look import Look
from studio.session.presets import read_presets
from studio.session.project_schema import (
    PROJECT_VERSION,
    AvatarReference,
    ProjectDocument,
)
from studio.session.state import Behaviour, OpenAvatar, State
from studio.session.stored import read_json, write_json
from studio.session.view import View

SUFFIX = ".triptych"
_SIZE_LIMIT = 256_000_000
"""Bytes; takes of a long session are large."""
_REMEDY = "use another copy"


class MissingAvatar(BadInput):
    """The project is fine, its avatar is not where it was; ask where it is now.

    Attributes:
        wanted: the path that was looked for.
    """

    def __init__(self, project: Path, wanted: Path) -> None:
        super().__init__(
            f"{wanted}, the avatar of {project.name}, is missing; put it there or choose another."
        )
        self.wanted = wanted


@dataclass(frozen=True)
class OpenedProject:
    """A project that was read.

    Attributes:
        state: without an avatar until ``with_avatar``.
        path: the file that saving goes to, None for one that must be asked for.
        avatar_path: the avatar to load, None without one.
        reference: what the project says about it.
        warnings: sentences to show.
    """

    state: State
    path: Path | None
    avatar_path: Path | None = None
    reference: AvatarReference | None = None
    warnings: tuple[str, ...] = ()

    def with_avatar(self, avatar: OpenAvatar) -> OpenedProject:
        """The same with the avatar that was loaded from ``avatar_path``."""
        reference, warnings = self.reference, self.warnings
        if reference is not None and reference.unsaved:
            avatar = replace(avatar, name=reference.name, path=None, copy=avatar.path)
        elif reference is not None and reference.sha256 not in ("", avatar.sha256):
            warnings = (*warnings, f"{avatar.path} has changed since the project was saved.")
        state = replace(self.state, avatar=avatar)
        return replace(self, state=state, warnings=warnings)


@dataclass(frozen=True)
class SavedProject:
    """A project that was written: give it to ``Session.project_saved``.

    Attributes:
        path: of the project; state: what was written.
        avatar_path, sha256: of the avatar when it got its first file, beside the project.
    """

    path: Path
    state: State
    avatar_path: Path | None = None
    sha256: str = ""


def write_project(path: Path, state: State) -> SavedProject:
    """Write a project, whole or not at all.

    An avatar that has no file (any more) is written beside it first, as NAME.avatar.

    Raises ``BadInput`` when something cannot be written.
    """
    avatar, new = state.avatar, None
    sha256 = ""
    if avatar is not None and (avatar.path is None or not avatar.path.exists()):
        new = _unused(path.with_suffix(".avatar"))
        avatar.handle.save(new)
        sha256 = file_sha256(new)
        avatar = replace(avatar, path=new, copy=None, sha256=sha256, name=new.stem)
    try:
        write_json(path, project_document(replace(state, avatar=avatar), path.parent))
    except BadInput:
        if new is not None:
            new.unlink(missing_ok=True)
        raise
    return SavedProject(path, state, new, sha256)


def read_project(path: Path, avatar: Path | None = None) -> OpenedProject:
    """Read a project, trusting nothing in it; its avatar is not loaded yet.

    Args:
        path: the file; avatar: a file to use in place of the one that the project names.

    Raises:
        MissingAvatar: when the avatar is not there; BadInput: for anything else, in one sentence.
    """
    document = _document(path)
    state = _state(document, path)
    reference = document.avatar
    if reference is None:
        return OpenedProject(state, path)
    place = _resolved(reference.path, path) if avatar is None else avatar
    if not place.is_file():
        raise MissingAvatar(path, place)
    return OpenedProject(state, path, place, reference)


def project_document(state: State, folder: Path | None) -> dict[str, Any]:
    """The state as JSON; its avatar needs a path or a copy.

    Files below ``folder``, where the project will lie, are named relative to it.
    """
    look = asdict(state.look)
    look["branches"] = sorted(state.look.branches)
    if state.look.image is not None:
        look["image"] = _named(Path(state.look.image), folder)
    # Where it says nothing new, older versions can read it.
    new: dict[str, Any] = {} if not state.shape else {"shape": list(state.shape)}
    if state.driving is not None:
        new["driving"] = dict(state.driving)
    return {
        "format": "triptych project",
        "version": PROJECT_VERSION if new else 1,
        "made_with": f"Triptych {__version__}",
        "avatar": _reference(state.avatar, folder),
        "pose": state.pose.to_json(),
        "view": asdict(state.view),
        "look": look,
        "behaviour": asdict(state.behaviour),
        "presets": {name: pose.to_json() for name, pose in state.presets.items()},
        "timeline": None if state.timeline is None else dict(state.timeline),
        **new,
    }


def file_sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _reference(avatar: OpenAvatar | None, folder: Path | None) -> dict[str, Any] | None:
    if avatar is None:
        return None
    place = avatar.path or avatar.copy
    if place is None:
        raise ValueError("the avatar has no file")
    return {
        "path": _named(place, folder),
        "name": avatar.name[:200],
        "sha256": avatar.sha256,
        "unsaved": avatar.path is None,
    }


def _named(file: Path, folder: Path | None) -> str:
    """A path for the document: relative with forward slashes below ``folder``, else absolute."""
    whole = file.absolute()
    if folder is not None and whole.is_relative_to(folder.absolute()):
        return whole.relative_to(folder.absolute()).as_posix()
    return str(whole)


def _resolved(text: str, project: Path) -> Path:
    """The file that a document names. Raises ``BadInput`` for what no project would write."""
    named = Path(text)
    if named.suffix.lower() != ".avatar" or any(ord(letter) < 32 for letter in text):
        raise BadInput(f"{project} is damaged (its avatar is no .avatar file); {_REMEDY}.")
    if named.is_absolute():
        # A folder that was moved or sent as a whole still finds its avatar beside the project.
        beside = project.absolute().parent / named.name
        return beside if beside.is_file() and not named.is_file() else named
    if ".." in PurePosixPath(text).parts:
        raise BadInput(f"{project} is damaged (its avatar lies outside its folder); {_REMEDY}.")
    return project.absolute().parent / named


def _document(path: Path) -> ProjectDocument:
    try:
        content = read_json(path, _SIZE_LIMIT)
    except OSError as error:
        reason = error.strerror or error
        raise BadInput(f"{path} cannot be read ({reason}); check the path.") from error
    except ValueError as error:
        raise BadInput(f"{path} is not a project ({_short(error)}); {_REMEDY}.") from None
    if not isinstance(content, dict) or content.get("format") != "triptych project":
        raise BadInput(f"{path} is not a Triptych project; choose a .triptych file.")
    version = content.get("version")
    if isinstance(version, int) and version > PROJECT_VERSION:
        raise BadInput(f"{path} was written by a newer Triptych (version {version}); update.")
    try:
        return ProjectDocument.model_validate(content)
    except (ValidationError, RecursionError) as error:
        raise BadInput(f"{path} is damaged ({_first(error)}); {_REMEDY}.") from None


def _state(document: ProjectDocument, path: Path) -> State:
    look = document.look.model_dump()
    look["branches"] = frozenset(document.look.branches)
    image = document.look.image
    if image is not None and not Path(image).is_absolute():
        look["image"] = str(path.absolute().parent / image)
    try:
        presets = read_presets(document.presets)
    except BadInput as error:
        raise BadInput(f"{path} is damaged ({str(error).rstrip('.')}); {_REMEDY}.") from None
    return State(
        shape=tuple(document.shape),
        pose=Pose.from_json(document.pose, path),
        view=View(**document.view.model_dump()),
        look=Look(**look),
        behaviour=Behaviour(**document.behaviour.model_dump()),
        presets=presets,
        timeline=document.timeline,
        driving=document.driving,
    )


def _unused(path: Path) -> Path:
    """``path``, or the first of NAME 2, NAME 3 ... that is not there yet."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem} {number}{path.suffix}")
        number += 1
    return free


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "nested too deeply"
    found = error.errors()[0]
    place = ".".join(str(part) for part in found["loc"])[:80]
    return f"{place}: {found['msg']}"


def _short(error: Exception) -> str:
    return str(error)[:120].rstrip(".")
