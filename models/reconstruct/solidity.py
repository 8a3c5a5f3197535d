"""Fit the solidity channel to the opacity of samples: solid everywhere but in soft hair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.reconstruct.analytic_decoder import opacity_solidity
from models.reconstruct.colour_fit import texel_coordinates
from models.reconstruct.heightfields import AXES, SHEET_DEPTH
from models.reconstruct.plane_fit import PlaneFit, improve, make_lattice

FloatArray = NDArray[np.float32]

#: Solidity of solid places, and what is enough for them.
_SOLID, _ENOUGH = 2.3, 2.1
#: Opacity from which a sample counts as solid.
_OPAQUE = 0.985
_SWEEPS = 3


def fit_solidity(
    points: FloatArray, opacity: FloatArray, weight: FloatArray, box_warp: float, resolution: int
) -> FloatArray:
    """Return the solidity channel ``(3, R, R)`` of the three planes.

    Args:
        points: ``(N, 3)`` relative to the box's centre; opacity, weight: ``(N,)``.
        box_warp: side of the box; resolution: texels along a side.
    """
    planes = np.zeros((3, resolution, resolution), np.float32)
    solid = opacity >= _OPAQUE
    if solid.all():
        planes[0] = _SOLID
        return planes
    target = np.where(solid, _SOLID, opacity_solidity(opacity, SHEET_DEPTH)).astype(np.float32)
    texels = texel_coordinates(points, box_warp, resolution)
    everything = np.ones(len(points), bool)
    fits = []
    for plane, (column, row, _) in enumerate(AXES):
        lattice = make_lattice(texels[:, column], texels[:, row], everything, resolution)
        ridge = 0.0 if plane == 0 else 0.03
        smoothness = 0.002 if plane == 0 else 0.02
        fits.append(PlaneFit(lattice, weight, channels=1, smoothness=smoothness, ridge=ridge))
    residual = target[None].copy()
    fits[0].start_from_mean(residual)
    for _ in range(_SWEEPS):
        for fit in (fits[0], fits[2], fits[1]):
            # More than enough is not an error.
            reached = target - residual[0]
            forgiven = solid & (reached > _ENOUGH)
            residual[0, forgiven] = 0
            target = np.where(forgiven, reached, target)
            improve([fit], residual, 12)
    for plane, fit in enumerate(fits):
        planes[plane] = fit.values[0]
    return planes
