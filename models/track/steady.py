"""Hold still what only trembles: a filter without lag for real movement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.track.motion import Motion

COEFFICIENT_GRAIN = 0.02
GAZE_GRAIN = float(np.radians(0.6))
TURN_GRAIN = float(np.radians(0.3))
SHIFT_GRAIN = 0.0025
"""Size of what trembles from frame to frame: coefficients, radians, canonical units."""


def settled(before: Motion, now: Motion) -> Motion:
    """``now``, its differences from ``before`` taken the less the smaller they are.

    A difference d becomes ``d |d| / (|d| + grain)``: a tenth of the grain all but vanishes, ten
    grains pass almost whole. ``before`` is the last settled motion.
    """
    turn = _calmed(matrix_axis_angle(now.rotation @ before.rotation.T), TURN_GRAIN)
    return replace(
        now,
        coefficients=before.coefficients
        + _each_calmed(now.coefficients - before.coefficients, COEFFICIENT_GRAIN),
        gaze=before.gaze + _each_calmed(now.gaze - before.gaze, GAZE_GRAIN),
        rotation=axis_angle_matrix(turn) @ before.rotation,
        translation=before.translation + _calmed(now.translation - before.translation, SHIFT_GRAIN),
    )


def _calmed(change: NDArray[np.float64], grain: float) -> NDArray[np.float64]:
    size = float(np.linalg.norm(change))
    return np.asarray(change * (size / (size + grain)))


def _each_calmed(change: NDArray[np.float32], grain: float) -> NDArray[np.float32]:
    size = np.abs(change)
    return np.asarray(change * (size / (size + np.float32(grain))), np.float32)
