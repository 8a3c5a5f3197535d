"""Turns of head and neck between what dials show (degrees) and what a pose holds (axis-angle)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.animate.rotation import axis_angle_matrix, matrix_axis_angle


class Turn(NamedTuple):
    """Degrees: up, to the viewer's right, and counter-clockwise as seen by the viewer."""

    pitch: float = 0.0
    yaw: float = 0.0
    roll: float = 0.0


def turn_of(axis_angle: ArrayLike) -> Turn:
    """The dials' angles of an axis-angle vector (3,), radians; pitch within -90..90."""
    r = axis_angle_matrix(axis_angle)
    down = math.asin(float(np.clip(-r[1, 2], -1.0, 1.0)))
    yaw = math.atan2(r[0, 2], r[2, 2])
    roll = math.atan2(r[1, 0], r[1, 1])
    return Turn(-math.degrees(down), math.degrees(yaw), math.degrees(roll))


def axis_angle_of(turn: Turn) -> NDArray[np.float32]:
    """The axis-angle vector (3,), radians: yaw about +Y, then pitch, then roll about its own axis.

    The same order as ``triptych render --neck``.
    """
    pitch, yaw, roll = (math.radians(angle) for angle in turn)
    matrix = (
        axis_angle_matrix((0.0, yaw, 0.0))
        @ axis_angle_matrix((-pitch, 0.0, 0.0))
        @ axis_angle_matrix((0.0, 0.0, roll))
    )
    return matrix_axis_angle(matrix).astype(np.float32)
