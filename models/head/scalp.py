"""A head behind the face: landmarks end before the ears, and what they say must not reach on.

Identity components that fit a face exactly extrapolate a skull far from any that exists.  Away
from the landmarks the average head is taken, as large as the face asks for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.head.open_head import OpenHeadData

FloatArray = NDArray[np.float32]

_FACE_REACH, _BLEND = 0.02, 0.11
"""Canonical units from the landmarks within which the face is kept, and over which it gives way."""
_DEPTH_PRIOR = 2.0
"""Weight of the other scales on the scale in depth, which a face shows worst."""


def scalp_offsets(head: OpenHeadData, skin: FloatArray) -> FloatArray:
    """Displacement (V, 3) that gives a fitted head the average one's skull, ears and nape.

    Args:
        head: the open head.
        skin: (V, 3) neutral skin as fitted.
    """
    control = head.template[: head.control_count].astype(np.float64)
    average = np.asarray(head.subdivision @ control)
    landmarks = np.asarray(head.landmark_map @ control)
    distance = cKDTree(landmarks).query(average)[0]
    away = np.clip((distance - _FACE_REACH) / _BLEND, 0, 1)
    share = away * away * (3 - 2 * away)
    face = distance < _FACE_REACH
    usual = _scaled_onto(average, average[face], skin[face].astype(np.float64))
    return np.asarray(share[:, None] * (usual - skin), np.float32)


def _scaled_onto(
    points: NDArray[np.float64], source: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``points`` (N, 3) moved by the scales along the axes and the shift that take source there."""
    centre, goal = source.mean(0), target.mean(0)
    before, after = source - centre, target - goal
    power, match = (before**2).sum(0), (before * after).sum(0)
    scale = match / power
    across = scale[:2].mean()
    scale[2] = (scale[2] + _DEPTH_PRIOR * across) / (1 + _DEPTH_PRIOR)
    return np.asarray((points - centre) * scale + goal)
