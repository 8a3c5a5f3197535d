"""From the four samples of a pixel to the points that are shaded.

Samples that lie close together in canonical space are shaded once; others (silhouettes, lips,
lids, grazing skin) get a point each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import inlined

#: Rows of the integer description of a shading point: its pixel in the tile, the set of samples
#: that it stands for (four bits), and the triangle that carries it.
PIXEL_ROW, PIXEL_COLUMN, MASK, FACE = 0, 1, 2, 3
#: Samples of a pixel closer than this many pixel widths in canonical space are shaded as one.
MERGE = np.float32(3.0)
_HALF = np.float32(0.5)


@inlined
def group_samples(
    owner: NDArray[np.int32],
    nearness: NDArray[np.float32],
    row: int,
    column: int,
    top: int,
    left: int,
    records: NDArray[np.float32],
    part: NDArray[np.uint8],
    rays: NDArray[np.float32],
    points: NDArray[np.int32],
    entries: NDArray[np.float32],
    count: int,
) -> int:
    """Append the shading points of one pixel and layer; return the new number of points.

    ``points (4, N)`` describes them, ``entries (N, 3)`` holds their canonical positions.
    """
    first = count
    if _is_smooth(owner, nearness, row, column, top, records, part, rays):
        face = owner[2 * row, 2 * column]
        px, py, pz, _ = _entry(records, face, 2 * column + _HALF, 2 * (row + top) + _HALF)
        _add_point(points, entries, count, row, column - left, 15, face, px, py, pz)
        return count + 1
    for sample in range(4):
        line, across = 2 * row + (sample >> 1), 2 * column + (sample & 1)
        face = owner[line, across]
        if face < 0:
            continue
        px, py, pz, depth = _entry(records, face, np.float32(across), np.float32(line + 2 * top))
        reach = MERGE * rays[3, 0] * depth
        joined = False
        for point in range(first, count):
            other = points[FACE, point]
            if other != face:
                dx, dy, dz = entries[point, 0] - px, entries[point, 1] - py, entries[point, 2] - pz
                if part[other] != part[face] or dx * dx + dy * dy + dz * dz > reach * reach:
                    continue
            members = points[MASK, point]
            total = (members & 1) + (members >> 1 & 1) + (members >> 2 & 1) + (members >> 3 & 1)
            share = np.float32(1.0) / np.float32(total + 1)
            entries[point, 0] += (px - entries[point, 0]) * share
            entries[point, 1] += (py - entries[point, 1]) * share
            entries[point, 2] += (pz - entries[point, 2]) * share
            points[MASK, point] = members | (1 << sample)
            joined = True
            break
        if not joined:
            _add_point(points, entries, count, row, column - left, 1 << sample, face, px, py, pz)
            count += 1
    return count


@inlined
def _is_smooth(
    owner: NDArray[np.int32],
    nearness: NDArray[np.float32],
    row: int,
    column: int,
    top: int,
    records: NDArray[np.float32],
    part: NDArray[np.uint8],
    rays: NDArray[np.float32],
) -> bool:
    """Tell whether the first sample's triangle stands for the whole pixel.

    All samples then lie on the same part, on neighbouring triangles (near in canonical space),
    and within a pixel's width of the first triangle's plane.
    """
    line, across = 2 * row, 2 * column
    face = owner[line, across]
    if face < 0:
        return False
    x, y = across - records[face, 22], line + 2 * top - records[face, 23]
    plane = records[face, 9] * x + records[face, 10] * y + records[face, 11]
    smooth = True
    # No branches: neighbouring triangles come too irregularly to be predicted.
    for sample in range(1, 4):
        right, down = np.float32(sample & 1), np.float32(sample >> 1)
        found = owner[line + (sample >> 1), across + (sample & 1)]
        other = max(found, 0)
        near = nearness[line + (sample >> 1), across + (sample & 1)]
        away = abs(near - plane - right * records[face, 9] - down * records[face, 10])
        dx = records[other, 24] - records[face, 24]
        dy = records[other, 25] - records[face, 25]
        dz = records[other, 26] - records[face, 26]
        reach = records[other, 27] + records[face, 27]
        adjacent = dx * dx + dy * dy + dz * dz <= reach * reach
        joined = (part[other] == part[face]) & adjacent & (away <= rays[3, 0] * near)
        smooth &= (found >= 0) & ((found == face) | joined)
    return smooth


@inlined
def _entry(
    records: NDArray[np.float32], face: int, column: np.float32, row: np.float32
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Canonical position where a triangle is seen at a sample, and its depth."""
    x, y = column - records[face, 22], row - records[face, 23]
    depth = np.float32(1.0) / (records[face, 9] * x + records[face, 10] * y + records[face, 11])
    px = (records[face, 0] * x + records[face, 1] * y + records[face, 2]) * depth
    py = (records[face, 3] * x + records[face, 4] * y + records[face, 5]) * depth
    pz = (records[face, 6] * x + records[face, 7] * y + records[face, 8]) * depth
    return px, py, pz, depth


@inlined
def _add_point(
    points: NDArray[np.int32],
    entries: NDArray[np.float32],
    count: int,
    row: int,
    column: int,
    mask: int,
    face: int,
    px: np.float32,
    py: np.float32,
    pz: np.float32,
) -> None:
    points[PIXEL_ROW, count], points[PIXEL_COLUMN, count] = row, column
    points[MASK, count], points[FACE, count] = mask, face
    entries[count, 0], entries[count, 1], entries[count, 2] = px, py, pz
