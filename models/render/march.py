"""Along the rays of shading points, and from points to pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled
from models.render.decode import decay
from models.render.group import FACE, MASK, PIXEL_COLUMN, PIXEL_ROW
from models.render.simd import LANES, broadcast, load, multiply, store

_HALF = np.float32(0.5)
#: A ray that lets less light through counts as opaque: half a step of an 8-bit picture.
OPAQUE = np.float32(1 / 512)
#: Weight of a solid surface's first sample beyond its own: where the field is empty behind the
#: surface, the colour nearest to it shows.
FAINT = np.float32(1 / 1024)


@compiled
def aim(
    points: NDArray[np.int32],
    count: int,
    top: int,
    left: int,
    records: NDArray[np.float32],
    rays: NDArray[np.float32],
    step: np.float32,
    soft: NDArray[np.bool_],
    strides: NDArray[np.float32],
    solid: NDArray[np.bool_],
) -> None:
    """Write how far one step along each point's ray leads in canonical space ``(N, 3)``.

    ``solid (N,)`` becomes true where the point's triangle is not ``soft (F,)``.
    """
    for point in range(count):
        row = np.float32(points[PIXEL_ROW, point] + top)
        column = np.float32(points[PIXEL_COLUMN, point] + left)
        face = points[FACE, point]
        solid[point] = not soft[face]
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
        if light[3, point] > OPAQUE:
            active[length] = point
            for axis in range(3):
                positions[length, axis] = entries[point, axis] + distance * strides[point, axis]
            owners[length] = part[points[FACE, point]]
            length += 1
    return length


@compiled
def absorb(
    raw: NDArray[np.float32],
    active: NDArray[np.int32],
    length: int,
    step: np.float32,
    extra: np.float32,
    solid: NDArray[np.bool_],
    light: NDArray[np.float32],
) -> None:
    """Add one sample to each active point: premultiplied colour and transmittance.

    Colours of solid points get the weight ``extra`` on top.
    """
    address = raw.ctypes.data
    for start in range(0, length, LANES):
        store(address, start, decay(multiply(load(address, start), broadcast(step))))
    for sample in range(length):
        point = active[sample]
        weight = light[3, point] * (np.float32(1.0) - raw[0, sample])
        if solid[point]:
            weight += extra
        light[0, point] += weight * raw[1, sample]
        light[1, point] += weight * raw[2, sample]
        light[2, point] += weight * raw[3, sample]
        light[3, point] *= raw[0, sample]


@compiled
def composite_tile(
    points: NDArray[np.int32],
    count: int,
    solid: NDArray[np.bool_],
    light: NDArray[np.float32],
    image: NDArray[np.float32],
    top: int,
    left: int,
) -> None:
    """Composite a pixel's points, front to back, over its four samples.

    Solid points let nothing through: their colour is the mean of their samples by weight.
    """
    one = np.float32(1.0)
    clear = (one, one, one, one)
    red, green, blue = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for point in range(count):
        through = light[3, point]
        share = one
        if solid[point]:
            through, share = np.float32(0.0), one / (one - through + FAINT)
        elif through <= OPAQUE:
            through, share = np.float32(0.0), one / (one - through)
        mask = points[MASK, point]
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
        lit *= share
        red += lit * light[0, point]
        green += lit * light[1, point]
        blue += lit * light[2, point]
        row, column = points[PIXEL_ROW, point], points[PIXEL_COLUMN, point]
        following = point + 1
        if (
            following == count
            or points[PIXEL_COLUMN, following] != column
            or points[PIXEL_ROW, following] != row
        ):
            opacity = np.float32(4.0) - (c0 + c1 + c2 + c3)
            scale = one / max(opacity, np.float32(1e-6))
            image[0, top + row, left + column] = min(max(red * scale, np.float32(0.0)), one)
            image[1, top + row, left + column] = min(max(green * scale, np.float32(0.0)), one)
            image[2, top + row, left + column] = min(max(blue * scale, np.float32(0.0)), one)
            image[3, top + row, left + column] = opacity * np.float32(0.25)
            clear = (one, one, one, one)
            red, green, blue = np.float32(0.0), np.float32(0.0), np.float32(0.0)
