"""numba kernels that unroll veils and lay them over what is below; they release the GIL."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

_SOON = 0.2
"""Share of the way within which the lead is gained."""


@nb.njit(cache=True, nogil=True)
def unroll(
    vertices: Any, margin: Any, hold: Any, skin: Any, offset: Any, lag: Any, lead: Any, way: float
) -> Any:
    """Places (K, 3) a share ``way`` (0..1) from the margin to the skin; see ``Veils``."""
    out = np.zeros((len(skin), 3), np.float32)
    done = np.float32(way)
    left = np.float32(1.0) - done
    for k in range(len(skin)):
        share = np.float32(way ** lag[k])
        rest = np.float32(1.0) - share
        for axis in range(3):
            edge = np.float32(0.0)
            for m in range(margin.shape[1]):
                edge += hold[k, m] * vertices[margin[k, m], axis]
            out[k, axis] = rest * edge + share * vertices[skin[k], axis]
        for axis in range(2):
            edge = left * offset[k, 0, axis] + done * offset[k, 1, axis]
            out[k, axis] += rest * edge + share * done * offset[k, 2, axis]
        out[k, 1] += rest * lead[k] * np.float32(min(way / _SOON, 1.0))
    return out


@nb.njit(cache=True, nogil=True)
def draw_sphere(depth: Any, low: Any, cell: float, sphere: Any) -> None:
    """Raise ``depth`` to a sphere (4,), centre and radius.

    ``depth`` (R, C) has the z of cells of side ``cell`` from ``low`` (2,) on.
    """
    rows, columns = depth.shape
    for row in range(rows):
        y = low[1] + (row + 0.5) * cell - sphere[1]
        for column in range(columns):
            x = low[0] + (column + 0.5) * cell - sphere[0]
            left = sphere[3] * sphere[3] - x * x - y * y
            if left > 0.0:
                depth[row, column] = max(depth[row, column], sphere[2] + np.sqrt(left))


@nb.njit(cache=True, nogil=True)
def draw_faces(depth: Any, low: Any, cell: float, vertices: Any, faces: Any) -> None:
    """Raise ``depth``, see `draw_sphere`, to triangles (F, 3) that face it."""
    rows, columns = depth.shape
    for f in range(faces.shape[0]):
        a, b, c = vertices[faces[f, 0]], vertices[faces[f, 1]], vertices[faces[f, 2]]
        xa, ya = (a[0] - low[0]) / cell, (a[1] - low[1]) / cell
        xb, yb = (b[0] - low[0]) / cell, (b[1] - low[1]) / cell
        xc, yc = (c[0] - low[0]) / cell, (c[1] - low[1]) / cell
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if area < 1e-9:
            continue
        left = max(0, int(np.ceil(min(xa, xb, xc) - 0.5)))
        right = min(columns - 1, int(np.floor(max(xa, xb, xc) - 0.5)))
        bottom = max(0, int(np.ceil(min(ya, yb, yc) - 0.5)))
        top = min(rows - 1, int(np.floor(max(ya, yb, yc) - 0.5)))
        for row in range(bottom, top + 1):
            y = row + 0.5
            for column in range(left, right + 1):
                x = column + 0.5
                wa = ((xb - x) * (yc - y) - (xc - x) * (yb - y)) / area
                wb = ((xc - x) * (ya - y) - (xa - x) * (yc - y)) / area
                wc = 1.0 - wa - wb
                if wa < 0.0 or wb < 0.0 or wc < 0.0:
                    continue
                z = wa * a[2] + wb * b[2] + wc * c[2]
                depth[row, column] = max(depth[row, column], z)


@nb.njit(cache=True, nogil=True)
def drape(depth: Any, low: Any, cell: float, places: Any, faces: Any, proud: float) -> None:
    """Set z of ``places`` (K, 3) so that triangles (M, 3) of these stay ``proud`` of ``depth``."""
    around = _widened(depth)
    for k in range(len(places)):
        nearest = _at(around, low, cell, places[k, 0], places[k, 1])
        if nearest > -np.inf:
            places[k, 2] = nearest + proud
    # Between its corners a triangle may cut through what bulges there.
    half, third, none = np.float32(0.5), np.float32(1 / 3), np.float32(0.0)
    inside = ((half, half, none), (half, none, half), (none, half, half), (third, third, third))
    for f in range(len(faces)):
        a, b, c = places[faces[f, 0]], places[faces[f, 1]], places[faces[f, 2]]
        short = np.float32(0.0)
        for u, v, w in inside:
            x, y = u * a[0] + v * b[0] + w * c[0], u * a[1] + v * b[1] + w * c[1]
            z = u * a[2] + v * b[2] + w * c[2]
            short = max(short, _at(around, low, cell, x, y) + proud - z)
        for corner in range(3):
            places[faces[f, corner], 2] += short


@nb.njit(cache=True, nogil=True)
def _widened(depth: Any) -> Any:
    """The greatest of each cell and those round it."""
    rows, columns = depth.shape
    across = depth.copy()
    for row in range(rows):
        for c in range(1, columns - 1):
            across[row, c] = max(depth[row, c - 1], depth[row, c], depth[row, c + 1])
    out = across.copy()
    for row in range(1, rows - 1):
        for c in range(columns):
            out[row, c] = max(across[row - 1, c], across[row, c], across[row + 1, c])
    return out


@nb.njit(cache=True, nogil=True)
def _at(depth: Any, low: Any, cell: float, x: float, y: float) -> Any:
    """z of the cell at a place."""
    rows, columns = depth.shape
    row, column = int((y - low[1]) / cell), int((x - low[0]) / cell)
    return depth[min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)]
