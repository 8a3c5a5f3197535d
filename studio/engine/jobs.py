"""The jobs that the window submits."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pose import Pose
from studio.engine.job import Job, JobContext
from studio.engine.pacer import Quality
from studio.engine.pictures import png_bytes
from studio.engine.planes import PlanePictures, plane_pictures
from studio.engine.request import FrameRequest
from studio.session.look import BackgroundKind, Look
from studio.session.project import (
    OpenedProject,
    SavedProject,
    file_sha256,
    read_project,
    write_project,
)
from studio.session.recovery import Autosave, Recoverable
from studio.session.state import OpenAvatar, State
from studio.session.view import View

BUILD_STAGES = {
    "loading the models": 2.0,
    "portrait": 1.2,
    "cut out": 1.4,
    "fit": 0.4,
    "reconstruct": 0.4,
    "bake": 2.8,
    "saving": 0.2,
    "opening": 0.2,
}
"""Usual seconds; the pace of a run corrects them."""

_THUMBNAIL_VIEW = View("front", zoom=1.8, pan_y=-0.17)
"""The face alone: a whole head of this size would not show what a preset does."""


@dataclass(frozen=True)
class SavedAvatar:
    """An avatar that now has a file: give it to ``Session.avatar_saved``.

    Attributes:
        avatar: as it was open; path, sha256: its file.
        handle: what the file holds: the avatar's own handle, or one changed by ``shape``.
    """

    avatar: OpenAvatar
    path: Path
    sha256: str
    handle: Any
    shape: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A small picture (S, S, 4) uint8 with straight alpha, and the name it belongs to."""

    name: str
    picture: NDArray[np.uint8]


def warm_up() -> Job:
    """Import what rendering needs and load its kernels. Result: None.

    Submit it right after the window is shown, so that the first picture does not wait.
    """

    def work(context: JobContext) -> None:
        from models.avatar import Avatar  # noqa: F401
        from models.render.frame import warm_up as compile_kernels

        context.check()
        compile_kernels()

    return Job("Warming up", work, "file", "warming up")


def prepare_builds() -> Job:
    """Start the process that builds, ahead of the first photo. Result: None."""
    return Job(
        "Preparing to build", lambda context: context.elsewhere("prepare"), "build", "preparing"
    )


def find_faces(photo: Path | NDArray[np.generic]) -> Job:
    """Look for faces. Result: a tuple of ``studio.engine.tasks.FoundFace``, largest first.

    ``photo`` is a file or an RGB array (H, W, 3).
    """
    return Job(
        f"Finding faces in {_named(photo)}",
        lambda context: context.elsewhere("find_faces", photo=photo),
        "build",
        f"reading {_named(photo)}",
    )


def build_avatar(
    photo: Path | NDArray[np.generic],
    *,
    keep: Path,
    face: int | None = None,
    head: str = "open",
    resolution: int = 256,
    device: str = "auto",
) -> Job:
    """Build an avatar from a photo. Result: ``OpenAvatar`` without a path.

    Args:
        photo: a file or an RGB array (H, W, 3).
        keep: folder for the avatar's copy until it is saved (``Autosave.folder``).
        face, head, resolution, device: as for ``Avatar.build``.
    """
    name = _named(photo)

    def work(context: JobContext) -> OpenAvatar:
        keep.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            prefix="built-", suffix=".avatar", dir=keep, delete=False
        ) as file:
            out = Path(file.name)
        try:
            context.elsewhere(
                "build",
                photo=photo,
                out=out,
                face=face,
                head=head,
                resolution=resolution,
                device=device,
            )
            context.progress("opening", 1.0)
            opened = _open(out)
        except BaseException:
            out.unlink(missing_ok=True)
            raise
        title = Path(name).stem if isinstance(photo, Path) else "Photo"
        return replace(opened, name=title, path=None, copy=out)

    return Job(
        f"Building the avatar of {name}", work, "build", f"building from {name}", BUILD_STAGES
    )


def load_avatar(path: Path) -> Job:
    """Open a `.avatar` file. Result: ``OpenAvatar``."""
    return Job(f"Opening {path.name}", lambda context: _open(path), "file", f"opening {path.name}")


def save_avatar(avatar: OpenAvatar, path: Path, shape: tuple[float, ...] = ()) -> Job:
    """Write the avatar, its person changed by ``shape``, to a file. Result: ``SavedAvatar``."""

    def work(context: JobContext) -> SavedAvatar:
        handle = avatar.handle.reshaped(shape) if shape else avatar.handle
        handle.save(path)
        return SavedAvatar(avatar, path, file_sha256(path), handle, shape)

    return Job(f"Saving {path.name}", work, "file", f"saving {path.name}")


def open_project(path: Path, avatar: Path | None = None) -> Job:
    """Open a project and its avatar. Result: ``OpenedProject`` with the avatar in its state.

    ``avatar`` replaces the project's own reference, after ``MissingAvatar``.
    """

    def work(context: JobContext) -> OpenedProject:
        context.progress("reading", 0.0)
        opened = read_project(path, avatar)
        if opened.avatar_path is None:
            return opened
        context.progress("opening the avatar", 0.2)
        found = _open(opened.avatar_path)
        return opened.with_avatar(found)

    return Job(f"Opening {path.name}", work, "file", f"opening {path.name}")


def save_project(state: State, path: Path) -> Job:
    """Write a project. Result: ``SavedProject``; give it to ``Session.project_saved``.

    An avatar without a file of its own is written beside the project as NAME.avatar.
    """

    def work(context: JobContext) -> SavedProject:
        return write_project(path, state)

    return Job(f"Saving {path.name}", work, "file", f"saving {path.name}")


def autosave(keeper: Autosave, state: State, project: Path | None, title: str) -> Job:
    """Keep the session for recovery. Result: None."""
    return Job(
        "Autosave", lambda context: keeper.save(state, project, title), "file", "the autosave"
    )


def recover(left: Recoverable, keeper: Autosave, avatar: Path | None = None) -> Job:
    """Open what a crash left, and keep it as this process's own. Result: ``OpenedProject``.

    Give it to ``Session.open_project(..., recovered=True)``. ``avatar`` as for ``open_project``.
    """

    def work(context: JobContext) -> OpenedProject:
        opened = left.read(avatar)
        if opened.avatar_path is not None:
            opened = opened.with_avatar(_open(opened.avatar_path))
        opened = keeper.adopted(opened)
        keeper.save(opened.state, opened.path, left.title)
        left.discard()
        return opened

    return Job(f"Recovering {left.title}", work, "file", f"recovering {left.title}")


def thumbnails(
    avatar: Any, poses: Mapping[str, Pose], size: int = 96, shape: tuple[float, ...] = ()
) -> Job:
    """Render poses from the front. Each arrives as a ``JobPartial`` of ``Thumbnail``.

    ``shape`` changes the person, as ``Avatar.reshaped`` takes it. Result: the number of pictures.
    """
    look = Look(background=BackgroundKind.TRANSPARENT)

    def work(context: JobContext) -> int:
        for done, (name, pose) in enumerate(poses.items()):
            context.progress("rendering", done / len(poses))
            quality = Quality(size, 2)
            request = FrameRequest(avatar, pose, _THUMBNAIL_VIEW, look, quality, shape=shape)
            context.partial(Thumbnail(name, context.render(request).picture))
        return len(poses)

    return Job("Rendering thumbnails", work, "file", "rendering thumbnails")


def portrait_thumbnail(avatar: Any, size: int = 160, shape: tuple[float, ...] = ()) -> Job:
    """The avatar as it begins, changed by ``shape``, for the library. Result: PNG bytes."""

    def work(context: JobContext) -> bytes:
        look = Look(background=BackgroundKind.BLURRED)
        pose, quality = avatar.source_pose, Quality(size, 2)
        request = FrameRequest(avatar, pose, View(), look, quality, shape=shape)
        return png_bytes(context.render(request).picture)

    return Job("Drawing the library's picture", work, "file", "drawing the library's picture")


def planes(avatar: Any) -> Job:
    """Pictures of the tri-planes. Result: ``PlanePictures``."""

    def work(context: JobContext) -> PlanePictures:
        return plane_pictures(avatar, context.check)

    return Job("Drawing the planes", work, "file", "drawing the planes")


def export_still(request: FrameRequest, path: Path) -> Job:
    """Render a picture and write it as .png, .jpg or .webp. Result: the path."""

    def work(context: JobContext) -> Path:
        from PIL import Image

        from studio.deliver.stills import write_still

        context.progress("rendering", 0.0)
        picture = context.render(request).picture
        context.progress("writing", 0.8)
        if path.suffix.lower() not in (".png", ".webp") and picture.shape[2] == 4:
            picture = np.asarray(Image.fromarray(picture).convert("RGB"))
        write_still(path, np.asarray(picture.transpose(2, 0, 1), np.float32) / np.float32(255))
        return path

    return Job(f"Exporting {path.name}", work, "file", f"exporting {path.name}")


def _open(path: Path) -> OpenAvatar:
    from models.avatar import Avatar

    return OpenAvatar(Avatar.load(path), path.stem, path, None, file_sha256(path))


def _named(photo: Path | NDArray[np.generic]) -> str:
    return photo.name if isinstance(photo, Path) else "the picture"
