"""Inflate an outline to a round body.

The squared distance ``u`` of a sheet from the plane of the outline is zero on the outline and
follows Poisson's equation inside: for a circle of radius r, ``u = r^2 - x^2``.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import spsolve

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

_PULL = 2.0
_TINY = 1e-6


class Pins(NamedTuple):
    """Values (N, N) of ``u`` that are known, and how surely, 0..1."""

    u: FloatArray
    weight: FloatArray


def inflate(
    solid: FloatArray,
    level: float,
    bare: Mask,
    pins: Pins,
    roundness: FloatArray,
    deepest: float,
) -> FloatArray:
    """Solve ``laplace(u) = -roundness`` inside, 0 outside, pulled to the pins; (N, N).

    Args:
        solid: (N, N), above ``level`` inside.
        bare: (N, N) nodes outside that are no outline.
        pins: what is known.
        roundness: (N, N) squared units.
        deepest: the square root of the largest ``u``.
    """
    inside = (solid > level) & ~bare
    count = inside.shape[0]
    index = -np.ones(inside.shape, np.int64)
    index[inside] = np.arange(inside.sum())
    rows, columns = np.nonzero(inside)
    diagonal = np.zeros(len(rows))
    entries = []
    for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        r, c = rows + down, columns + across
        beyond = (r < 0) | (r >= count) | (c < 0) | (c >= count)
        other = index[np.clip(r, 0, count - 1), np.clip(c, 0, count - 1)]
        # Neither the canvas border nor bare skin is an outline: the body goes on (mirror
        # condition), behind the picture's edge or below the neck's surface.
        walled = beyond | bare[np.clip(r, 0, count - 1), np.clip(c, 0, count - 1)]
        diagonal += ~walled
        linked = (other >= 0) & ~beyond
        entries.append((index[rows, columns][linked], other[linked]))
    pull = _PULL * pins.weight[inside]
    near = np.concatenate([e[0] for e in entries])
    far = np.concatenate([e[1] for e in entries])
    matrix = sp.csr_matrix((-np.ones(len(near)), (near, far)), (len(rows), len(rows)))
    matrix = matrix + sp.diags(diagonal + pull + _TINY)
    solution = spsolve(matrix.tocsc(), roundness[inside] + pull * pins.u[inside])
    u = np.zeros(inside.shape, np.float32)
    u[inside] = np.clip(solution, 0.0, deepest**2)
    return u * _rim_share(solid, level, inside)


def _rim_share(solid: FloatArray, level: float, inside: Mask) -> FloatArray:
    """Correct the first node's ``u`` for its true distance to the outline, less than a cell.

    The system puts the outline at the nearest outside node; without this the square root turns
    the difference into saw teeth.
    """
    slope = np.hypot(cv2.Sobel(solid, cv2.CV_32F, 1, 0), cv2.Sobel(solid, cv2.CV_32F, 0, 1)) / 8
    true_distance = (solid - level) / np.maximum(slope, 1e-3)
    counted = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    near = inside & (counted < 1.5)
    share = np.clip(true_distance / np.maximum(counted, 1), 0.02, 1)
    return np.asarray(np.where(near, share, 1), np.float32)
