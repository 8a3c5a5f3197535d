"""Small repairs of a neutral head: flatten a region, keep the mouth behind the skin."""

from __future__ import annotations

import cv2
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import spsolve

from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]

_GRID = 256
_SKIN_THICKNESS = 0.012
_GUM_DEEPER = 0.008
_FARTHEST = 0.03


def flatten(
    vertices: FloatArray, faces: NDArray[np.int32], members: NDArray[np.bool_]
) -> FloatArray:
    """Replace the ``members`` (V,) by the smoothest surface through the rest (harmonic)."""
    count = len(vertices)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    links = sp.csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count))
    links = (links + links.T).astype(bool).astype(np.float64)
    laplacian = (sp.diags(np.asarray(links.sum(1)).ravel() + 1e-9) - links).tocsr()
    rows = laplacian[members]
    right = -rows[:, ~members] @ vertices[~members].astype(np.float64)
    flat = vertices.copy()
    flat[members] = spsolve(rows[:, members].tocsc(), right)
    return flat


def tuck_behind(
    vertices: NDArray[np.floating],
    rigid: NDArray[np.bool_],
    skin: FloatArray,
    faces: NDArray[np.int32],
) -> FloatArray:
    """Move the mouth (N, 3) back until it lies behind the front of ``skin``, seen along -Z.

    ``rigid`` vertices (teeth) keep their shape and decide how far all move; the others (gums,
    tongue) then give way one by one.
    """
    low, high = vertices.min(0)[:2] - 0.05, vertices.max(0)[:2] + 0.05
    scale = _GRID / float((high - low).max())
    pixels = (skin[:, :2] - low) * scale
    # Parallel projection: only the order of the depths matters, they need to be positive.
    top, floor = float(skin[:, 2].max()) + 1, float(skin[:, 2].min()) - 1
    nearest = rasterize(pixels, top - skin[:, 2], faces, _GRID, _GRID)
    heights = np.where(np.isfinite(nearest.depth), top - nearest.depth, floor).astype(np.float32)
    # The gap between the lips counts as closed.
    front = cv2.morphologyEx(heights, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    # Teeth must clear the thinner lip too.
    front = cv2.erode(front, np.ones((13, 3), np.uint8))
    column, row = np.clip(((vertices[:, :2] - low) * scale).astype(np.int64), 0, _GRID - 1).T
    room = front[row, column] - _SKIN_THICKNESS - vertices[:, 2]
    room = np.where(front[row, column] > floor + 0.5, room, 1.0)
    shift = float(np.clip(-np.percentile(room[rigid], 3), 0.0, _FARTHEST))
    tucked = np.array(vertices, np.float32)
    tucked[:, 2] -= shift
    soft = ~rigid
    tucked[soft, 2] += np.minimum(room[soft] + shift - _GUM_DEEPER, 0.0)
    return tucked
