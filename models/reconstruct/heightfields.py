"""Six orthographic height fields of a triangle surface, one pair along each axis.

Their intersection, ``low_z <= z <= high_z`` and so on, is the solid that the density of a baked
field describes. Heights are fitted so that bilinear interpolation never cuts into the surface:
where a field is steep it may stand outside a little, because another one is flat there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.render.compiled import compiled, run_parallel
from models.render.simd import take_number
from models.triplane.sampling import PLANE_AXES

FloatArray = NDArray[np.float32]

#: Depth given to surfaces without one, such as flat sheets of hair; canonical units.
SHEET_DEPTH = 0.006
#: Fine pixels along a side of a texel; odd, so that one lies at the texel's centre.
_FINE = 3
_EMPTY = np.float32(1e30)
#: Raising heights stops at this error; canonical units.
_TOLERANCE = np.float32(0.0003)
#: Columns, rows and height axis of the three planes.
AXES = tuple((column, row, 3 - column - row) for column, row in PLANE_AXES)


@dataclass(frozen=True)
class HeightFields:
    """Lower and upper heights at the texel centres of the planes XY, XZ and ZY.

    Attributes:
        low: ``(3, R, R)`` lowest surface point along z, y, x, relative to the box centre.
        high: ``(3, R, R)`` highest one. Where no surface lies below a texel, ``high < low``.
    """

    low: FloatArray
    high: FloatArray

    @property
    def middle(self) -> FloatArray:
        """Height half-way between, ``(3, R, R)``; smooth also beside the surface."""
        return np.asarray((self.low + self.high) / 2, np.float32)


def height_fields(
    vertices: FloatArray, faces: NDArray[np.int32], box_warp: float, resolution: int
) -> HeightFields:
    """Measure the heights of a surface.

    Args:
        vertices: ``(V, 3)`` relative to the box centre, canonical units; faces: ``(F, 3)``.
        box_warp: side of the box; resolution: texels along a side.

    Raises:
        ValueError: if no face shows from the front.
    """
    fine = resolution * _FINE
    low = np.full((3, fine, fine), _EMPTY, np.float32)
    high = np.full((3, fine, fine), -_EMPTY, np.float32)
    run_parallel(
        _rasterise, np.float32(fine / box_warp), vertices, faces, np.array(AXES), low, high
    )
    if not (high[0] > -_EMPTY).any():
        raise ValueError("the surface has no face inside the box that shows from the front")
    _thicken_sheets(np.float32(box_warp / fine), low, high)
    nodes_low, nodes_high = np.empty((2, 3, resolution, resolution), np.float32)
    for plane in range(3):
        pair = _fit_nodes(low[plane], high[plane], box_warp / resolution)
        nodes_low[plane], nodes_high[plane] = pair
    return HeightFields(nodes_low, nodes_high)


@compiled
def _rasterise(
    counter: NDArray[np.int64],
    scale: np.float32,
    vertices: FloatArray,
    faces: NDArray[np.int32],
    axes: NDArray[np.int64],
    low: FloatArray,
    high: FloatArray,
) -> None:
    """Keep the lowest and highest surface point at each fine pixel centre; a job is a plane."""
    size = low.shape[1]
    shift = np.float32(size) / 2 - np.float32(0.5)
    while True:
        plane = take_number(counter.ctypes.data)
        if plane >= 3:
            break
        across, along, height = axes[plane]
        for face in range(faces.shape[0]):
            a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
            ax, ay = vertices[a, across] * scale + shift, vertices[a, along] * scale + shift
            bx, by = vertices[b, across] * scale + shift, vertices[b, along] * scale + shift
            cx, cy = vertices[c, across] * scale + shift, vertices[c, along] * scale + shift
            area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            if abs(area) < 1e-9:
                continue
            inverse = 1 / area
            left = max(0, int(np.ceil(min(ax, bx, cx))))
            right = min(size - 1, int(np.floor(max(ax, bx, cx))))
            bottom = max(0, int(np.ceil(min(ay, by, cy))))
            top = min(size - 1, int(np.floor(max(ay, by, cy))))
            za, zb, zc = vertices[a, height], vertices[b, height], vertices[c, height]
            for row in range(bottom, top + 1):
                for column in range(left, right + 1):
                    p = ((bx - ax) * (row - ay) - (by - ay) * (column - ax)) * inverse
                    q = ((cy - ay) * (column - ax) - (cx - ax) * (row - ay)) * inverse
                    if p < -1e-5 or q < -1e-5 or p + q > 1.00001:
                        continue
                    z = za + q * (zb - za) + p * (zc - za)
                    low[plane, row, column] = min(low[plane, row, column], z)
                    high[plane, row, column] = max(high[plane, row, column], z)


@compiled
def _thicken_sheets(pitch: np.float32, low: FloatArray, high: FloatArray) -> None:
    """Give thin places depth behind their front, and show that depth to the other two planes."""
    size = low.shape[1]
    middle = np.float32(size) / 2 - np.float32(0.5)
    for row in range(size):
        for column in range(size):
            front = high[0, row, column]
            if front == -_EMPTY or low[0, row, column] <= front - SHEET_DEPTH:
                continue
            low[0, row, column] = front - SHEET_DEPTH
            x, y = (column - middle) * pitch, (row - middle) * pitch
            first = max(0, int(np.floor((front - SHEET_DEPTH) / pitch + middle)))
            last = min(size - 1, int(np.ceil(front / pitch + middle)))
            for depth in range(first, last + 1):
                low[1, depth, column] = min(low[1, depth, column], y - pitch / 2)
                high[1, depth, column] = max(high[1, depth, column], y + pitch / 2)
                low[2, row, depth] = min(low[2, row, depth], x - pitch / 2)
                high[2, row, depth] = max(high[2, row, depth], x + pitch / 2)


def _fit_nodes(low: FloatArray, high: FloatArray, texel: float) -> tuple[FloatArray, FloatArray]:
    """Reduce fine heights of one plane to texel centres, lower and upper ``(R, R)``."""
    center = slice(_FINE // 2, None, _FINE)
    covered = high[center, center] > -_EMPTY
    if not covered.any():
        return np.full(covered.shape, 0.05, np.float32), np.full(covered.shape, -0.05, np.float32)
    nearest: NDArray[np.int64]
    distance, nearest = ndimage.distance_transform_edt(~covered, return_indices=True)
    own_low, own_high = low[center, center], high[center, center]
    near_low, near_high = own_low[tuple(nearest)], own_high[tuple(nearest)]
    # Beside the surface the heights cross over, so that their solid is empty there. Mirroring
    # the depth of the nearest texel lets the silhouette fall half-way between the two.
    depth = np.clip((near_high - near_low) / 2, 0.004, 0.05) + texel * distance
    depth = np.where(covered, (near_low - near_high) / 2, np.minimum(depth, 0.1))
    blurred = ndimage.gaussian_filter((near_low + near_high) / 2, 2.0)
    middle = np.where(distance < 2, (near_low + near_high) / 2, blurred)
    nodes_low, nodes_high = middle + depth, middle - depth
    # Silhouettes end between fine pixels: the next one outside must not be cut either.
    high, low = _spread(high), -_spread(-low)
    window = 2 * _FINE + 1
    ceiling = ndimage.maximum_filter(high, window)[center, center]
    floor = -ndimage.minimum_filter(low, window)[center, center]
    nodes_high = _raise_over(nodes_high.astype(np.float32), high, ceiling)
    nodes_low = -_raise_over(-nodes_low.astype(np.float32), -low, floor)
    return nodes_low, nodes_high


def _spread(fine: FloatArray) -> FloatArray:
    """Continue fine heights by one pixel where there is none, with the highest neighbour."""
    return np.where(fine > -_EMPTY, fine, ndimage.maximum_filter(fine, 3))


def _raise_over(nodes: FloatArray, fine: FloatArray, ceiling: FloatArray) -> FloatArray:
    """Raise node heights until their interpolation nowhere lies below the fine heights."""
    for _ in range(4):
        raised = np.zeros_like(nodes)
        _measure_deficit(nodes, fine, raised)
        nodes = np.where(raised > 0, np.minimum(nodes + raised, np.maximum(nodes, ceiling)), nodes)
    return nodes


@compiled
def _measure_deficit(nodes: FloatArray, fine: FloatArray, raised: FloatArray) -> None:
    """Store how far each node must rise for the fine pixels around it (least-norm share)."""
    size, resolution = fine.shape[0], nodes.shape[0]
    for row in range(size):
        v = min(max((row - _FINE // 2) / _FINE, 0.0), resolution - 1.0)
        j = min(int(v), resolution - 2)
        fy = np.float32(v - j)
        for column in range(size):
            if fine[row, column] == -_EMPTY:
                continue
            u = min(max((column - _FINE // 2) / _FINE, 0.0), resolution - 1.0)
            i = min(int(u), resolution - 2)
            fx = np.float32(u - i)
            a, b = (1 - fx) * (1 - fy), fx * (1 - fy)
            c, d = (1 - fx) * fy, fx * fy
            value = a * nodes[j, i] + b * nodes[j, i + 1]
            value += c * nodes[j + 1, i] + d * nodes[j + 1, i + 1]
            deficit = fine[row, column] - value - _TOLERANCE
            if deficit <= 0:
                continue
            deficit /= a * a + b * b + c * c + d * d
            raised[j, i] = max(raised[j, i], a * deficit)
            raised[j, i + 1] = max(raised[j, i + 1], b * deficit)
            raised[j + 1, i] = max(raised[j + 1, i], c * deficit)
            raised[j + 1, i + 1] = max(raised[j + 1, i + 1], d * deficit)
