"""Write geometry, patterns and colours into the channels that the analytic decoder reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.reconstruct.analytic_decoder import (
    ABOVE,
    BASE,
    BELOW,
    DETAIL,
    FAR,
    PATTERN,
    PATTERN_SCALE,
    PATTERN_SHUT,
)
from models.reconstruct.heightfields import AXES, HeightFields

FloatArray = NDArray[np.float32]

#: The solid stands this far outside the surface, so that rays that start there are inside.
SURFACE_OFFSET = np.float32(0.0007)
#: The front's patterns fade in over this distance, canonical units.
_PATTERN_FADE = 0.012
#: Share of a row's back side, by thickness, that must lie behind the patterns.
_BEHIND = 0.95


@dataclass(frozen=True)
class Colours:
    """Texels of the colour model, logits of sRGB.

    Attributes:
        near, far: ``(3, 3, R, R)`` per plane XY, XZ, ZY: front and back, top and bottom, left
            and right of canonical space.
        detail: ``(3, R, R)`` brightness that the patterns switch by a half up or down.
    """

    near: FloatArray
    far: FloatArray
    detail: FloatArray

    def smoothed(self) -> Colours:
        """Return the low frequencies, without detail."""
        sigma = (0, 0, *(self.near.shape[-1] / 48,) * 2)
        near, far = (ndimage.gaussian_filter(side, sigma) for side in (self.near, self.far))
        return Colours(near, far, np.zeros_like(self.detail))


def texel_centres(box_warp: float, resolution: int) -> FloatArray:
    """Return the coordinates of the texel centres relative to the box's centre, ``(R,)``."""
    return (((np.arange(resolution) + 0.5) / resolution - 0.5) * box_warp).astype(np.float32)


def write_geometry(planes: FloatArray, heights: HeightFields, box_warp: float) -> None:
    """Write the six excess heights into ``planes (3, 32, R, R)``."""
    ramp = texel_centres(box_warp, planes.shape[-1])
    for plane, (_, _, height) in enumerate(AXES):
        # Another plane that has the height axis, along its columns or its rows.
        other = next(index for index, axes in enumerate(AXES) if height in axes[:2])
        line = ramp[None, :] if AXES[other][0] == height else ramp[:, None]
        planes[plane, ABOVE[plane]] = -heights.high[plane] - SURFACE_OFFSET
        planes[plane, BELOW[plane]] = heights.low[plane] - SURFACE_OFFSET
        planes[other, ABOVE[plane]] += line
        planes[other, BELOW[plane]] -= line


def write_patterns(planes: FloatArray, heights: HeightFields, box_warp: float) -> None:
    """Write the alternating patterns and their gate, open in front of a depth for each height.

    A texel's sign alternates along x, along y, or along both like a chessboard; interpolation
    turns the signs into triangle waves.
    """
    resolution = planes.shape[-1]
    sign = np.where(np.arange(resolution) % 2, -1, 1).astype(np.float32)
    waves = np.stack([sign[None, :] + 0 * sign[:, None], sign[:, None] + 0 * sign[None, :]])
    planes[0, PATTERN] = PATTERN_SCALE * np.concatenate([waves, waves[:1] * waves[1:]])
    ramp = texel_centres(box_warp, resolution)
    fade = max(_PATTERN_FADE, 2 * box_warp / resolution)
    by_row = _gate(heights.low[0], heights.high[0], ramp, fade)
    by_column = _gate(heights.low[0].T, heights.high[0].T, ramp, fade)
    planes[2, PATTERN], planes[1, PATTERN] = by_row, by_column.T


def _gate(low: FloatArray, high: FloatArray, ramp: FloatArray, fade: float) -> FloatArray:
    """Return ``(rows, depths)``: 0 in front of nearly all of a row's back side, shut behind."""
    thickness = np.maximum(high - low, 0)
    rows = np.flatnonzero(thickness.any(1))
    limits = []
    for row in rows:
        order = np.argsort(low[row])
        share = np.cumsum(thickness[row, order])
        limits.append(low[row, order[np.searchsorted(share, _BEHIND * share[-1])]])
    limit = np.interp(np.arange(len(low)), rows, limits)
    limit = ndimage.gaussian_filter1d(limit, 3.0, mode="nearest") + fade
    gate: FloatArray = np.clip((ramp[None, :] - limit[:, None]) / fade, -1, 0)
    return np.float32(PATTERN_SHUT) * gate


def write_colours(planes: FloatArray, colours: Colours) -> None:
    """Write the colour model into ``planes (3, 32, R, R)``; the far sides as differences."""
    for plane, far in enumerate(FAR):
        # The decoder switches detail between nothing and all: half of it is always there.
        always = colours.detail.sum(0) / 2 if plane == 0 else np.float32(0)
        planes[plane, BASE] = colours.near[plane] - always
        planes[plane, far] = colours.far[plane] - planes[plane, BASE]
    planes[0, DETAIL] = colours.detail
