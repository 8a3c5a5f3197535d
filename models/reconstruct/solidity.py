"""Fit the solidity channel to the opacity of samples: solid everywhere but in soft hair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.reconstruct.analytic_decoder import opacity_solidity
from models.reconstruct.colour_fit import texel_coordinates
from models.reconstruct.heightfields import AXES, SHEET_DEPTH
from models.reconstruct.plane_fit import PlaneFit, improve, make_lattice

FloatArray = NDArray[np.float32]

#: Solidity of solid places.
_SOLID = 2.3
_SWEEPS = 24


def fit_solidity(
    points: FloatArray, opacity: FloatArray, weight: FloatArray, box_warp: float, resolution: int
) -> FloatArray:
    """Return the solidity channel ``(3, R, R)`` of the three planes.

    Only the front plane is used: soft hair is a sheet that faces the front, and a share of it in
    the other planes would streak through everything behind it.

    Args:
        points: ``(N, 3)`` of the soft sheet, relative to the box's centre; opacity, weight:
            ``(N,)``. Away from them all is solid.
        box_warp: side of the box; resolution: texels along a side.
    """
    planes = np.zeros((3, resolution, resolution), np.float32)
    planes[0] = _SOLID
    if len(points) == 0:
        return planes
    target = opacity_solidity(opacity, SHEET_DEPTH) - np.float32(_SOLID)
    texels = texel_coordinates(points, box_warp, resolution)
    column, row, _ = AXES[0]
    everything = np.ones(len(points), bool)
    lattice = make_lattice(texels[:, column], texels[:, row], everything, resolution)
    fit = PlaneFit(lattice, weight, channels=1, smoothness=0.002, ridge=0.0005)
    residual = np.ascontiguousarray(target[None], np.float32)
    fit.start_from_mean(residual)
    improve([fit], residual, _SWEEPS)
    planes[0] += fit.values[0]
    return planes
