"""One band of rows, from triangles to pixels: draw, group samples, march, composite.

Every pixel has four samples. Samples of a pixel that lie close together in canonical space are
shaded once, at their mean; others (silhouettes, lips, lids, grazing skin) get a shading point
each. Coverage then antialiases outer and inner edges alike, at about one point per pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled
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
    samples = _POINTS * steps
    positions = np.empty((samples, 3), np.float32)
    owners = np.empty(samples, np.int32)
    raw = np.empty((4, samples + LANES), np.float32)
    features, hidden = (
        np.empty((4, w1.shape[0]), np.float32),
        np.empty((4, w1.shape[1]), np.float32),
    )
    light = np.empty((5, BAND, TILE, 4), np.float32)
    while True:
        number = take_number(counter.ctypes.data)
        top = number * BAND
        if top >= size:
            break
        mine = lists[starts[number] : starts[number + 1]]
        if mine.shape[0] == 0:
            image[:, top : top + BAND] = 0.0
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
            place_samples(
                points,
                entries,
                count,
                top,
                left,
                records,
                part,
                rays,
                steps,
                band,
                positions,
                owners,
            )
            shade_samples(
                positions,
                owners,
                count * steps,
                field_integers,
                field_floats,
                w1,
                b1,
                w2,
                b2,
                features,
                hidden,
                raw,
            )
            opacities(raw, count * steps, np.float32(band / steps))
            composite_tile(points, count, steps, raw, light, image, top, left)
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


@compiled
def group_samples(
    owner: NDArray[np.int32],
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
    for sample in range(4):
        line, across = 2 * row + (sample >> 1), 2 * column + (sample & 1)
        face = owner[line, across]
        if face < 0:
            continue
        x = np.float32(across) - records[face, 22]
        y = np.float32(line + 2 * top) - records[face, 23]
        depth = np.float32(1.0) / (records[face, 9] * x + records[face, 10] * y + records[face, 11])
        px = (records[face, 0] * x + records[face, 1] * y + records[face, 2]) * depth
        py = (records[face, 3] * x + records[face, 4] * y + records[face, 5]) * depth
        pz = (records[face, 6] * x + records[face, 7] * y + records[face, 8]) * depth
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
            points[_PIXEL_ROW, count], points[_PIXEL_COLUMN, count] = row, column - left
            points[_MASK, count], points[_FACE, count] = 1 << sample, face
            entries[count, 0], entries[count, 1], entries[count, 2] = px, py, pz
            count += 1
    return count


@compiled
def place_samples(
    points: NDArray[np.int32],
    entries: NDArray[np.float32],
    count: int,
    top: int,
    left: int,
    records: NDArray[np.float32],
    part: NDArray[np.uint8],
    rays: NDArray[np.float32],
    steps: int,
    band: float,
    positions: NDArray[np.float32],
    owners: NDArray[np.int32],
) -> None:
    """Write the canonical positions of the samples along the band below each point."""
    step = np.float32(band / steps)
    for point in range(count):
        row = np.float32(points[_PIXEL_ROW, point] + top)
        column = np.float32(points[_PIXEL_COLUMN, point] + left)
        face = points[_FACE, point]
        dx = rays[0, 0] + column * rays[1, 0] + row * rays[2, 0]
        dy = rays[0, 1] + column * rays[1, 1] + row * rays[2, 1]
        dz = rays[0, 2] + column * rays[1, 2] + row * rays[2, 2]
        scale = step / np.sqrt(dx * dx + dy * dy + dz * dz)
        dx, dy, dz = dx * scale, dy * scale, dz * scale
        mx = records[face, 12] * dx + records[face, 13] * dy + records[face, 14] * dz
        my = records[face, 15] * dx + records[face, 16] * dy + records[face, 17] * dz
        mz = records[face, 18] * dx + records[face, 19] * dy + records[face, 20] * dz
        for step_number in range(steps):
            distance = np.float32(step_number) + np.float32(0.5)
            sample = point * steps + step_number
            positions[sample, 0] = entries[point, 0] + distance * mx
            positions[sample, 1] = entries[point, 1] + distance * my
            positions[sample, 2] = entries[point, 2] + distance * mz
            owners[sample] = part[face]


@compiled
def opacities(raw: NDArray[np.float32], count: int, step: np.float32) -> None:
    """Turn densities, the first row of ``raw``, into transmittances of one step, in place."""
    address = raw.ctypes.data
    for start in range(0, count, LANES):
        store(address, start, decay(multiply(load(address, start), broadcast(step))))


@compiled
def composite_tile(
    points: NDArray[np.int32],
    count: int,
    steps: int,
    raw: NDArray[np.float32],
    light: NDArray[np.float32],
    image: NDArray[np.float32],
    top: int,
    left: int,
) -> None:
    """Composite samples to points, points front to back over the four samples of a pixel."""
    light[:4], light[4] = 0.0, 1.0
    for point in range(count):
        red, green, blue = np.float32(0.0), np.float32(0.0), np.float32(0.0)
        through = np.float32(1.0)
        for sample in range(point * steps, (point + 1) * steps):
            weight = through * (np.float32(1.0) - raw[0, sample])
            red += weight * raw[1, sample]
            green += weight * raw[2, sample]
            blue += weight * raw[3, sample]
            through *= raw[0, sample]
        row, column, mask = points[0, point], points[1, point], points[2, point]
        for sample in range(4):
            if mask >> sample & 1:
                before = light[4, row, column, sample]
                light[0, row, column, sample] += before * red
                light[1, row, column, sample] += before * green
                light[2, row, column, sample] += before * blue
                light[4, row, column, sample] = before * through
    size = image.shape[1]
    for row in range(min(BAND, size - top)):
        for column in range(min(TILE, size - left)):
            clear = np.float32(0.0)
            for sample in range(4):
                clear += light[4, row, column, sample]
            opacity = np.float32(4.0) - clear
            solid = np.float32(1.0) / max(opacity, np.float32(1e-6))
            for channel in range(3):
                value = np.float32(0.0)
                for sample in range(4):
                    value += light[channel, row, column, sample]
                value = min(max(value * solid, np.float32(0.0)), np.float32(1.0))
                image[channel, top + row, left + column] = value
            image[3, top + row, left + column] = opacity * np.float32(0.25)


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
