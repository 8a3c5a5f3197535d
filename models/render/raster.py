"""Software z-buffer: projected triangles to the nearest triangle of every sample.

Triangles are described by planes in homogeneous screen space (Olano and Greer 1997): for a
sample at column ``x`` and row ``y`` the three edge functions ``a x + b y + c`` are the
barycentric coordinates divided by the depth, so that inside test, perspective correction and
1/depth are one evaluation, and no triangle needs clipping.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled
from models.render.simd import LANES, take_number
from models.render.span import draw_span

#: Nearest depth that is drawn, in units.
NEAR = 1e-3
#: How far outside its edge a triangle still claims a sample, in barycentric units: closes the
#: cracks that rounding could open between neighbours.
_SLACK = np.float32(-2e-6)
_JOB = 2048


@compiled
def project_vertices(
    posed: NDArray[np.float32], matrix: NDArray[np.float64], projected: NDArray[np.float64]
) -> None:
    """Write ``(V, 3)`` column * depth, row * depth, depth of ``posed (V, 3)``.

    ``matrix (3, 4)`` maps world points to homogeneous sample coordinates, where the middle of
    the first sample of the first row is (0, 0).
    """
    for vertex in range(posed.shape[0]):
        x, y, z = posed[vertex, 0], posed[vertex, 1], posed[vertex, 2]
        for row in range(3):
            projected[vertex, row] = (
                matrix[row, 0] * x + matrix[row, 1] * y + matrix[row, 2] * z + matrix[row, 3]
            )


@compiled
def set_up_triangles(
    counter: NDArray[np.int64],
    projected: NDArray[np.float64],
    faces: NDArray[np.int32],
    size: int,
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
) -> None:
    """Write edge planes ``(F, 9)`` and sample boxes ``(F, 4)`` (x0, x1, y0, y1 inclusive).

    Triangles outside the picture, behind the camera or seen exactly from the side get an empty
    box (y1 < y0). The sign of the edge planes is such that both facings are positive inside.
    """
    count = faces.shape[0]
    while True:
        start = take_number(counter.ctypes.data) * _JOB
        if start >= count:
            break
        for face in range(start, min(start + _JOB, count)):
            _set_up(projected, faces, face, size, edges, boxes)


@compiled
def _set_up(
    projected: NDArray[np.float64],
    faces: NDArray[np.int32],
    face: int,
    size: int,
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
) -> None:
    i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
    x0, y0, w0 = projected[i, 0], projected[i, 1], projected[i, 2]
    x1, y1, w1 = projected[j, 0], projected[j, 1], projected[j, 2]
    x2, y2, w2 = projected[k, 0], projected[k, 1], projected[k, 2]
    boxes[face, 2], boxes[face, 3] = 0, -1
    nearest, furthest = min(w0, w1, w2), max(w0, w1, w2)
    if not furthest > NEAR:
        return
    left, right, top, bottom = 0.0, size - 1.0, 0.0, size - 1.0
    if nearest > NEAR:
        u0, v0, u1, v1, u2, v2 = x0 / w0, y0 / w0, x1 / w1, y1 / w1, x2 / w2, y2 / w2
        left, right = max(left, min(u0, u1, u2)), min(right, max(u0, u1, u2))
        top, bottom = max(top, min(v0, v1, v2)), min(bottom, max(v0, v1, v2))
    if not (left <= right and top <= bottom):
        return
    first, last = np.int32(np.ceil(left - 1e-6)), np.int32(np.floor(right + 1e-6))
    upper, lower = np.int32(np.ceil(top - 1e-6)), np.int32(np.floor(bottom + 1e-6))
    if last < first or lower < upper:
        return
    a0, b0, c0 = y1 * w2 - w1 * y2, w1 * x2 - x1 * w2, x1 * y2 - y1 * x2
    determinant = a0 * x0 + b0 * y0 + c0 * w0
    if not abs(determinant) > 1e-12:
        return
    inverse = 1.0 / determinant
    edges[face, 0], edges[face, 1], edges[face, 2] = a0 * inverse, b0 * inverse, c0 * inverse
    edges[face, 3] = (y2 * w0 - w2 * y0) * inverse
    edges[face, 4] = (w2 * x0 - x2 * w0) * inverse
    edges[face, 5] = (x2 * y0 - y2 * x0) * inverse
    edges[face, 6] = (y0 * w1 - w0 * y1) * inverse
    edges[face, 7] = (w0 * x1 - x0 * w1) * inverse
    edges[face, 8] = (x0 * y1 - y0 * x1) * inverse
    boxes[face, 0], boxes[face, 1] = first, last
    boxes[face, 2], boxes[face, 3] = upper, lower


@compiled
def count_bands(boxes: NDArray[np.int32], height: int, starts: NDArray[np.int64]) -> int:
    """Write where the list of each band of ``height`` rows starts; return the total length."""
    starts[:] = 0
    for face in range(boxes.shape[0]):
        if boxes[face, 3] >= boxes[face, 2]:
            for band in range(boxes[face, 2] // height, boxes[face, 3] // height + 1):
                starts[band + 1] += 1
    for band in range(1, starts.shape[0]):
        starts[band] += starts[band - 1]
    return int(starts[-1])


@compiled
def fill_bands(
    boxes: NDArray[np.int32],
    height: int,
    starts: NDArray[np.int64],
    cursors: NDArray[np.int64],
    lists: NDArray[np.int32],
) -> None:
    """Write the triangles of every band, in order, to ``lists``."""
    cursors[:] = starts[:-1]
    for face in range(boxes.shape[0]):
        if boxes[face, 3] >= boxes[face, 2]:
            for band in range(boxes[face, 2] // height, boxes[face, 3] // height + 1):
                lists[cursors[band]] = face
                cursors[band] += 1


@compiled
def draw_band(
    triangles: NDArray[np.int32],
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    chosen: NDArray[np.bool_],
    want: bool,
    top: int,
    limit: NDArray[np.float32],
    nearness: NDArray[np.float32],
    owner: NDArray[np.int32],
) -> None:
    """Draw the ``triangles`` with ``chosen == want`` into a band of rows that begins at ``top``.

    ``nearness (rows, size)`` holds 1/depth of the nearest triangle so far and ``owner`` its
    number; a sample is only taken where it is nearer than ``limit`` (pass ``nearness`` itself
    when there is no other limit). Rows must be 16 samples longer than the picture is wide.
    """
    rows, stride = owner.shape
    furthest = np.float32(1.0 / NEAR)
    near_at, limit_at, owner_at = nearness.ctypes.data, limit.ctypes.data, owner.ctypes.data
    for entry in range(triangles.shape[0]):
        face = triangles[entry]
        if chosen[face] != want:
            continue
        first, last = boxes[face, 0], boxes[face, 1]
        upper, lower = max(boxes[face, 2], top), min(boxes[face, 3], top + rows - 1)
        # Moved to the box's corner in float64; from there float32 is precise enough.
        e0 = edges[face, 2] + edges[face, 0] * first + edges[face, 1] * upper
        e1 = edges[face, 5] + edges[face, 3] * first + edges[face, 4] * upper
        e2 = edges[face, 8] + edges[face, 6] * first + edges[face, 7] * upper
        slopes = (
            np.float32(edges[face, 0]),
            np.float32(edges[face, 3]),
            np.float32(edges[face, 6]),
        )
        for row in range(upper, lower + 1):
            index = (row - top) * stride
            f0, f1, f2 = e0, e1, e2
            for column in range(first, last + 1, LANES):
                starts = (np.float32(f0), np.float32(f1), np.float32(f2))
                draw_span(
                    near_at, limit_at, owner_at, index + column, starts, slopes, face,
                    _SLACK, furthest,
                )  # fmt: skip
                f0 += LANES * edges[face, 0]
                f1 += LANES * edges[face, 3]
                f2 += LANES * edges[face, 6]
            e0 += edges[face, 1]
            e1 += edges[face, 4]
            e2 += edges[face, 7]
