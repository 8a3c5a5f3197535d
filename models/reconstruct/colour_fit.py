"""Fit the colour channels of a baked field to samples.

Six sets of texels, a near and a far side of each plane, add up to the logit of a sample's colour.
They are fitted in turn to what the others leave over, front and back first: side, top and bottom
sets only correct what a front view sees at a slant. Detail of the front comes last.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.reconstruct.analytic_decoder import PATTERN, logits, pattern_gate
from models.reconstruct.field_channels import Colours
from models.reconstruct.heightfields import AXES, SHEET_DEPTH, HeightFields
from models.reconstruct.plane_fit import Lattice, PlaneFit, improve, make_lattice

FloatArray = NDArray[np.float32]

#: Planes in the order in which they are fitted: XY, ZY, XZ.
_ORDER = (0, 2, 1)
_ITERATIONS = 12
#: Largest logit of a texel: the decoder's gates hold differences of twice that much.
_COLOUR_LIMIT = 6.5
#: Largest detail, as a logit; above the patterns' amplitude it would show everywhere.
_DETAIL_LIMIT = 2.5
_DETAIL_RIDGE = 0.0025
_DETAIL_SMOOTHNESS = 0.0006
#: Rounds over the three details and the front, which overlap much.
_DETAIL_ROUNDS = 6
_DETAIL_ITERATIONS = 5
_DETAIL_RELAXATION = 1.4
#: Weight of a colour at black or white, where logits say little about sRGB; 1 at medium grey.
_LEAST_SLOPE = 0.03
#: Points this deep below what a plane sees count as hidden from it; canonical units.
_HIDDEN_DEPTH = 0.006
#: Trust in a plane's view of what it sees edge-on or not at all.
_LEAST_TRUST = 0.003
#: Cosine below which the two sides of a silhouette begin to share their colours.
_SILHOUETTE = 0.25
#: Half of the thickness up to which they do; canonical units.
_NEAR_SIDES = 0.04


class ColourFit:
    """Samples, what the texels leave over of them, and the texels.

    Args:
        points: ``(N, 3)`` relative to the box's centre; rgb: ``(N, 3)``; weight: ``(N,)``.
        heights: of the surface; patterns: ``(3, 3, R, R)`` the pattern channels of the planes.
        box_warp: side of the box, canonical units.

    Attributes:
        points: ``(M, 3)`` with those that show from front and back twice.
    """

    def __init__(
        self,
        points: FloatArray,
        rgb: FloatArray,
        weight: FloatArray,
        heights: HeightFields,
        patterns: FloatArray,
        box_warp: float,
    ) -> None:
        resolution = patterns.shape[-1]
        texels = texel_coordinates(points, box_warp, resolution)
        sides = [_Sides(points, texels, heights, plane, box_warp) for plane in range(3)]
        shared = np.flatnonzero(sides[0].shared > 0)
        twice = np.concatenate([np.arange(len(points)), shared])
        self.points = points[twice]
        self._target = np.ascontiguousarray(logits(rgb)[twice].T)
        slope = ((4 * rgb * (1 - rgb)) ** 2).mean(1)
        weights = (weight * np.maximum(slope, _LEAST_SLOPE)).astype(np.float32)
        self._near: list[PlaneFit] = []
        self._far: list[PlaneFit] = []
        for plane, side in enumerate(sides):
            trust, far = (weights * side.trust)[twice], side.far[twice]
            if plane == 0:
                trust[len(points) :] *= side.shared[shared]
                far[len(points) :] ^= True
                front_trust = trust
            for chosen, fits in ((~far, self._near), (far, self._far)):
                lattice = _plane_lattice(texels[twice], plane, chosen, resolution)
                fits.append(_plane_fit(lattice, trust, plane))
        self._detail = _detail_fits(self._near[0].lattice, texels[twice], front_trust, patterns)
        self.residual = self._target.copy()

    @property
    def colours(self) -> Colours:
        """The texels as fitted so far."""
        near, far = (np.stack([fit.values for fit in fits]) for fits in (self._near, self._far))
        return Colours(near, far, np.stack([fit.values[0] for fit in self._detail]))

    def solve(self, sweeps: int = 2) -> None:
        """Fit everything, with the gates taken as sharp."""
        for fit in (self._near[0], self._far[0]):
            fit.start_from_mean(self.residual)
        for _ in range(sweeps):
            self._sweep()
        self._sweep_detail()

    def refine(self, decoded: FloatArray) -> None:
        """Refit what is left over according to the decoder's logits ``(3, M)`` at the points."""
        self.residual = self._target - decoded
        self._sweep()
        self._sweep_detail()

    def _sweep(self) -> None:
        for plane in _ORDER:
            fits = [self._near[plane], self._far[plane]]
            improve(fits, self.residual, _ITERATIONS)
            for fit in fits:
                fit.limit(self.residual, _COLOUR_LIMIT)

    def _sweep_detail(self) -> None:
        how = (_DETAIL_ITERATIONS, _DETAIL_RELAXATION)
        for _ in range(_DETAIL_ROUNDS):
            for fit in self._detail:
                grey = self.residual.mean(0, keepdims=True)
                before = grey.copy()
                improve([fit], grey, *how)
                fit.limit(grey, _DETAIL_LIMIT)
                self.residual -= before - grey
            improve([self._near[0]], self.residual, *how)


def texel_coordinates(points: FloatArray, box_warp: float, resolution: int) -> FloatArray:
    """Return continuous texel coordinates ``(N, 3)``; 0 is the centre of the first texel."""
    scale = np.float32(resolution / box_warp)
    return points * scale + np.float32(resolution / 2 - 0.5)


def look_up(plane: FloatArray, columns: FloatArray, rows: FloatArray) -> FloatArray:
    """Interpolate ``plane (R, R)`` bilinearly at texel coordinates ``(N,)``."""
    found = ndimage.map_coordinates(plane, np.stack([rows, columns]), order=1, mode="nearest")
    return np.asarray(found, np.float32)


class _Sides:
    """Which side of a plane's surface points belong to, and how well they show from there.

    Attributes:
        far: ``(N,)`` whether they are nearer to the far side.
        trust: ``(N,)`` 0..1, small for slanted and for hidden places.
        shared: ``(N,)`` 0..1, how much they count on the other side too: fully on thin sheets,
            by and by towards silhouettes, where the two sides must not differ.
    """

    def __init__(
        self,
        points: FloatArray,
        texels: FloatArray,
        heights: HeightFields,
        plane: int,
        box_warp: float,
    ) -> None:
        column, row, height = AXES[plane]
        u, v, level = texels[:, column], texels[:, row], points[:, height]
        over = level - look_up(heights.middle[plane], u, v)
        upper = over > 0
        texel = box_warp / heights.high.shape[-1]
        facing = np.empty(len(points), np.float32)
        depth = np.empty(len(points), np.float32)
        for chosen, sheet in ((upper, heights.high[plane]), (~upper, heights.low[plane])):
            slopes = np.gradient(sheet, texel)
            cosine = 1 / np.sqrt(1 + slopes[0] ** 2 + slopes[1] ** 2)
            facing[chosen] = look_up(cosine, u[chosen], v[chosen])
            depth[chosen] = level[chosen] - look_up(sheet, u[chosen], v[chosen])
        hidden = (depth * facing / _HIDDEN_DEPTH) ** 2
        self.far = upper if plane == 2 else ~upper
        self.trust = np.maximum(facing**3 / (1 + hidden) ** 2, _LEAST_TRUST).astype(np.float32)
        thin = np.abs(over) < SHEET_DEPTH
        edge_on = np.clip(2 - 2 * facing / _SILHOUETTE, 0, 1)
        # A chin is seen edge-on too, but what lies behind it is another thing.
        edge_on *= np.clip(2 - np.abs(over) / _NEAR_SIDES, 0, 1)
        self.shared = np.where(thin, 1, edge_on).astype(np.float32)


def _plane_lattice(
    texels: FloatArray, plane: int, chosen: NDArray[np.bool_], resolution: int
) -> Lattice:
    column, row, _ = AXES[plane]
    return make_lattice(texels[:, column], texels[:, row], chosen, resolution)


def _plane_fit(lattice: Lattice, weights: FloatArray, plane: int) -> PlaneFit:
    if plane == 0:
        return PlaneFit(lattice, weights, channels=3, smoothness=0.003, ridge=0.0)
    return PlaneFit(lattice, weights, channels=3, smoothness=0.02, ridge=0.02)


def _detail_fits(
    lattice: Lattice, texels: FloatArray, weights: FloatArray, patterns: FloatArray
) -> list[PlaneFit]:
    x, y, z = texels[lattice.order].T
    fits = []
    for pattern in range(PATTERN.stop - PATTERN.start):
        value = look_up(patterns[0, pattern], x, y) + look_up(patterns[1, pattern], x, z)
        value += look_up(patterns[2, pattern], z, y)
        gain = pattern_gate(value) - np.float32(0.5)
        how = {"smoothness": _DETAIL_SMOOTHNESS, "ridge": _DETAIL_RIDGE}
        fits.append(PlaneFit(lattice, weights, gain, channels=1, **how))
    return fits
