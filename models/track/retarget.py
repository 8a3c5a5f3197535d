"""From a performer's motion to the Pose of somebody else's avatar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.camera import Camera
from models.pose import Pose
from models.track.motion import Motion
from models.track.performer import Performer
from models.track.solve import LIMITS

Matrix = NDArray[np.float64]

NECK_SHARE = 0.45
"""Part of the turn that the neck makes; the head on the neck makes the rest."""
_STEEPEST = 2.0
"""Largest gain of relative transfer, so that small noise at rest stays small."""


@dataclass(frozen=True)
class Retarget:
    """How motion is carried over.

    Attributes:
        rest: the performer's motion in the rest frame.
        base: the avatar's pose that answers it in relative transfer.
        neck, skull: (3,) centres of the performer's neck and head joints. What turning about them
            does not explain moves the whole avatar.
        relative: changes since the rest frame are added to ``base``; otherwise expression and head
            direction are taken as they are, seen through ``camera``. Gaze and place are always
            relative, as their zero is not seen.
        camera: where the avatar is looked at from in absolute transfer.
        steady_depth: keep the head at its distance, so that its size never wobbles.
    """

    rest: Motion
    base: Pose
    neck: Matrix
    skull: Matrix
    relative: bool = True
    camera: Camera | None = None
    steady_depth: bool = True

    @classmethod
    def between(
        cls,
        performer: Performer,
        base: Pose,
        *,
        relative: bool = True,
        camera: Camera | None = None,
        steady_depth: bool = True,
    ) -> Retarget:
        """From ``performer`` to an avatar whose pose ``base`` answers the performer's rest."""
        joints = performer.head.neck, performer.head.skull
        return cls(performer.rest, base, *joints, relative, camera, steady_depth)

    def pose(self, motion: Motion) -> Pose:
        """The avatar's pose for one frame of the performer."""
        to_rest = self.rest.rotation.T
        place = motion.translation
        if self.steady_depth:
            place = place * (self.rest.translation[2] / place[2])
        turn = to_rest @ motion.rotation
        shift = to_rest @ (place - self.rest.translation)
        neck, head, translation = shared_turn(turn, shift, self.neck, self.skull)
        if self.relative:
            coefficients = carried(motion.coefficients, self.rest.coefficients, self.base)
        else:
            coefficients = motion.coefficients
            camera = Camera.orbit() if self.camera is None else self.camera
            to_avatar = camera.cam2world[:3, :3]
            turn = to_avatar @ motion.rotation
            neck, head, _ = shared_turn(turn, np.zeros(3), self.neck, self.skull)
            translation = to_avatar @ self.rest.rotation @ translation
        change = motion.gaze - self.rest.gaze
        return self.base.replace(
            blendshapes=coefficients,
            neck=neck,
            head=head,
            gaze_left=self.base.gaze_left + change[0],
            gaze_right=self.base.gaze_right + change[1],
            translation=translation,
        )


def carried(
    coefficients: NDArray[np.floating], rest: NDArray[np.floating], base: Pose
) -> NDArray[np.float32]:
    """Coefficients (52,) moved from ``base`` as the performer's are from ``rest``.

    The performer's 0, rest and 1 become 0, the avatar's rest and 1, so that lips that meet and
    eyes that shut do so on both; where that would need a gain above 2, the way is shorter.
    """
    own, start, goal = (
        np.asarray(values, np.float64) for values in (coefficients, rest, base.blendshapes)
    )
    down = np.minimum(goal / np.maximum(start, 1e-6), _STEEPEST)
    up = np.minimum((1.0 - goal) / np.maximum(1.0 - start, 1e-6), _STEEPEST)
    change = own - start
    moved = goal + change * np.where(change < 0, down, up)
    return np.clip(moved, 0.0, LIMITS).astype(np.float32)


def shared_turn(
    rotation: Matrix, shift: Matrix, neck: Matrix, skull: Matrix
) -> tuple[Matrix, Matrix, Matrix]:
    """Neck and head axis-angles and translation (3,) that give the head one rigid motion.

    Args:
        rotation, shift: ``p -> rotation p + shift`` of the head in canonical space.
        neck, skull: (3,) where neck and head turn.
    """
    turn = matrix_axis_angle(rotation)
    at_neck = axis_angle_matrix(NECK_SHARE * turn)
    at_skull = at_neck.T @ rotation
    carried_along = neck - at_neck @ neck + at_neck @ (skull - at_skull @ skull)
    return NECK_SHARE * turn, matrix_axis_angle(at_skull), shift - carried_along
