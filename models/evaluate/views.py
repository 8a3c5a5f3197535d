"""The views of an avatar that people judge it by, and the sheet that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.background import Background
from models.camera import Camera
from models.evaluate.metrics import Image, Mask
from models.evaluate.sheet import CELL, Cell, contact_sheet, difference
from models.pose import PRESETS, Pose

SIZE = 512
PHOTO = Background("photo")
PLAIN = Background.parse("#7f858c")
"""Background of turned and posed views: silhouettes and holes show against it."""


class RenderableAvatar(Protocol):
    """What the sheets and protocols ask of an avatar."""

    @property
    def source_camera(self) -> Camera:
        """Where the photo was taken from."""

    @property
    def source_pose(self) -> Pose:
        """What the face did in the photo."""

    @property
    def source_crop(self) -> Image:
        """The photo's square, (3,512,512)."""

    @property
    def source_matte(self) -> Mask:
        """The person in it, (1,512,512)."""

    def render(
        self,
        pose: Pose,
        camera: Camera,
        size: int = ...,
        *,
        background: Background | None = ...,
        branch: str = ...,
    ) -> Image:
        """The picture (3,size,size), or (4,size,size) without a background."""


@dataclass(frozen=True)
class View:
    """A pose and a place to look from, both relative to the source photo's.

    ``preset`` replaces the source's expression, jaw and gaze; None keeps them. ``gaze`` is (yaw,
    pitch) of both eyes and ``neck`` (pitch, yaw, roll), degrees; ``yaw`` and ``pitch`` orbit the
    camera, degrees.
    """

    label: str
    preset: str | None = None
    yaw: float = 0.0
    pitch: float = 0.0
    gaze: tuple[float, float] | None = None
    neck: tuple[float, float, float] | None = None
    branch: str = "all"

    def pose(self, source: Pose) -> Pose:
        """The pose of this view for an avatar whose photo shows ``source``."""
        pose = source
        if self.preset is not None:
            preset = PRESETS[self.preset]
            pose = pose.replace(
                blendshapes=preset.blendshapes,
                jaw=preset.jaw,
                gaze_left=preset.gaze_left,
                gaze_right=preset.gaze_right,
                expression=preset.expression,
            )
        if self.gaze is not None:
            gaze = np.radians(self.gaze).astype(np.float32)
            pose = pose.replace(gaze_left=gaze, gaze_right=gaze)
        if self.neck is not None:
            pose = pose.replace(neck=pose.neck + np.radians(self.neck).astype(np.float32))
        return pose

    def render(self, avatar: RenderableAvatar, size: int, background: Background | None) -> Image:
        """The picture (3,size,size) of this view."""
        return avatar.render(
            self.pose(avatar.source_pose),
            avatar.source_camera.orbited(self.yaw, self.pitch),
            size=size,
            background=background,
            branch=self.branch,
        )


TURNED = tuple(View(f"yaw {yaw:+d}" if yaw else "yaw 0", yaw=yaw) for yaw in range(-45, 46, 15))
RAISED = (View("pitch -20", pitch=-20), View("pitch +20", pitch=20))
POSED = (
    View("neutral", "neutral"),
    View("jaw open", "jaw_open"),
    View("smile", "smile"),
    View("blink", "blink"),
    View("wink left", "wink_left"),
    View("wink right", "wink_right"),
    View("pucker", "pucker"),
    View("gaze to viewer's left", "neutral", gaze=(-20, 0)),
    View("gaze to viewer's right", "neutral", gaze=(20, 0)),
    View("neck turned 25", "neutral", neck=(0, 25, 0)),
    View("neck bent 15, rolled 10", "neutral", neck=(15, 0, 10)),
    View("jaw open, yaw 30", "jaw_open", yaw=30),
    View("smile, yaw -30", "smile", yaw=-30),
    View("blink, yaw 20", "blink", yaw=20),
)
CANONICAL = View("canonical branch", "neutral", branch="canonical")
OVERVIEW = (TURNED[1], TURNED[5], POSED[1], POSED[2], POSED[3], POSED[9])


def source_cells(avatar: RenderableAvatar, size: int = SIZE) -> list[Cell]:
    """The photo, the avatar in its place, and where they differ."""
    photo = avatar.source_crop
    render = View("source").render(avatar, size, PHOTO)
    cells = [Cell("photo", photo), Cell("render", render)]
    if photo.shape == render.shape:
        cells.append(Cell("difference x3", difference(photo, render)))
    return cells


def view_cells(
    avatar: RenderableAvatar,
    views: Sequence[View],
    size: int = SIZE,
    background: Background | None = PLAIN,
) -> list[Cell]:
    """Render ``views`` one after the other."""
    return [Cell(view.label, view.render(avatar, size, background)) for view in views]


def avatar_sheet(avatar: RenderableAvatar, size: int = SIZE, cell: int = CELL) -> Image:
    """Everything about one avatar on one page (3,H,W): source, turned and posed views, seven wide.

    The first row shows photo, render, difference, canonical branch, neutral pose and two pitches;
    the second yaw -45 to 45; then come the poses. Views orbit from the source camera.
    """
    extra = view_cells(avatar, (CANONICAL, POSED[0], *RAISED), size)
    posed = view_cells(avatar, POSED[1:], size)
    rows = [source_cells(avatar, size) + extra, view_cells(avatar, TURNED, size)]
    rows += [posed[start : start + 7] for start in range(0, len(posed), 7)]
    return contact_sheet(rows, cell)


def overview_cells(avatar: RenderableAvatar, name: str, size: int = SIZE) -> list[Cell]:
    """One row of a sheet of many avatars: the source cells and the most telling views."""
    photo, *others = source_cells(avatar, size)
    return [Cell(name, photo.image), *others, *view_cells(avatar, (CANONICAL, *OVERVIEW), size)]
