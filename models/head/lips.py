"""Lips that meet: one photo of a laugh leaves the neutral mouth ajar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER

FloatArray = NDArray[np.float32]

_REACH = 0.045
_REST_GAP = 0.0004
_FARTHEST = 0.03


def lip_seal(
    landmarks: NDArray[np.floating], skin: FloatArray, jaw_weight: NDArray[np.floating]
) -> FloatArray:
    """Displacement (V, 3) of the neutral skin that brings the lips together.

    Args:
        landmarks: (468, 3) on the neutral skin.
        skin: (V, 3) neutral skin.
        jaw_weight: (V,) tells the lower lip from the upper.
    """
    upper = landmarks[list(INNER_LIPS_UPPER[1:-1])]
    lower = landmarks[list(INNER_LIPS_LOWER[1:-1])]
    gap = np.clip(upper[:, 1] - lower[:, 1] - _REST_GAP, -_FARTHEST, _FARTHEST)
    order = np.argsort(upper[:, 0])
    across = upper[order, 0]
    here = np.interp(skin[:, 0], across, gap[order])
    beyond = np.maximum(across[0] - skin[:, 0], skin[:, 0] - across[-1])
    fade_sideways = np.clip(1 - beyond / 0.02, 0, 1)
    seal = np.zeros_like(skin)
    threshold = 0.5 * float(jaw_weight.max())
    for line, members, direction in (
        (upper, jaw_weight <= threshold, -0.5),
        (lower, jaw_weight > threshold, 0.5),
    ):
        height = np.interp(skin[:, 0], across, line[order, 1])
        depth = np.interp(skin[:, 0], across, line[order, 2])
        away = np.hypot(skin[:, 1] - height, 0.5 * (skin[:, 2] - depth)) / _REACH
        near = np.clip(1 - away, 0, 1)
        ease = near * near * (3 - 2 * near)
        seal[:, 1] += np.where(members, direction * here * ease * fade_sideways, 0)
    return seal.astype(np.float32)
