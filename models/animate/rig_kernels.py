"""numba kernels of the rig; they release the GIL so that a window stays alive."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@nb.njit(cache=True, nogil=True, fastmath=True)
def add_blendshapes(vertices: Any, coefficients: Any, start: Any, vertex: Any, delta: Any) -> None:
    """Add ``coefficients[i] * delta`` of every active coefficient to ``vertices`` in place."""
    for i in range(coefficients.shape[0]):
        amount = coefficients[i]
        if amount == 0.0:
            continue
        for row in range(start[i], start[i + 1]):
            v = vertex[row]
            vertices[v, 0] += amount * delta[row, 0]
            vertices[v, 1] += amount * delta[row, 1]
            vertices[v, 2] += amount * delta[row, 2]


@nb.njit(cache=True, nogil=True, fastmath=True)
def add_components(moved: Any, active: Any, coefficients: Any, basis: Any) -> None:
    """Add ``coefficients[i] * basis[i]`` (K, 3) of the ``active`` components to ``moved``."""
    for i in active:
        amount = coefficients[i]
        for k in range(moved.shape[0]):
            moved[k, 0] += amount * basis[i, k, 0]
            moved[k, 1] += amount * basis[i, k, 1]
            moved[k, 2] += amount * basis[i, k, 2]


@nb.njit(cache=True, nogil=True, fastmath=True)
def add_followed(
    vertices: Any, moved: Any, vertex: Any, start: Any, control: Any, share: Any
) -> None:
    """Add to ``vertices`` what the control points that they follow ``moved`` (K, 3)."""
    for i in range(vertex.shape[0]):
        x = y = z = np.float32(0.0)
        for entry in range(start[i], start[i + 1]):
            k, w = control[entry], share[entry]
            x += w * moved[k, 0]
            y += w * moved[k, 1]
            z += w * moved[k, 2]
        v = vertex[i]
        vertices[v, 0] += x
        vertices[v, 1] += y
        vertices[v, 2] += z


@nb.njit(cache=True, nogil=True, fastmath=True)
def keep_outside_spheres(vertices: Any, lids: Any, sphere: Any) -> None:
    """Push lid vertices out of their eyeball: linear shapes cut through it half-way."""
    for i in range(lids.shape[0]):
        v = lids[i]
        x = vertices[v, 0] - sphere[i, 0]
        y = vertices[v, 1] - sphere[i, 1]
        z = vertices[v, 2] - sphere[i, 2]
        distance = np.sqrt(x * x + y * y + z * z)
        if 1e-6 < distance < sphere[i, 3]:
            scale = sphere[i, 3] / distance
            vertices[v, 0] = sphere[i, 0] + x * scale
            vertices[v, 1] = sphere[i, 1] + y * scale
            vertices[v, 2] = sphere[i, 2] + z * scale


@nb.njit(cache=True, nogil=True, fastmath=True)
def skin(vertices: Any, weights: Any, transforms: Any) -> Any:
    """Linear blend skinning: (V, 3) vertices, (V, J) weights, (J, 3, 4) transforms -> (V, 3)."""
    count, joints = weights.shape
    out = np.empty_like(vertices)
    for v in range(count):
        x, y, z = vertices[v, 0], vertices[v, 1], vertices[v, 2]
        a = b = c = np.float32(0.0)
        for j in range(joints):
            w = weights[v, j]
            if w == 0.0:
                continue
            t = transforms[j]
            a += w * (t[0, 0] * x + t[0, 1] * y + t[0, 2] * z + t[0, 3])
            b += w * (t[1, 0] * x + t[1, 1] * y + t[1, 2] * z + t[1, 3])
            c += w * (t[2, 0] * x + t[2, 1] * y + t[2, 2] * z + t[2, 3])
        out[v, 0], out[v, 1], out[v, 2] = a, b, c
    return out
