"""Bend and narrow the neck so that it stays inside the person's outline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from models.camera import Camera

FloatArray = NDArray[np.float32]

_BINS = 24
_NARROWEST = 0.55


def neck_offsets(
    skin: FloatArray, neck_weight: NDArray[np.floating], camera: Camera, alpha: FloatArray
) -> FloatArray:
    """Displacement (V, 3) of the neutral skin, sideways as the camera sees it.

    At each height the neck's span in the picture is squeezed into the matte's span; where the
    matte is wider (hair, shoulders) nothing moves.

    Args:
        skin: (V, 3) neutral skin.
        neck_weight: (V,) skinning weight of neck and root together.
        camera: the photo's camera.
        alpha: (S, S) matte.
    """
    share = np.clip((neck_weight - 0.25) / 0.4, 0, 1)
    members = np.nonzero(share > 0)[0]
    size = alpha.shape[0]
    where, depth = camera.project(skin[members])
    column, row = where[:, 0] * size, where[:, 1] * size
    edges = np.linspace(row.min(), row.max() + 1e-3, _BINS + 1)
    spans = np.array([_spans(column, row, edges[i : i + 2], alpha) for i in range(_BINS)])
    spans = gaussian_filter1d(spans, 1.0, axis=0)
    centres = (edges[:-1] + edges[1:]) / 2
    old_left, old_right, left, right = (np.interp(row, centres, spans[:, i]) for i in range(4))
    width = np.maximum(old_right - old_left, 1.0)
    target = left + (column - old_left) * np.maximum((right - left) / width, _NARROWEST)
    shift = (target - column) / size * depth / camera.intrinsics[0, 0] * share[members]
    offsets = np.zeros_like(skin)
    offsets[members] = shift[:, None] * camera.cam2world[:3, 0]
    return offsets


def _spans(
    column: NDArray[np.floating],
    row: NDArray[np.floating],
    edge: NDArray[np.floating],
    alpha: FloatArray,
) -> tuple[float, float, float, float]:
    """Left and right end of the neck, and the same after clipping to the matte."""
    members = (row >= edge[0]) & (row < edge[1])
    if not members.any():
        return 0.0, 1.0, 0.0, 1.0
    left, right = float(column[members].min()), float(column[members].max())
    line = alpha[int(np.clip(edge.mean(), 0, len(alpha) - 1))] > 0.5
    middle = int(np.clip((left + right) / 2, 0, len(line) - 1))
    if not line[middle]:
        return left, right, left, right
    before = np.nonzero(~line[:middle])[0]
    after = np.nonzero(~line[middle:])[0]
    first = float(before[-1] + 1) if len(before) else -np.inf
    last = float(middle + after[0]) if len(after) else np.inf
    return left, right, max(left, first), min(right, last)
