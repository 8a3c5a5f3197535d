"""How a veil comes out over an eye: it unrolls from the margin of the upper lid as the lid falls.

A real lid unfolds from below its crease. The veil does alike: folded to a line behind the margin
of the open eye, it is as high as the share of the way that the lid has gone, and lies just before
the skin from early on. What ends on the skin is its soft upper border, never a cut through it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_SUNK, _PROUD = 0.0008, 0.0005
"""How far the veil lies behind the skin while it is hidden, and before it once it is out."""
_NEAR = 0.0018
"""Distance within which it hides behind everything in the open eye, ..."""
_DEEPEST = 0.0016
"""... unless that lies deeper."""
_STAYS_IN = 0.15
"""Least blink up to which it is hidden."""
_OUT = (0.5, 0.65, 0.8, 0.9, 1.0)
"""Blinks at which it must be out, besides the one at which it sets in."""
_SETS_IN, _AFTER_PHOTO = 0.35, 0.20
"""Least blink at which the veil is out, and how much more than in the photo an eye must close."""
_HIGHEST = 0.009
"""Most by which it may stand before the skin of a shut eye."""
_TUCKED, _TUCKED_AT_CORNERS, _CORNER = 0.0020, 0.0050, 0.012
"""How far above the margin of the open eye the folded veil begins; more towards the corners, where
landmarks lie on the eyeball's side of the lid, and how far from these."""
_FOLDED = 0.04
"""Height of the folded veil over that of the unrolled one."""
_OVERLAP, _OVERLAP_REACH = 0.0012, 0.008
"""By how much its margin comes before the lower lid, and how far up that is felt."""
_BESIDE = 0.008
"""Distance from the corners at which the veil unfolds no more."""
_GRID = 240


@dataclass(frozen=True)
class Relief:
    """Depth of the surfaces that the front sees.

    Attributes:
        low: (2,) x and y of the lower left corner.
        scale: cells a unit.
        depth: (R, C) z of each cell, rows from above; very low where there is nothing.
    """

    low: Floats
    scale: float
    depth: FloatArray

    @staticmethod
    def of(vertices: Floats, faces: NDArray[np.int32], low: Floats, high: Floats) -> Relief:
        """Look at triangles (F, 3) of vertices (V, 3) from the front, between two corners (2,)."""
        scale = _GRID / float((high - low).max())
        near = np.asarray(((vertices[:, :2] > low) & (vertices[:, :2] < high)).all(1))
        faces = faces[near[faces].any(1)]
        pixels = (vertices[:, :2] - low) * scale * (1, -1) + (0, _GRID)
        top = float(vertices[:, 2].max()) + 1.0
        hits = rasterize(pixels, top - vertices[:, 2], faces, _GRID, _GRID)
        depth = np.asarray(np.where(hits.triangle >= 0, top - hits.depth, -1.0), np.float32)
        # A little wider than the surfaces: what lies on their border lies on them.
        wider = np.asarray(cv2.dilate(depth, np.ones((3, 3), np.uint8)), np.float32)
        return Relief(low, scale, wider)

    def at(self, places: Floats) -> Floats:
        """z (N,) in front at x and y (N, 2)."""
        return self._look_up(self.depth, places)

    def lowest(self, places: Floats) -> Floats:
        """The least z (N,) near x and y (N, 2)."""
        around = 2 * round(_NEAR * self.scale) + 1
        lowest = cv2.erode(self.depth, np.ones((around, around), np.uint8))
        return self._look_up(np.asarray(lowest, np.float32), places)

    def _look_up(self, depth: FloatArray, places: Floats) -> Floats:
        pixels = (places - self.low) * self.scale * (1, -1) + (0, _GRID) - 0.5
        column, row = np.clip(np.rint(pixels).astype(int), 0, _GRID - 1).T
        return np.asarray(depth[row, column], np.float64)


@dataclass(frozen=True)
class Hiding:
    """Where the photo must not show a veil.

    Attributes:
        blink: how far the photo's eye is closed.
        relief: what the front sees of the photo's face, its head not turned.
        moved: (K, 3) what else than the blink moves the veil there.
    """

    blink: float
    relief: Relief
    moved: Floats


def amounts(seen: float) -> tuple[float, ...]:
    """Blinks at which ``unrolled`` needs to know the surface; ``seen`` is the photo's."""
    return tuple(sorted({0.0, _STAYS_IN, max(_SETS_IN, seen + _AFTER_PHOTO), *_OUT}))


def unrolled(
    opened: Floats,
    margin: Floats,
    shut: Floats,
    height: Floats,
    reliefs: dict[float, Relief],
    photo: Hiding,
) -> tuple[Floats, Floats]:
    """Places (K, 3) of the upper veil in the open and in the shut eye, between which it moves.

    Args:
        opened: (K, 2) where the veil's skin lies in the open eye.
        margin: (K, 2) the point of the open upper margin nearest to that, from which it unrolls.
        shut: (K, 2) where it lies in the shut eye.
        height: (K,) above the line where the lids meet.
        reliefs: what the front sees without veils, at ``amounts(photo.blink)``.
        photo: where it must hide, besides in the open eye.
    """
    above = np.maximum(height, 0)
    start, end = margin.copy(), shut.copy()
    x = margin[:, 0]
    corner = 1 - np.clip(np.minimum(x - x.min(), x.max() - x) / _CORNER, 0, 1)
    start[:, 1] += _TUCKED + (_TUCKED_AT_CORNERS - _TUCKED) * corner + _FOLDED * above
    # Beside the corners there is nothing to fold.
    beyond = np.clip(np.abs(opened[:, 0] - margin[:, 0]) / _BESIDE, 0, 1)[:, None]
    start += beyond * beyond * (3 - 2 * beyond) * (opened - start)
    end[:, 1] -= _OVERLAP * np.clip(1 - above / _OVERLAP_REACH, 0, 1) ** 4
    skin = {b: relief.at((1 - b) * start + b * end) for b, relief in reliefs.items()}
    seen = photo.blink
    there = (1 - seen) * start + seen * end + photo.moved[:, :2]
    in_photo = photo.relief.at(there) - photo.moved[:, 2] - _SUNK
    deep = np.maximum(reliefs[0.0].lowest(start), skin[0.0] - _DEEPEST)
    rest, full = deep - _SUNK, skin[1.0] + _PROUD
    highest = skin[1.0] + _HIGHEST
    for _ in range(3):
        need = [(skin[b] + _PROUD - (1 - b) * rest) / b for b in skin if b > _STAYS_IN]
        full = np.minimum(np.maximum(full, np.max(need, 0)), highest)
        for b, hiding in ((seen, in_photo), (_STAYS_IN, skin[_STAYS_IN] - _SUNK)):
            rest = np.minimum(rest, (hiding - b * full) / (1 - b))
    return np.column_stack([start, rest]), np.column_stack([end, full])
