"""A plain z-buffer: which triangle each pixel sees, and where on it.

The reconstruction uses it for visibility and depth; the live renderer has its own in ``raster``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


class Hits(NamedTuple):
    """What the pixels of an (H, W) picture see."""

    triangle: NDArray[np.int32]
    """(H, W) triangle index, -1 where there is none."""
    barycentric: FloatArray
    """(H, W, 3) perspective-correct weights of its corners."""
    depth: FloatArray
    """(H, W) camera depth, infinite where there is none."""

    def interpolate(self, faces: NDArray[np.int32], values: NDArray[Any]) -> NDArray[Any]:
        """(N, ...) vertex values at the N covered pixels, in row-major order."""
        seen = self.triangle >= 0
        corners = values[faces[self.triangle[seen]]]
        return np.asarray(np.einsum("nc,nc...->n...", self.barycentric[seen], corners))


def rasterize(
    pixels: NDArray[np.floating],
    depth: NDArray[np.floating],
    faces: NDArray[np.int32],
    height: int,
    width: int,
    *,
    farthest: bool = False,
) -> Hits:
    """Draw triangles into a z-buffer.

    Args:
        pixels: (V, 2) x, y in pixels; the centre of pixel ``i`` is at ``i + 0.5``.
        depth: (V,) positive camera depths (constant depth order for a parallel projection).
        faces: (F, 3) triangles, drawn from both sides.
        height, width: size of the picture.
        farthest: keep the farthest surface instead of the nearest.
    """
    triangle, weights, buffer = _rasterize(
        np.ascontiguousarray(pixels, np.float64),
        np.ascontiguousarray(depth, np.float64),
        np.ascontiguousarray(faces, np.int32),
        height,
        width,
        -1.0 if farthest else 1.0,
    )
    return Hits(triangle, weights, np.where(triangle >= 0, buffer, np.inf).astype(np.float32))


@nb.njit(cache=True, nogil=True)
def _rasterize(pixels: Any, depth: Any, faces: Any, height: int, width: int, sign: float) -> Any:
    triangle = np.full((height, width), -1, np.int32)
    weights = np.zeros((height, width, 3), np.float32)
    buffer = np.full((height, width), np.inf)
    for t in range(faces.shape[0]):
        a, b, c = faces[t, 0], faces[t, 1], faces[t, 2]
        za, zb, zc = depth[a], depth[b], depth[c]
        if za <= 0.0 or zb <= 0.0 or zc <= 0.0:
            continue
        xa, ya, xb, yb, xc, yc = (
            pixels[a, 0], pixels[a, 1], pixels[b, 0], pixels[b, 1], pixels[c, 0], pixels[c, 1],
        )  # fmt: skip
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if abs(area) < 1e-12:
            continue
        left = max(0, int(np.ceil(min(xa, xb, xc) - 0.5)))
        right = min(width - 1, int(np.floor(max(xa, xb, xc) - 0.5)))
        top = max(0, int(np.ceil(min(ya, yb, yc) - 0.5)))
        bottom = min(height - 1, int(np.floor(max(ya, yb, yc) - 0.5)))
        for row in range(top, bottom + 1):
            y = row + 0.5
            for column in range(left, right + 1):
                x = column + 0.5
                wa = ((xb - x) * (yc - y) - (xc - x) * (yb - y)) / area
                wb = ((xc - x) * (ya - y) - (xa - x) * (yc - y)) / area
                wc = 1.0 - wa - wb
                if wa < 0.0 or wb < 0.0 or wc < 0.0:
                    continue
                inverse = wa / za + wb / zb + wc / zc
                z = 1.0 / inverse
                if triangle[row, column] >= 0 and sign * (z - buffer[row, column]) >= 0.0:
                    continue
                buffer[row, column] = z
                triangle[row, column] = t
                weights[row, column, 0] = wa / za * z
                weights[row, column, 1] = wb / zb * z
                weights[row, column, 2] = wc / zc * z
    return triangle, weights, buffer
