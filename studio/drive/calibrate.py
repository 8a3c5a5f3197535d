"""From what a performer does to what an avatar does: rest, transfer, gains and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.animate.rig import JOINTS, LOOK_PITCH, LOOK_YAW, mouth_opening, opening_weights
from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.camera import Camera
from models.pose import Pose
from models.track.retarget import carried
from models.track.solve import LIMITS
from studio.drive.calibration import Calibration
from studio.drive.source import Origin
from studio.session.angles import Turn, axis_angle_of, turn_of

Matrix = NDArray[np.float64]

TURN_LIMITS = Turn(pitch=35.0, yaw=55.0, roll=40.0)
"""Degrees of head and neck together that one photo's avatar can still show well."""
SHIFT_LIMIT = 0.25
"""Canonical units; a face is 0.3 wide."""
_GAZE_LIMITS = np.array([LOOK_YAW, LOOK_PITCH])
_JAW_LIMIT = 0.6
_SOFT_FROM = 0.75
_PARTING = opening_weights() >= 0.4
"""Coefficients that part the lips, and do nothing else that should stay."""
_FRONT = Camera.orbit().cam2world[:3, :3]


@dataclass(frozen=True, eq=False)
class Target:
    """The avatar that is moved.

    Attributes:
        base: the pose that answers the performer's rest, and what is shown of unarmed parts.
        camera: where it is looked at from.
        neck, skull: (3,) where its neck and head turn.
    """

    base: Pose
    camera: Camera
    neck: Matrix
    skull: Matrix

    @classmethod
    def of(cls, avatar: Any, base: Pose | None = None) -> Target:
        """For a ``models.avatar.Avatar``; the source pose is the base unless another is given."""
        pivots = np.asarray(avatar.parts.proxy.rig.pivots, np.float64)
        neck, skull = (pivots[JOINTS.index(name)] for name in ("neck", "head"))
        return cls(avatar.source_pose if base is None else base, avatar.source_camera, neck, skull)


class Calibrator:
    """Carries poses of one source over to one avatar."""

    def __init__(self, target: Target, origin: Origin) -> None:
        """The first pose is the rest until ``rest_at`` says another."""
        self.target, self.origin = target, origin
        self._rest: Pose | None = None

    @property
    def rest(self) -> Pose | None:
        """What the performer does at rest, None before the first pose."""
        return self._rest

    def rest_at(self, seen: Pose) -> None:
        """ "This is my rest face." """
        self._rest = seen

    def pose(self, seen: Pose, how: Calibration) -> Pose:
        """The avatar's pose for what the performer does."""
        if self._rest is None:
            self._rest = seen
        base = self.target.base
        neck, head, shift = self._motion(seen, how)
        pose = base.replace(
            blendshapes=self._coefficients(seen, how),
            jaw=base.jaw + seen.jaw - self._rest.jaw if how.relative else seen.jaw,
            neck=neck,
            head=head,
            gaze_left=self._gaze("gaze_left", seen, how),
            gaze_right=self._gaze("gaze_right", seen, how),
            translation=shift,
            expression=self._expression(seen, how),
        )
        return limited(pose) if how.limited else pose

    def _coefficients(self, seen: Pose, how: Calibration) -> NDArray[np.float32]:
        assert self._rest is not None
        table = how.table

        def ranged(values: NDArray[np.float32]) -> Matrix:
            own = values.astype(np.float64)
            share = np.clip((own - table.low) / table.span, 0.0, 1.0)
            return np.where(table.ranged, table.give + share * table.reach, own)

        now = ranged(seen.blendshapes)
        if how.relative:
            rest = ranged(self._rest.blendshapes)
            base = _with_lips_of(self.target.base, rest) if how.lips_meet else self.target.base
            moved = carried(now, rest, base)
            result = base.blendshapes + table.gain * (moved - base.blendshapes) + table.offset
        else:
            result = table.gain * now + table.offset
        low = 0.0 if how.limited else -1.0
        return np.clip(result, low, LIMITS if how.limited else 2.0).astype(np.float32)

    def _gaze(self, eye: str, seen: Pose, how: Calibration) -> Matrix:
        """A seen gaze has no zero, so even in absolute transfer only its changes count."""
        now = getattr(seen, eye).astype(np.float64)
        if how.relative or self.origin is Origin.PERFORMER:
            base = getattr(self.target.base, eye)
            return np.asarray(base + how.gaze * (now - getattr(self._rest, eye)))
        return np.asarray(how.gaze * now)

    def _expression(self, seen: Pose, how: Calibration) -> NDArray[np.float32] | None:
        assert self._rest is not None
        base, rest, now = self.target.base.expression, self._rest.expression, seen.expression
        if now is None:
            return base
        if not how.relative or rest is None:
            return now
        return now - rest if base is None else base + now - rest

    def _motion(self, seen: Pose, how: Calibration) -> tuple[Matrix, Matrix, Matrix]:
        """Neck, head and translation (3,) of the avatar."""
        assert self._rest is not None
        if not how.relative and self.origin is Origin.AVATAR:
            neck, head = (getattr(seen, name).astype(np.float64) for name in ("neck", "head"))
            return neck, head, seen.translation.astype(np.float64)
        turn = _whole_turn(seen)
        way = (seen.translation - self._rest.translation).astype(np.float64)
        to_avatar = np.eye(3)
        if self.origin is Origin.PERFORMER:
            # Who looks into the camera looks into the avatar's, and who comes nearer comes nearer
            # to it, wherever the two faces point.
            to_avatar = self.target.camera.cam2world[:3, :3] @ _FRONT.T
        way = to_avatar @ way
        turn = _whole_turn(self._rest).T @ turn if how.relative else to_avatar @ turn
        neck, head = split(_scaled(turn, how), how.neck_share)
        shift = how.shift * way
        if how.scale_locked:
            shift = self._at_distance(neck, head, shift)
        return neck, head, shift

    def _at_distance(self, neck: Matrix, head: Matrix, shift: Matrix) -> Matrix:
        """``shift`` without what brings the head's centre nearer to the avatar's camera."""
        at_neck, at_skull = axis_angle_matrix(neck), axis_angle_matrix(head)
        pivot, skull = self.target.neck, self.target.skull
        centre = pivot - at_neck @ pivot + at_neck @ (skull - at_skull @ skull) + shift
        sight = self.target.camera.cam2world[:3, 2]
        return np.asarray(shift - (centre @ sight) * sight)


def _with_lips_of(base: Pose, rest: Matrix) -> Pose:
    """``base`` with lips no further apart than those of the performer's rest (52,)."""
    own, wanted = mouth_opening(base.blendshapes), mouth_opening(rest)
    if own <= wanted:
        return base
    less = np.where(_PARTING, base.blendshapes * (wanted / own), base.blendshapes)
    return base.replace(blendshapes=less)


def split(turn: Matrix, share: float) -> tuple[Matrix, Matrix]:
    """Axis-angles (3,) of neck and head that make a turn (3, 3) together."""
    neck = share * matrix_axis_angle(turn)
    return neck, matrix_axis_angle(axis_angle_matrix(neck).T @ turn)


def limited(pose: Pose) -> Pose:
    """The pose drawn softly into what an avatar can show."""
    whole = matrix_axis_angle(_whole_turn(pose))
    turn = turn_of(whole)
    wanted = Turn(*(soft(np.array(a), b).item() for a, b in zip(turn, TURN_LIMITS, strict=True)))
    changes: dict[str, Any] = {}
    if wanted != turn:
        share = float(np.linalg.norm(pose.neck) / np.linalg.norm(whole))
        less = axis_angle_matrix(axis_angle_of(wanted))
        changes["neck"], changes["head"] = split(less, min(share, 1.0))
    return pose.replace(
        gaze_left=soft(pose.gaze_left, _GAZE_LIMITS),
        gaze_right=soft(pose.gaze_right, _GAZE_LIMITS),
        translation=soft(pose.translation, SHIFT_LIMIT),
        jaw=soft(pose.jaw, _JAW_LIMIT),
        **changes,
    )


def soft(values: NDArray[np.floating], limit: float | Matrix) -> Matrix:
    """Values that come to a limit gently: unchanged up to three quarters of it, never beyond."""
    size = np.abs(np.asarray(values, np.float64)) / limit
    room = 1.0 - _SOFT_FROM
    bent = _SOFT_FROM + room * np.tanh((size - _SOFT_FROM) / room)
    return np.asarray(np.sign(values) * limit * np.where(size > _SOFT_FROM, bent, size))


def _whole_turn(pose: Pose) -> Matrix:
    return np.asarray(axis_angle_matrix(pose.neck) @ axis_angle_matrix(pose.head))


def _scaled(turn: Matrix, how: Calibration) -> Matrix:
    """A turn with its yaw, pitch and roll multiplied."""
    if how.yaw == how.pitch == how.roll == 1.0:
        return turn
    angles = turn_of(matrix_axis_angle(turn))
    scaled = Turn(how.pitch * angles.pitch, how.yaw * angles.yaw, how.roll * angles.roll)
    return axis_angle_matrix(axis_angle_of(scaled))
