"""Keep the bald skull inside the person's outline: landmarks say nothing above the forehead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera

FloatArray = NDArray[np.float32]

_FOREHEAD = 10
"""Landmark in the middle of the hairline."""
_SCALES = np.linspace(1.0, 0.25, 38)
_DEEPEST = -0.205
"""Back of the skull in canonical units: 19 cm from the bridge of the nose."""
_ALLOWED = 0.001
_MOVABLE = 0.3


def cranium_offsets(
    skin: FloatArray,
    landmarks: NDArray[np.floating],
    camera: Camera,
    alpha: FloatArray,
    margin: float,
) -> FloatArray:
    """Displacement (V, 3) that shrinks the skull above the forehead until it fits the matte.

    Args:
        skin: (V, 3) neutral skin.
        landmarks: (468, 3) neutral landmarks.
        camera: the photo's camera.
        alpha: (S, S) matte.
        margin: share of the picture by which the skull must stay inside (hair has thickness).
    """
    base = float(landmarks[_FOREHEAD, 1]) - 0.03
    height = float(skin[:, 1].max()) - base
    upper = skin[:, 1] > base
    lift = np.clip((skin[:, 1] - base) / (0.35 * height), 0, 1)
    ease = lift * lift * (3 - 2 * lift)
    centre = float(np.median(skin[upper, 0]))
    # First as low as the outline asks for, then as narrow.
    down = _largest_scale(
        lambda k: _scaled(skin, ease, base, centre, vertical=k, lateral=1.0),
        upper & (np.abs(skin[:, 0] - centre) < 0.06),
        camera,
        alpha,
        margin,
    )
    across = _largest_scale(
        lambda k: _scaled(skin, ease, base, centre, vertical=down, lateral=k),
        # Temples hardly move: asking them to fit would shrink the crown to a spike.
        upper & (ease > _MOVABLE),
        camera,
        alpha,
        margin,
    )
    moved = _scaled(skin, ease, base, centre, vertical=down, lateral=across)
    _shorten(moved, base)
    return moved - skin


def _shorten(skin: FloatArray, base: float) -> None:
    """Bring a skull that reaches too far back to the usual length, in place."""
    deepest = float(skin[:, 2].min())
    if deepest >= _DEEPEST:
        return
    height = np.clip((skin[:, 1] - base + 0.25) / 0.15, 0, 1)
    ease = height * height * (3 - 2 * height)
    behind = skin[:, 2] < 0
    skin[behind, 2] *= 1 - (1 - _DEEPEST / deepest) * ease[behind]


def _scaled(
    skin: FloatArray,
    ease: NDArray[np.floating],
    base: float,
    centre: float,
    *,
    vertical: float,
    lateral: float,
) -> FloatArray:
    moved = skin.copy()
    moved[:, 1] -= (1 - vertical) * ease * (skin[:, 1] - base)
    moved[:, 0] -= (1 - lateral) * ease * (skin[:, 0] - centre)
    return moved


def _largest_scale(
    place: object,
    members: NDArray[np.bool_],
    camera: Camera,
    alpha: FloatArray,
    margin: float,
) -> float:
    size = alpha.shape[0]
    reach = max(int(round(margin * size)), 1)
    for scale in _SCALES:
        where, _ = camera.project(place(float(scale))[members])  # type: ignore[operator]
        column, row = (where * size).astype(np.int64).T
        inside = (column >= 0) & (column < size) & (row < size)
        # Above the picture nothing is known: a cropped head keeps its skull.
        row_up = np.clip(row - reach, 0, size - 1)
        known = inside & (row >= 0)
        outside = known & (alpha[row_up, np.clip(column, 0, size - 1)] < 0.5)
        if outside.sum() <= _ALLOWED * max(members.sum(), 1):
            return float(scale)
    return float(_SCALES[-1])
