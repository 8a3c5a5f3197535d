"""A closed two-sided relief as triangles: two sheets sewn along the outline, and a fringe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

FRONT, BACK, FRINGE, HEM = 0, 1, 2, 3


@dataclass(frozen=True)
class Relief:
    """Node maps (N, N) of a relief.

    ``solid`` is compared with ``level`` for the outline; the fringe reaches from just inside it
    to where ``alpha`` falls below ``faint``.  ``hidden`` nodes get no front
    triangles, ``crisp`` ones no fringe, whose depth is ``fringe``.
    """

    solid: FloatArray
    front: FloatArray
    back: FloatArray
    middle: FloatArray
    hidden: Mask
    crisp: Mask
    level: float
    faint: float
    alpha: FloatArray
    fringe: FloatArray


class ReliefMesh(NamedTuple):
    """Vertices in node coordinates (x, y) with depths, and triangles facing outward.

    ``lowest`` (2, N) are the vertices of front and back in the last row where the body goes on
    below it, else -1.
    """

    nodes: FloatArray
    depth: FloatArray
    middle: FloatArray
    distance: FloatArray
    sheet: NDArray[np.uint8]
    faces: NDArray[np.int32]
    soft: Mask
    lowest: NDArray[np.int64]


def relief_mesh(relief: Relief) -> ReliefMesh:
    """Triangulate; outline vertices are moved onto the outline, so that it shows no stairs."""
    inside = relief.solid > relief.level
    distance = np.asarray(
        cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5), np.float32
    )
    positions, rim = _snapped(relief.solid, inside, relief.level)
    used = inside | rim
    cells = _cells(used) & _any_corner(inside)
    front_cells = cells & ~_all_corners(relief.hidden & inside)
    fringe_cells = _fringe_cells(relief, inside) & ~_all_corners(relief.crisp)
    builder = _Builder(positions, relief.middle, distance)
    middle = relief.middle
    builder.add(front_cells, np.where(rim, middle, relief.front), FRONT, flip=False)
    builder.add(cells, np.where(rim, middle, relief.back), BACK, flip=True)
    builder.add(fringe_cells, relief.fringe, FRINGE, flip=False, grid=True)
    builder.close_border(cells)
    return builder.mesh(builder.lowest(cells))


class _Builder:
    def __init__(self, positions: FloatArray, middle: FloatArray, distance: FloatArray) -> None:
        self._positions, self._middle, self._distance = positions, middle, distance
        self._nodes: list[FloatArray] = []
        self._faces: list[NDArray[np.int64]] = []
        self._values: list[tuple[FloatArray, FloatArray, FloatArray, int]] = []
        self._count = 0
        self._index: dict[int, NDArray[np.int64]] = {}

    def add(
        self, cells: Mask, depth: FloatArray, sheet: int, *, flip: bool, grid: bool = False
    ) -> None:
        """Add one sheet; ``grid`` keeps nodes where they are instead of on the outline."""
        height, width = depth.shape
        rows, columns = np.nonzero(cells)
        corner = rows * width + columns
        quads = np.stack([corner, corner + width, corner + width + 1, corner + 1], 1)
        used, flat = np.unique(quads, return_inverse=True)
        quads = flat.reshape(quads.shape) + self._count
        index = np.full(height * width, -1, np.int64)
        index[used] = self._count + np.arange(len(used))
        self._index[sheet] = index.reshape(height, width)
        triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        self._faces.append(triangles[:, ::-1] if flip else triangles)
        plain = np.stack([used % width, used // width], 1).astype(np.float32)
        self._nodes.append(plain if grid else self._positions.reshape(-1, 2)[used])
        maps = (depth, self._middle, self._distance)
        values = [image.reshape(-1)[used].astype(np.float32) for image in maps]
        self._values.append((values[0], values[1], values[2], sheet))
        self._count += len(used)

    def close_border(self, cells: Mask) -> None:
        """Wall between front and back sheet where the picture's border cuts through the body."""
        front = self._index[FRONT]
        back = self._index[BACK]
        height, width = cells.shape
        last_row, last_column = height - 1, width - 1
        walls = [
            ((last_row, c), (last_row, c + 1)) for c in range(last_column) if cells[last_row - 1, c]
        ]
        walls += [
            ((r + 1, last_column), (r, last_column))
            for r in range(last_row)
            if cells[r, last_column - 1]
        ]
        walls += [((r, 0), (r + 1, 0)) for r in range(last_row) if cells[r, 0]]
        quads = []
        for a, b in walls:
            corners = (front[a], back[a], back[b], front[b])
            if min(corners) >= 0:
                quads += [corners[:3], (corners[0], corners[2], corners[3])]
        if quads:
            self._faces.append(np.asarray(quads, np.int64))

    def lowest(self, cells: Mask) -> NDArray[np.int64]:
        """Vertices (2, N) of front and back in the last row below any of ``cells``, else -1."""
        row = cells[-2] | np.roll(cells[-2], 1)
        return np.where(row, np.stack([self._index[FRONT][-1], self._index[BACK][-1]]), -1)

    def mesh(self, lowest: NDArray[np.int64]) -> ReliefMesh:
        sheets = np.concatenate(
            [np.full(len(d), sheet, np.uint8) for d, _, _, sheet in self._values]
        )
        faces = np.concatenate(self._faces).astype(np.int32)
        return ReliefMesh(
            nodes=np.concatenate(self._nodes),
            depth=np.concatenate([v[0] for v in self._values]),
            middle=np.concatenate([v[1] for v in self._values]),
            distance=np.concatenate([v[2] for v in self._values]),
            sheet=sheets,
            faces=faces,
            soft=sheets[faces[:, 0]] == FRINGE,
            lowest=lowest,
        )


def _snapped(solid: FloatArray, inside: Mask, level: float) -> tuple[FloatArray, Mask]:
    """Node positions (N, N, 2), with outside neighbours of the inside pulled onto the outline."""
    height, width = solid.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    total = np.zeros((height, width, 2), np.float32)
    hits = np.zeros((height, width), np.float32)
    padded, inner = np.pad(solid, 1), np.pad(inside, 1)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            if not (down or across):
                continue
            other = padded[1 + down : 1 + down + height, 1 + across : 1 + across + width]
            is_in = inner[1 + down : 1 + down + height, 1 + across : 1 + across + width]
            crossing = is_in & ~inside
            share = np.where(crossing, (level - solid) / np.maximum(other - solid, 1e-6), 0)
            # Corners go only most of the way, or their triangles would fold over.
            share = np.clip(share, 0, 1) * (0.75 if down and across else 1.0)
            weight = crossing * (0.3 if down and across else 1.0)
            total[..., 0] += weight * across * share
            total[..., 1] += weight * down * share
            hits += weight
    rim = hits > 0
    shift = total / np.maximum(hits, 1e-6)[..., None]
    positions = np.stack([x, y], -1) + np.where(rim[..., None], shift, 0)
    return positions.astype(np.float32), rim


def _fringe_cells(relief: Relief, inside: Mask) -> Mask:
    """Cells outside the solid part, and two cells into it so that no gap opens when turned."""
    core = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    soft = (relief.alpha > relief.faint) & ~core
    # Two cells further, so that the field's own edge lies where nothing is seen any more.
    soft = cv2.dilate(soft.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return _any_corner(soft) & ~_all_corners(core)


def _corners(mask: Mask) -> tuple[Mask, Mask, Mask, Mask]:
    return mask[:-1, :-1], mask[1:, :-1], mask[1:, 1:], mask[:-1, 1:]


def _fit(cells: Mask) -> Mask:
    return np.pad(cells, ((0, 1), (0, 1)))


def _cells(mask: Mask) -> Mask:
    a, b, c, d = _corners(mask)
    return _fit(a & b & c & d)


_all_corners = _cells


def _any_corner(mask: Mask) -> Mask:
    a, b, c, d = _corners(mask)
    return _fit(a | b | c | d)
