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
    thickness = np.maximum(heights.high[0] - heights.low[0], 0)
    total = thickness.sum(1)
    rows = np.flatnonzero(total > 0)
    depth = (thickness * heights.middle[0]).sum(1)[rows] / total[rows]
    limit = np.interp(np.arange(resolution), rows, depth)
    limit = ndimage.gaussian_filter1d(limit, 3.0, mode="nearest")
    ramp = texel_centres(box_warp, resolution)
    fade = max(_PATTERN_FADE, 2 * box_warp / resolution)
    planes[2, PATTERN] = PATTERN_SHUT * np.clip((ramp[None, :] - limit[:, None]) / fade, -1, 0)


def write_colours(planes: FloatArray, colours: Colours) -> None:
    """Write the colour model into ``planes (3, 32, R, R)``; the far sides as differences."""
    for plane, far in enumerate(FAR):
        # The decoder switches detail between nothing and all: half of it is always there.
        always = colours.detail.sum(0) / 2 if plane == 0 else np.float32(0)
        planes[plane, BASE] = colours.near[plane] - always
        planes[plane, far] = colours.far[plane] - planes[plane, BASE]
    planes[0, DETAIL] = colours.detail
