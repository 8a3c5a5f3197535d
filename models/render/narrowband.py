"""One band of rows, from triangles to pixels: draw, group samples, march, composite.

Every pixel has four samples. Samples of a pixel that lie close together in canonical space are
shaded once, in their middle; others (silhouettes, lips, lids, grazing skin) get a shading point
each. Coverage then antialiases outer and inner edges alike, at about one point per pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled, inlined
from models.render.decode import decay, shade_samples
from models.render.raster import draw_band
from models.render.simd import LANES, broadcast, load, multiply, store, take_number

#: Pixel rows of a band and columns of a tile.
BAND = 16
TILE = 16
#: At most four points from each of the two layers in a pixel.
_POINTS = BAND * TILE * 8
#: Samples of a pixel closer than this many pixel widths in canonical space are shaded as one.
MERGE = np.float32(3.0)
_HALF = np.float32(0.5)
#: Rays stop where less light than this passes: half a step of an 8-bit picture.
_OPAQUE = np.float32(1 / 512)
#: Rows of the integer description of a shading point.
_PIXEL_ROW, _PIXEL_COLUMN, _MASK, _FACE = 0, 1, 2, 3


@compiled
def render_bands(
    counter: NDArray[np.int64],
    size: int,
    starts: NDArray[np.int64],
    lists: NDArray[np.int32],
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    records: NDArray[np.float32],
    part: NDArray[np.uint8],
    soft: NDArray[np.bool_],
    any_soft: bool,
    rays: NDArray[np.float32],
    field_integers: NDArray[np.int64],
    field_floats: NDArray[np.float32],
    w1: NDArray[np.float32],
    b1: NDArray[np.float32],
    w2: NDArray[np.float32],
    b2: NDArray[np.float32],
    steps: int,
    band: float,
    normals: NDArray[np.float32],
    faces: NDArray[np.int32],
    guides: bool,
    image: NDArray[np.float32],
    guide: NDArray[np.float32],
) -> None:
    """Draw and shade bands of 16 pixel rows until none is left.

    Args:
        counter: number of the next band; size: pixels along a side.
        starts, lists: triangles of each band (see raster); edges, boxes, records: per triangle.
        part: ``(F,)`` field of each triangle; soft: ``(F,)`` drawn as a layer in front.
        any_soft: whether there is a soft triangle at all.
        rays: ``(4, 3)`` world direction of pixel (0, 0), its change per column and per row, and
            the width of a pixel at depth 1 in the last row.
        field_integers, field_floats, w1, b1, w2, b2: see :func:`shade_samples`.
        steps: samples along the band; band: its length in units.
        normals: ``(V, 3)`` posed vertex normals, only read if ``guides``.
        image: ``(4, size, size)`` result: straight colour and opacity.
        guide: ``(7, size, size)`` result if ``guides``: depth, normal, canonical position.
    """
    columns = 2 * size + LANES
    near, owner = np.empty((2 * BAND, columns), np.float32), np.empty((2 * BAND, columns), np.int32)
    soft_near = np.empty((2 * BAND if any_soft else 1, columns), np.float32)
    soft_owner = np.empty((2 * BAND if any_soft else 1, columns), np.int32)
    points = np.empty((4, _POINTS), np.int32)
    entries = np.empty((_POINTS, 3), np.float32)
    strides, positions = np.empty((_POINTS, 3), np.float32), np.empty((_POINTS, 3), np.float32)
    owners, active = np.empty(_POINTS, np.int32), np.empty(_POINTS, np.int32)
    raw, light = np.empty((4, _POINTS), np.float32), np.empty((4, _POINTS), np.float32)
    step = np.float32(band / steps)
    features, hidden = (
        np.empty((4, w1.shape[0]), np.float32),
        np.empty((4, w1.shape[1]), np.float32),
    )
    while True:
        number = take_number(counter.ctypes.data)
        top = number * BAND
        if top >= size:
            break
        mine = lists[starts[number] : starts[number + 1]]
        image[:, top : top + BAND] = 0.0
        if mine.shape[0] == 0:
            if guides:
                guide[:, top : top + BAND] = 0.0
            continue
        near[:], owner[:] = 0.0, -1
        draw_band(mine, edges, boxes, soft, False, 2 * top, near, near, owner)
        if any_soft:
            soft_near[:], soft_owner[:] = 0.0, -1
            draw_band(mine, edges, boxes, soft, True, 2 * top, near, soft_near, soft_owner)
        for left in range(0, size, TILE):
            count = 0
            for row in range(min(BAND, size - top)):
                for column in range(left, min(left + TILE, size)):
                    if any_soft:
                        count = group_samples(
                            soft_owner,
                            soft_near,
                            row,
                            column,
                            top,
                            left,
                            records,
                            part,
                            rays,
                            points,
                            entries,
                            count,
                        )
                    count = group_samples(
                        owner,
                        near,
                        row,
                        column,
                        top,
                        left,
                        records,
                        part,
                        rays,
                        points,
                        entries,
                        count,
                    )
            aim(points, count, top, left, records, rays, step, strides)
            light[:3, :count], light[3, :count] = 0.0, 1.0
            for march in range(steps):
                length = place_samples(
                    points, entries, strides, count, march, part, light, active,
                    positions, owners,
                )  # fmt: skip
                shade_samples(
                    positions, owners, length, field_integers, field_floats,
                    w1, b1, w2, b2, features, hidden, raw,
                )  # fmt: skip
                absorb(raw, active, length, step, light)
            composite_tile(points, count, light, image, top, left)
        if guides:
            write_guides(
                soft_owner if any_soft else owner,
                owner,
                top,
                size,
                edges,
                records,
                faces,
                normals,
                guide,
            )


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

    A point is its pixel in the tile, the set of samples it stands for (four bits), and the
    triangle that carries it; ``entries`` holds its canonical position.
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
            other = points[_FACE, point]
            if other != face:
                dx, dy, dz = entries[point, 0] - px, entries[point, 1] - py, entries[point, 2] - pz
                if part[other] != part[face] or dx * dx + dy * dy + dz * dz > reach * reach:
                    continue
            members = points[_MASK, point]
            total = (members & 1) + (members >> 1 & 1) + (members >> 2 & 1) + (members >> 3 & 1)
            share = np.float32(1.0) / np.float32(total + 1)
            entries[point, 0] += (px - entries[point, 0]) * share
            entries[point, 1] += (py - entries[point, 1]) * share
            entries[point, 2] += (pz - entries[point, 2]) * share
            points[_MASK, point] = members | (1 << sample)
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
    points[_PIXEL_ROW, count], points[_PIXEL_COLUMN, count] = row, column
    points[_MASK, count], points[_FACE, count] = mask, face
    entries[count, 0], entries[count, 1], entries[count, 2] = px, py, pz


@compiled
def aim(
    points: NDArray[np.int32],
    count: int,
    top: int,
    left: int,
    records: NDArray[np.float32],
    rays: NDArray[np.float32],
    step: np.float32,
    strides: NDArray[np.float32],
) -> None:
    """Write how far one step along each point's ray leads in canonical space ``(N, 3)``."""
    for point in range(count):
        row = np.float32(points[_PIXEL_ROW, point] + top)
        column = np.float32(points[_PIXEL_COLUMN, point] + left)
        face = points[_FACE, point]
        dx = rays[0, 0] + column * rays[1, 0] + row * rays[2, 0]
        dy = rays[0, 1] + column * rays[1, 1] + row * rays[2, 1]
        dz = rays[0, 2] + column * rays[1, 2] + row * rays[2, 2]
        scale = step / np.sqrt(dx * dx + dy * dy + dz * dz)
        for axis in range(3):
            entry = 12 + 3 * axis
            strides[point, axis] = scale * (
                records[face, entry] * dx
                + records[face, entry + 1] * dy
                + records[face, entry + 2] * dz
            )


@compiled
def place_samples(
    points: NDArray[np.int32],
    entries: NDArray[np.float32],
    strides: NDArray[np.float32],
    count: int,
    number: int,
    part: NDArray[np.uint8],
    light: NDArray[np.float32],
    active: NDArray[np.int32],
    positions: NDArray[np.float32],
    owners: NDArray[np.int32],
) -> int:
    """Write the samples of step ``number`` for the points that still let light through.

    Returns how many there are; ``active`` holds their points.
    """
    distance = np.float32(number) + _HALF
    length = 0
    for point in range(count):
        if light[3, point] > _OPAQUE:
            active[length] = point
            for axis in range(3):
                positions[length, axis] = entries[point, axis] + distance * strides[point, axis]
            owners[length] = part[points[_FACE, point]]
            length += 1
    return length


@compiled
def absorb(
    raw: NDArray[np.float32],
    active: NDArray[np.int32],
    length: int,
    step: np.float32,
    light: NDArray[np.float32],
) -> None:
    """Add one sample to each active point: premultiplied colour and transmittance."""
    address = raw.ctypes.data
    for start in range(0, length, LANES):
        store(address, start, decay(multiply(load(address, start), broadcast(step))))
    for sample in range(length):
        point = active[sample]
        weight = light[3, point] * (np.float32(1.0) - raw[0, sample])
        light[0, point] += weight * raw[1, sample]
        light[1, point] += weight * raw[2, sample]
        light[2, point] += weight * raw[3, sample]
        light[3, point] *= raw[0, sample]


@compiled
def composite_tile(
    points: NDArray[np.int32],
    count: int,
    light: NDArray[np.float32],
    image: NDArray[np.float32],
    top: int,
    left: int,
) -> None:
    """Composite a pixel's points, front to back, over its four samples."""
    one = np.float32(1.0)
    clear = (one, one, one, one)
    red, green, blue = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for point in range(count):
        through = light[3, point]
        mask = points[_MASK, point]
        lit = np.float32(0.0)
        c0, c1, c2, c3 = clear
        if mask & 1:
            lit, c0 = lit + c0, c0 * through
        if mask & 2:
            lit, c1 = lit + c1, c1 * through
        if mask & 4:
            lit, c2 = lit + c2, c2 * through
        if mask & 8:
            lit, c3 = lit + c3, c3 * through
        clear = (c0, c1, c2, c3)
        red += lit * light[0, point]
        green += lit * light[1, point]
        blue += lit * light[2, point]
        row, column = points[_PIXEL_ROW, point], points[_PIXEL_COLUMN, point]
        following = point + 1
        if (
            following == count
            or points[_PIXEL_COLUMN, following] != column
            or points[_PIXEL_ROW, following] != row
        ):
            opacity = np.float32(4.0) - (c0 + c1 + c2 + c3)
            solid = one / max(opacity, np.float32(1e-6))
            image[0, top + row, left + column] = min(max(red * solid, np.float32(0.0)), one)
            image[1, top + row, left + column] = min(max(green * solid, np.float32(0.0)), one)
            image[2, top + row, left + column] = min(max(blue * solid, np.float32(0.0)), one)
            image[3, top + row, left + column] = opacity * np.float32(0.25)
            clear = (one, one, one, one)
            red, green, blue = np.float32(0.0), np.float32(0.0), np.float32(0.0)


@compiled
def write_guides(
    front: NDArray[np.int32],
    behind: NDArray[np.int32],
    top: int,
    size: int,
    edges: NDArray[np.float64],
    records: NDArray[np.float32],
    faces: NDArray[np.int32],
    normals: NDArray[np.float32],
    guide: NDArray[np.float32],
) -> None:
    """Write depth, unit normal and canonical position, means over a pixel's covered samples."""
    for row in range(min(BAND, size - top)):
        for column in range(size):
            guide[:, top + row, column] = 0.0
            covered = 0
            for sample in range(4):
                line, across = 2 * row + (sample >> 1), 2 * column + (sample & 1)
                face = front[line, across]
                if face < 0:
                    face = behind[line, across]
                if face < 0:
                    continue
                covered += 1
                x, y = across - records[face, 22], line + 2 * top - records[face, 23]
                depth = 1.0 / (records[face, 9] * x + records[face, 10] * y + records[face, 11])
                guide[0, top + row, column] += depth
                side = 1.0 - 2.0 * records[face, 21]
                for corner in range(3):
                    plane = 3 * corner
                    share = (
                        side
                        * depth
                        * (
                            edges[face, plane] * across
                            + edges[face, plane + 1] * (line + 2 * top)
                            + edges[face, plane + 2]
                        )
                    )
                    for axis in range(3):
                        normal = normals[faces[face, corner], axis]
                        guide[1 + axis, top + row, column] += share * normal
                for axis in range(3):
                    plane = 3 * axis
                    guide[4 + axis, top + row, column] += depth * (
                        records[face, plane] * x
                        + records[face, plane + 1] * y
                        + records[face, plane + 2]
                    )
            if covered:
                _finish_guide(guide, top + row, column, covered)


@compiled
def _finish_guide(guide: NDArray[np.float32], row: int, column: int, covered: int) -> None:
    guide[0, row, column] /= covered
    length = np.float32(1e-12)
    for axis in range(3):
        length += guide[1 + axis, row, column] ** 2
        guide[4 + axis, row, column] /= covered
    for axis in range(3):
        guide[1 + axis, row, column] /= np.sqrt(length)
