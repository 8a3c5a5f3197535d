"""The rig drawn over a picture: bones between joints, and where the eyes look."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.rig import JOINTS, Rig
from models.camera import Camera
from models.pose import Pose

_BONES = (
    ("root", "neck"),
    ("neck", "head"),
    ("head", "jaw"),
    ("head", "eye_left"),
    ("head", "eye_right"),
)
_BONE, _JOINT, _SIGHT = (255, 176, 32), (255, 255, 255), (64, 200, 255)
_SIGHT_LENGTH = 0.12
"""Canonical units."""
_FRACTION_BITS = 4


def draw_bones(picture: NDArray[np.uint8], rig: Rig, pose: Pose, camera: Camera) -> None:
    """Draw onto ``picture`` (S, S, 3 or 4) uint8 in place, opaque."""
    transforms = rig.joint_transforms(pose).astype(np.float64)
    pivots = rig.pivots.astype(np.float64)
    joints = np.einsum("jab,jb->ja", transforms[:, :, :3], pivots) + transforms[:, :, 3]
    scale = max(1, round(len(picture) / 256))
    place = dict(zip(JOINTS, joints, strict=True))
    for start, end in _BONES:
        _line(picture, camera, place[start], place[end], _BONE, 2 * scale)
    for side in ("eye_left", "eye_right"):
        forward = transforms[JOINTS.index(side), :, 2]
        tip = place[side] + _SIGHT_LENGTH * forward
        _line(picture, camera, place[side], tip, _SIGHT, scale)
    for name in JOINTS:
        if name != "jaw_bone":
            _dot(picture, camera, place[name], 3 * scale)


def _pixel(picture: NDArray[np.uint8], camera: Camera, point: NDArray[np.float64]) -> list[int]:
    """Fixed-point pixel of a canonical point; empty when it lies behind the camera or far out."""
    where, depth = camera.project(point[None])
    if depth[0] <= 1e-3 or not (np.abs(where) < 16).all():
        return []
    unit = 1 << _FRACTION_BITS
    return [int(value) for value in np.rint((where[0] * len(picture) - 0.5) * unit)]


def _line(
    picture: NDArray[np.uint8],
    camera: Camera,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    a, b = _pixel(picture, camera, start), _pixel(picture, camera, end)
    if a and b:
        full = (*colour, 255)
        cv2.line(picture, a, b, full, width, cv2.LINE_AA, _FRACTION_BITS)


def _dot(picture: NDArray[np.uint8], camera: Camera, at: NDArray[np.float64], radius: int) -> None:
    centre = _pixel(picture, camera, at)
    if centre:
        unit = 1 << _FRACTION_BITS
        for size, colour in ((radius + 1, (0, 0, 0, 255)), (radius, (*_JOINT, 255))):
            cv2.circle(picture, centre, size * unit, colour, -1, cv2.LINE_AA, _FRACTION_BITS)
