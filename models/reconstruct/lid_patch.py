"""The skin of an eye's lids, and the line along which they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.head.assemble import HeadMesh
from models.render.zbuffer import rasterize

Floats = NDArray[np.float64]

_ABOVE, _BELOW, _BESIDE = 0.040, 0.008, 0.014
"""How far the patch reaches from where the lids meet, canonical units."""
_LEAST_MOTION = 0.03
"""Share of the margin's travel by which the upper lid's skin moves at least."""
_LEAST_TRAVEL = 0.006
_GRID = 320


@dataclass(frozen=True)
class LidPatch:
    """Skin of the lids of one eye, as the front sees it shut.

    Attributes:
        line: its margins.
        skin: (K,) skin vertices; faces: (M, 3) triangles of these K.
        place: (K, 2) x and y in the shut eye.
        height: (K,) above the line where the lids meet, canonical units, negative below it.
        motion: (K,) share of the margin's travel.
        upper: (K,) bool.
    """

    line: LidLine
    skin: NDArray[np.intp]
    faces: NDArray[np.int32]
    place: Floats
    height: Floats
    motion: Floats
    upper: NDArray[np.bool_]

    @classmethod
    def of(cls, head: HeadMesh, eye: int, opened: Floats, shut: Floats) -> LidPatch:
        """Of the left (0) or right eye; skin (V, 3) with open and with shut eyes."""
        corners, weights = head.lid_margins
        margins, closed = (
            np.einsum("lnc,lncd->lnd", weights[eye], skin[corners[eye]]) for skin in (opened, shut)
        )
        skin, faces = _outer_triangles(head, shut, closed)
        line = LidLine(margins, closed)
        place = shut[skin, :2]
        height = place[:, 1] - line.meeting(place[:, 0])
        upper = opened[skin, 1] > line.middle(opened[skin, 0])
        motion = (opened - shut)[skin, 1] / line.travel(opened[skin, 0])
        inside = (place[:, 0] > line.low - _BESIDE) & (place[:, 0] < line.high + _BESIDE)
        inside &= np.where(
            upper,
            (motion > _LEAST_MOTION) & (height < _ABOVE),
            (height > -_BELOW) & (height < 0.002),
        )
        used, inverse = np.unique(faces[inside[faces].any(1)], return_inverse=True)
        return cls(
            line,
            skin[used],
            inverse.reshape(-1, 3).astype(np.int32),
            place[used],
            height[used],
            np.clip(motion[used], 0, 1),
            upper[used],
        )


class LidLine:
    """The margins of one eye as functions of x."""

    def __init__(self, opened: Floats, shut: Floats) -> None:
        """``opened`` and ``shut`` are (2, 8, 3), upper and lower, inner to outer corner."""
        order = [np.argsort(margin[:, 0]) for margin in opened]
        self._open = [margin[o] for margin, o in zip(opened, order, strict=True)]
        self._travel = (opened - shut)[0][order[0], 1]
        met = np.concatenate(shut)
        self._met = met[np.argsort(met[:, 0])]
        self._met[1:-1, 1] = (self._met[:-2, 1] + self._met[1:-1, 1] + self._met[2:, 1]) / 3
        self.low, self.high = float(self._met[0, 0]), float(self._met[-1, 0])
        self._inner = float(opened[0, 0, 0])

    def meeting(self, x: Floats) -> Floats:
        """Height at which the lids meet."""
        return np.asarray(np.interp(x, self._met[:, 0], self._met[:, 1]))

    def middle(self, x: Floats) -> Floats:
        """Height half-way between the open margins."""
        return np.asarray(np.mean([np.interp(x, m[:, 0], m[:, 1]) for m in self._open], 0))

    def above(self, x: Floats) -> Floats:
        """Points (K, 2) of the open upper margin, those beyond its corners on these."""
        x = np.clip(x, self._open[0][0, 0], self._open[0][-1, 0])
        return np.column_stack([x, np.interp(x, self._open[0][:, 0], self._open[0][:, 1])])

    def travel(self, x: Floats) -> Floats:
        """How far the upper margin comes down."""
        travel = np.interp(x, self._open[0][:, 0], self._travel)
        return np.asarray(np.maximum(travel, _LEAST_TRAVEL))

    def along(self, x: Floats) -> Floats:
        """0 at the inner, 1 at the outer corner."""
        share = (x - self.low) / (self.high - self.low)
        from_low = abs(self._inner - self.low) < abs(self._inner - self.high)
        return share if from_low else 1 - share


def _outer_triangles(
    head: HeadMesh, shut: Floats, closed: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Skin vertices (K,) and triangles (M, 3) of these that the front sees round a shut eye."""
    low = closed.reshape(-1, 3).min(0)[:2] - (_BESIDE + 0.01, _BELOW + 0.01)
    high = closed.reshape(-1, 3).max(0)[:2] + (_BESIDE + 0.01, _ABOVE + 0.01)
    scale = _GRID / float((high - low).max())
    faces = head.faces[(head.faces < head.skin_count).all(1)]
    box = ((shut[:, :2] > low) & (shut[:, :2] < high)).all(1)
    faces = faces[box[faces].all(1)]
    pixels = ((shut[:, :2] - low) * scale * (1, -1) + (0, _GRID)).astype(np.float32)
    depth = (shut[:, 2].max() + 1 - shut[:, 2]).astype(np.float32)
    hits = rasterize(pixels, depth, faces, _GRID, _GRID)
    seen = np.zeros(len(shut), bool)
    seen[faces[np.unique(hits.triangle[hits.triangle >= 0])]] = True
    a, b, c = (shut[faces[:, i], :2] for i in range(3))
    towards = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] > 0
    skin, inverse = np.unique(faces[seen[faces].all(1) & towards], return_inverse=True)
    return skin.astype(np.intp), inverse.reshape(-1, 3)
