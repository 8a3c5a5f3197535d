"""One band of rows, from triangles to pixels: draw, group samples, march, composite.

Every pixel has four samples. Samples of a pixel that lie close together in canonical space are
shaded once, in their middle; others (silhouettes, lips, lids, grazing skin) get a shading point
each. Coverage then antialiases outer and inner edges alike, at about one point per pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled
from models.render.decode import shade_samples
from models.render.group import group_samples
from models.render.guides import write_guides
from models.render.march import FAINT, absorb, aim, composite_tile, place_samples
from models.render.raster import draw_band
from models.render.simd import LANES, take_number
from models.render.triangles import describe_seen

#: Pixel rows of a band and columns of a tile.
BAND = 16
TILE = 16
#: At most four points from each of the two layers in a pixel.
_POINTS = BAND * TILE * 8


@compiled
def render_bands(
    counter: NDArray[np.int64],
    size: int,
    starts: NDArray[np.int64],
    lists: NDArray[np.int32],
    posed: NDArray[np.float32],
    canonical: NDArray[np.float32],
    faces: NDArray[np.int32],
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    eye: NDArray[np.float64],
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
    guides: bool,
    image: NDArray[np.float32],
    guide: NDArray[np.float32],
    counts: NDArray[np.int64],
) -> None:
    """Draw and shade bands of 16 pixel rows until none is left.

    Args:
        counter: number of the next band; size: pixels along a side.
        starts, lists: triangles of each band (see raster).
        posed, canonical, faces, edges, boxes, eye, records: see :func:`describe_triangle`; the
            records of the triangles that show are written here.
        part: ``(F,)`` field of each triangle; soft: ``(F,)`` drawn as a layer in front
            and as translucent as the field; the others are solid.
        any_soft: whether there is a soft triangle at all.
        rays: ``(4, 3)`` world direction of pixel (0, 0), its change per column and per row, and
            the width of a pixel at depth 1 in the last row.
        field_integers, field_floats, w1, b1, w2, b2: see :func:`shade_samples`.
        steps: samples along the band; band: its length in units.
        normals: ``(V, 3)`` posed vertex normals, only read if ``guides``.
        image: ``(4, size, size)`` result: straight colour and opacity.
        guide: ``(7, size, size)`` result if ``guides``: depth, normal, canonical position.
        counts: ``(bands, 2)`` result: shading points and shaded samples of each band.
    """
    columns = 2 * size + LANES
    near, owner = np.empty((2 * BAND, columns), np.float32), np.empty((2 * BAND, columns), np.int32)
    soft_near = np.empty((2 * BAND if any_soft else 1, columns), np.float32)
    soft_owner = np.empty((2 * BAND if any_soft else 1, columns), np.int32)
    points = np.empty((4, _POINTS), np.int32)
    entries = np.empty((_POINTS, 3), np.float32)
    strides, positions = np.empty((_POINTS, 3), np.float32), np.empty((_POINTS, 3), np.float32)
    owners, active = np.empty(_POINTS, np.int32), np.empty(_POINTS, np.int32)
    solid = np.empty(_POINTS, np.bool_)
    noted = np.full(faces.shape[0], -1, np.int32)
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
        counts[number, 0], counts[number, 1] = 0, 0
        if mine.shape[0] == 0:
            if guides:
                guide[:, top : top + BAND] = 0.0
            continue
        near[:], owner[:] = 0.0, -1
        draw_band(mine, edges, boxes, soft, False, 2 * top, near, near, owner)
        if any_soft:
            soft_near[:], soft_owner[:] = 0.0, -1
            draw_band(mine, edges, boxes, soft, True, 2 * top, near, soft_near, soft_owner)
            describe_seen(
                soft_owner, number, noted, posed, canonical, faces, edges, boxes, eye, records
            )
        describe_seen(owner, number, noted, posed, canonical, faces, edges, boxes, eye, records)
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
            aim(points, count, top, left, records, rays, step, soft, strides, solid)
            light[:3, :count], light[3, :count] = 0.0, 1.0
            counts[number, 0] += count
            faint = FAINT
            for march in range(steps):
                length = place_samples(
                    points, entries, strides, count, march, part, light, active,
                    positions, owners,
                )  # fmt: skip
                shade_samples(
                    positions, owners, length, field_integers, field_floats,
                    w1, b1, w2, b2, features, hidden, raw,
                )  # fmt: skip
                counts[number, 1] += length
                absorb(raw, active, length, step, faint, solid, light)
                faint = np.float32(0.0)
            composite_tile(points, count, solid, light, image, top, left)
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
