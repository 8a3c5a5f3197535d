"""What the avatar does by itself: eyes that follow the camera, and blinks."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from models.camera import Camera
from models.pose import Pose

if TYPE_CHECKING:
    from models.animate.rig import Rig

_BLINK_SECONDS = 0.22
_CLOSING_SHARE = 0.35
_PAUSE = (2.2, 5.5)


def looking_at(pose: Pose, camera: Camera, rig: Rig) -> Pose:
    """The pose with both eyes turned to the camera, as far as eyes turn.

    The eyes' own coefficients still count; gaze makes up for the rest.
    """
    # Not above: kernels come with it, which the window does not wait for.
    from models.animate.rig import JOINTS, LOOK_PITCH, LOOK_YAW, eye_angles

    transforms = rig.joint_transforms(pose).astype(np.float64)
    head = transforms[JOINTS.index("head")]
    own = pose.replace(gaze_left=(0.0, 0.0), gaze_right=(0.0, 0.0))
    found = []
    for side, (yaw, pitch) in zip(("left", "right"), eye_angles(own), strict=True):
        pivot = rig.pivots[JOINTS.index(f"eye_{side}")]
        eye = head[:, :3] @ pivot + head[:, 3]
        x, y, z = head[:, :3].T @ (camera.position - eye)
        wanted = math.atan2(x, z), math.atan2(y, math.hypot(x, z))
        found.append(
            (
                float(np.clip(wanted[0], -LOOK_YAW, LOOK_YAW)) - yaw,
                float(np.clip(wanted[1], -LOOK_PITCH, LOOK_PITCH)) - pitch,
            )
        )
    return pose.replace(gaze_left=found[0], gaze_right=found[1])


def blinking(pose: Pose, amount: float) -> Pose:
    """The pose with lids closed at least by ``amount`` (0..1)."""
    if amount <= 0.0:
        return pose
    names = ("eyeBlinkLeft", "eyeBlinkRight")
    return pose.with_blendshapes({name: max(pose.coefficient(name), amount) for name in names})


class Blinks:
    """When the eyes blink: every few seconds, a fifth of a second long."""

    def __init__(self, seed: int = 0) -> None:
        self._times = self._schedule(random.Random(seed))
        self._next = next(self._times)

    def amount(self, seconds: float) -> float:
        """How far the lids are closed (0..1) at a time that only grows."""
        while seconds > self._next + _BLINK_SECONDS:
            self._next = next(self._times)
        share = (seconds - self._next) / _BLINK_SECONDS
        if not 0.0 < share < 1.0:
            return 0.0
        if share < _CLOSING_SHARE:
            return math.sin(0.5 * math.pi * share / _CLOSING_SHARE)
        return 0.5 + 0.5 * math.cos(math.pi * (share - _CLOSING_SHARE) / (1.0 - _CLOSING_SHARE))

    def next_in(self, seconds: float) -> float:
        """Seconds until the lids move, 0 while they do: no frame is needed before."""
        self.amount(seconds)
        return max(0.0, self._next - seconds)

    @staticmethod
    def _schedule(chance: random.Random) -> Iterator[float]:
        moment = chance.uniform(*_PAUSE)
        while True:
            yield moment
            moment += _BLINK_SECONDS + chance.uniform(*_PAUSE)
