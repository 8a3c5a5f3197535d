"""Where the avatar is seen from, as the artist moves it: turns relative to a base camera."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.camera import Camera

ZOOM_RANGE = (0.25, 8.0)
PAN_RANGE = (-4.0, 4.0)
FOV_RANGE = (5.0, 60.0)
_STEEPEST = 85.0
"""Degrees above or below the horizon: beyond, up and down would change places."""


@dataclass(frozen=True)
class View:
    """A view of the avatar.

    Attributes:
        base: what the turns are relative to: ``source``, the photo's camera, or ``front``, a level
            camera straight before the face, as far away and as wide.
        yaw: degrees about the vertical, positive shows the subject's left side; -180..180.
        pitch: degrees, positive raises the camera.
        zoom: scale of the picture about the head's place in it, 1 is the photo's.
        pan_x, pan_y: shift of the picture to the right and down, as a share of its side.
    """

    base: Literal["source", "front"] = "source"
    yaw: float = 0.0
    pitch: float = 0.0
    zoom: float = 1.0
    pan_x: float = 0.0
    pan_y: float = 0.0

    def camera(self, source: Camera, fov: float | None = None) -> Camera:
        """The camera of this view.

        Args:
            source: the avatar's source camera.
            fov: vertical field of view in degrees; the camera comes nearer or goes away so that
                the head stays as large. None keeps the photo's.
        """
        base = source if self.base == "source" else _in_front(source)
        height = math.degrees(math.asin(float(np.clip(-base.forward[1], -1, 1))))
        pitch = min(max(height + self.pitch, -_STEEPEST), _STEEPEST) - height
        turned = base.orbited(self.yaw, pitch)
        pose, lens = turned.cam2world.copy(), turned.intrinsics.copy()
        if fov is not None:
            ratio = 0.5 / math.tan(math.radians(fov) / 2.0) / float(lens[1, 1])
            pose[:3, 3] *= ratio
            lens[:2, :2] *= ratio
        lens[:2, :2] *= self.zoom
        lens[:2, 2] += (self.pan_x, self.pan_y)
        return Camera(pose, lens)

    def orbited(self, yaw: float, pitch: float) -> View:
        """Turned further, degrees."""
        turned = (self.yaw + yaw + 180.0) % 360.0 - 180.0
        limit = 2 * _STEEPEST
        return replace(self, yaw=turned, pitch=min(max(self.pitch + pitch, -limit), limit))

    def panned(self, dx: float, dy: float) -> View:
        """Shifted right and down by shares of the picture's side."""
        return replace(self, pan_x=_within(self.pan_x + dx), pan_y=_within(self.pan_y + dy))

    def zoomed(self, factor: float, at: tuple[float, float] = (0.5, 0.5)) -> View:
        """Scaled by ``factor``; the point ``at`` (0..1 of the picture, y down) stays in place."""
        zoom = min(max(self.zoom * factor, ZOOM_RANGE[0]), ZOOM_RANGE[1])
        grown = zoom / self.zoom
        x = at[0] - (at[0] - 0.5 - self.pan_x) * grown - 0.5
        y = at[1] - (at[1] - 0.5 - self.pan_y) * grown - 0.5
        return replace(self, zoom=zoom, pan_x=_within(x), pan_y=_within(y))

    def focused(self, at: tuple[float, float]) -> View:
        """Shifted so that the point ``at`` (0..1 of the picture, y down) comes to the middle."""
        return self.panned(0.5 - at[0], 0.5 - at[1])


VIEW_PRESETS: Mapping[str, View] = {
    "source": View(),
    "front": View("front"),
    "three-quarter left": View("front", yaw=38.0),
    "three-quarter right": View("front", yaw=-38.0),
    "profile left": View("front", yaw=90.0),
    "profile right": View("front", yaw=-90.0),
}
"""Left and right are the subject's: ``left`` shows the left side, the nose points to the left."""


def _in_front(source: Camera) -> Camera:
    fov = math.degrees(2.0 * math.atan(0.5 / float(source.intrinsics[1, 1])))
    return Camera.orbit(radius=math.dist(source.position, (0.0, 0.0, 0.0)), fov=fov)


def _within(value: float) -> float:
    return min(max(value, PAN_RANGE[0]), PAN_RANGE[1])
