"""Pictures of the tri-planes themselves: features reduced to three colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLANES = ("XY", "XZ", "ZY")
_BLOCKS = 32
"""Texels count as occupied by blocks, so many along a side: vertices are sparser than texels."""
_COARSE = 0.25
"""Least share of a channel's spread that its colours are scaled by, where averaging takes more."""
_CONSTANT = 1e-6


@dataclass(frozen=True, eq=False)
class PlanePictures:
    """Pictures of the head's planes by branch.

    Attributes:
        pictures: (3, R, R, 3) uint8 by branch (canonical, appearance, expression, compensation,
            fused); planes in the order of ``PLANES``, up (of XZ: the front) at the top.
        empty: branches that this avatar does not hold; their pictures are plain.
    """

    pictures: Mapping[str, NDArray[np.uint8]]
    empty: frozenset[str]


@dataclass(frozen=True, eq=False)
class _Palette:
    """How features of one plane become colours.

    Attributes:
        mean, scale: (32,) of each channel; axes: (32, 3) the first principal axes.
        middle, reach: (3,) what is mid grey, and what lies between it and full colour.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    axes: NDArray[np.float32]
    middle: NDArray[np.float32]
    reach: NDArray[np.float32]

    def colours(self, plane: NDArray[np.float32], whole: bool) -> NDArray[np.uint8]:
        """(R, R, 3) of a plane (32, R, R); rows run downwards.

        ``whole`` is a sum whose middle is mid grey; of an addition zero is.
        """
        offset = self.mean @ (self.axes / self.scale[:, None]) + self.middle if whole else 0.0
        components = np.einsum("cij,ck->ijk", plane, self.axes / self.scale[:, None], optimize=True)
        shares = np.clip(0.5 + 0.5 * (components - offset) / self.reach, 0, 1)
        return np.ascontiguousarray(np.rint(255 * shares).astype(np.uint8)[::-1])


def plane_pictures(avatar: Any, check: Callable[[], None] = lambda: None) -> PlanePictures:
    """Draw the planes of every branch and of the sum.

    The three colours are the first principal components (PCA) of the features of the sum where
    the head is, for each plane by itself; branches share them. ``check`` is called between steps.
    """
    # Not above: kernels come with it, which the window does not wait for.
    from models.animate.proxy import Part

    field = avatar.parts.fields[Part.HEAD]
    branches: dict[str, NDArray[np.float32]] = {}
    for name in ("canonical", "appearance"):
        planes = field.empty()
        getattr(field, name).add_to(planes)
        branches[name] = planes
        check()
    nothing = field.empty()
    fused = branches["canonical"] + branches["appearance"]
    shown = {**branches, "expression": nothing, "compensation": nothing, "fused": fused}
    points = 2 * (avatar.parts.proxy.canonical - field.center) / field.box_warp
    side = fused.shape[-1]
    pictures = {name: np.empty((len(PLANES), side, side, 3), np.uint8) for name in shown}
    for index, plane in enumerate(PLANES):
        axes = ["XYZ".index(letter) for letter in plane]
        palette = _palette(fused[index], _occupied(points[:, axes], side))
        for name, planes in shown.items():
            pictures[name][index] = palette.colours(planes[index], name in ("fused", "canonical"))
            check()
    return PlanePictures(pictures, frozenset(n for n, p in shown.items() if not p.any()))


def _occupied(points: NDArray[np.floating], side: int) -> NDArray[np.bool_]:
    """(R, R) which texels the head lies on; points (N, 2) are column and row in -1..1."""
    blocks = min(_BLOCKS, side)
    cells = np.clip(((points + 1) * (blocks / 2)).astype(np.intp), 0, blocks - 1)
    found = np.zeros((blocks, blocks), bool)
    found[cells[:, 1], cells[:, 0]] = True
    block_of = np.arange(side) * blocks // side
    return found[np.ix_(block_of, block_of)]


def _palette(plane: NDArray[np.float32], occupied: NDArray[np.bool_]) -> _Palette:
    """Colours of a plane (32, R, R) that tell most about its occupied texels."""
    used = _averaged(plane)[:, occupied].T.astype(np.float64)
    mean = used.mean(0)
    # Patterns that alternate from texel to texel are left by the average with next to nothing:
    # scaled up by that they would be all that is seen.
    scale = np.maximum(used.std(0), _COARSE * plane[:, occupied].std(1))
    scale = np.where(scale > _CONSTANT, scale, np.inf)
    centred = (used - mean) / scale
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, :-4:-1]
    # An axis may point either way: the sign of its largest part decides, always the same.
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), range(3)])
    low, high = np.percentile(centred @ axes, (1, 99), axis=0)
    values = (mean, scale, axes, (low + high) / 2, np.maximum((high - low) / 2, _CONSTANT))
    return _Palette(*(value.astype(np.float32) for value in values))


def _averaged(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of each texel and the next ones, of the same shape (C, R, R)."""
    wide = np.pad(plane, ((0, 0), (0, 1), (0, 1)), mode="edge")
    rows = wide[:, :-1] + wide[:, 1:]
    return (rows[:, :, :-1] + rows[:, :, 1:]) * np.float32(0.25)
