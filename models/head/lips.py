"""Lips that meet: one photo of a laugh leaves the neutral mouth ajar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_REACH = 0.045
_OVERLAP = 0.0006
"""Closed lips press into each other by this much, so that no slit stays between them."""
_FARTHEST = 0.07
_STEP = (-0.004, 0.006)
"""How far the upper lip lies before the lower one; seen from below, more would open a slit."""
_BEYOND_CORNERS = 0.02
_CELL = 0.0008
"""Size of the cells in which a slit is looked for."""
_LOOKS = (0.0, 0.0, -0.35, 0.3)
"""Directions, radians up, from which the lips are looked at, one after the other."""
_BEHIND = 0.04
"""Depth behind the lips from which what shows is no lip."""
_BLEND = 0.15
"""Share of the jaw's weight over which the upper lip's motion becomes the lower one's."""
_LOOK = 0.02
"""How far above and below the line of the lips a slit may lie."""


def lip_seal(
    landmarks: NDArray[np.floating],
    skin: FloatArray,
    jaw_weight: NDArray[np.floating],
    faces: NDArray[np.int32],
) -> FloatArray:
    """Displacement (V, 3) of the neutral skin that brings the lips together.

    Landmarks tell how far the lips are apart; what is still open then, seen from the front, is
    closed too, since the lips' edges do not run straight from landmark to landmark.

    Args:
        landmarks: (468, 3) on the neutral skin.
        skin: (V, 3) neutral skin.
        jaw_weight: (V,) tells the lower lip from the upper.
        faces: (F, 3) of the skin in front of the mouth, without the sack behind the lips.
    """
    upper = np.asarray(landmarks[list(INNER_LIPS_UPPER[1:-1])], np.float64)
    lower = np.asarray(landmarks[list(INNER_LIPS_LOWER[1:-1])], np.float64)
    corners = landmarks[[INNER_LIPS_UPPER[0], INNER_LIPS_UPPER[-1]]]
    order = np.argsort(upper[:, 0])
    upper, lower = upper[order], lower[order]
    gap = np.clip(upper[:, 1] - lower[:, 1] + _OVERLAP, -_FARTHEST, _FARTHEST)
    before = upper[:, 2] - lower[:, 2]
    step = (before - np.clip(before, *_STEP)) * _towards_corners(upper[:, 0], corners)
    seal = _closing(upper[:, 0], np.stack([gap, step], 1), upper, lower, skin, jaw_weight)
    middle = (upper + lower) / 2
    for pitch in _LOOKS:
        moved = skin + seal
        across, slit = _slit(moved, faces, corners, middle, pitch)
        gap = np.stack([slit + _OVERLAP * (slit > 0), np.zeros(len(slit))], 1)
        seal += _closing(across, gap, middle, middle, moved, jaw_weight)
    return seal


def _closing(
    across: Floats,
    gap: Floats,
    upper: Floats,
    lower: Floats,
    skin: FloatArray,
    jaw_weight: NDArray[np.floating],
) -> FloatArray:
    """Displacement (V, 3) by half of ``gap`` (N, 2) at x = ``across`` (N,) from either side.

    The gap is up (y) and forward (z) from the lower lip to the upper one.

    ``upper`` and ``lower`` (M, 3) are the edges, growing in x.
    """
    here = np.stack([np.interp(skin[:, 0], across, part) for part in gap.T], 1)
    beyond = np.maximum(across[0] - skin[:, 0], skin[:, 0] - across[-1])
    fade_sideways = np.clip(1 - beyond / _BEYOND_CORNERS, 0, 1)
    seal = np.zeros_like(skin)
    # At the corners one lip passes into the other.
    side = np.clip((jaw_weight / float(jaw_weight.max()) - 0.5) / _BLEND, -1, 1)
    for line, direction in ((upper, np.minimum(side, 0)), (lower, np.maximum(side, 0))):
        height = np.interp(skin[:, 0], line[:, 0], line[:, 1])
        depth = np.interp(skin[:, 0], line[:, 0], line[:, 2])
        away = np.hypot(skin[:, 1] - height, 0.5 * (skin[:, 2] - depth)) / _REACH
        near = np.clip(1 - away, 0, 1)
        ease = near * near * (3 - 2 * near)
        seal[:, 1:] += (0.5 * direction * ease * fade_sideways)[:, None] * here
    return seal.astype(np.float32)


def _towards_corners(across: Floats, corners: NDArray[np.floating]) -> Floats:
    """(N,) 1 in the middle of the mouth, 0 at its corners."""
    left, right = sorted(float(x) for x in corners[:, 0])
    near = np.clip(np.minimum(across - left, right - across) / (0.15 * (right - left)), 0, 1)
    return np.asarray(near * near * (3 - 2 * near))


def _slit(
    skin: FloatArray,
    faces: NDArray[np.int32],
    corners: NDArray[np.floating],
    middle: Floats,
    pitch: float,
) -> tuple[Floats, Floats]:
    """Columns x (N,) between the corners and the height (N,) of the slit that shows in each.

    ``corners`` (2, 3), ``middle`` (M, 3) the line along which the lips should meet.
    """
    cosine, sine = np.cos(pitch), np.sin(pitch)
    turned = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    skin, middle = skin @ turned.T, middle @ turned.T
    left, right = sorted(float(x) for x in corners[:, 0])
    low = np.array([left, float(middle[:, 1].min()) - _LOOK])
    high = np.array([right, float(middle[:, 1].max()) + _LOOK])
    cells = np.maximum(((high - low) / _CELL).astype(int), 1)
    # Parallel projection: only the order of the depths matters, they need to be positive.
    columns, rows = int(cells[0]), int(cells[1])
    where = ((skin[:, :2] - low) / _CELL).astype(np.float32)
    seen = rasterize(where, (10.0 - skin[:, 2]).astype(np.float32), faces, rows, columns)
    across = low[0] + (np.arange(columns) + 0.5) * _CELL
    deep = seen.depth > 10.0 - float(middle[:, 2].min()) + _BEHIND
    return across, deep.sum(0) * _CELL
