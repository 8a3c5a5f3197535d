"""Tri-planes as an avatar holds them: 16-bit integers with a scale for each plane and channel.

Half precision is too coarse for channels that hold coordinates; sixteen bits over the range of
one channel are finer than a pixel's worth of any of them. An avatar renders from exactly these
numbers from the start, so saving and opening it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.triplane.field import CHANNELS

FloatArray = NDArray[np.float32]

_STEPS = 32767


@dataclass(frozen=True, eq=False)
class StoredPlanes:
    """One branch of one field; channels that are zero everywhere are left out.

    Attributes:
        values: (3, C, R, R) int16.
        scale: (3, C) float32, value of one step.
        channels: (C,) uint8, which of the 32 channels these are, ascending.
    """

    values: NDArray[np.int16]
    scale: FloatArray
    channels: NDArray[np.uint8]

    @classmethod
    def quantise(cls, planes: FloatArray) -> StoredPlanes:
        """Round ``planes`` (3, 32, R, R) to 16 bits.

        Raises:
            ValueError: for planes that are not finite.
        """
        largest = np.abs(planes).max((2, 3))
        if not np.isfinite(largest).all():
            raise ValueError("planes must be finite")
        channels = np.flatnonzero(largest.max(0) > 0).astype(np.uint8)
        scale = (largest[:, channels] / _STEPS).astype(np.float32)
        # An empty plane of a used channel keeps a scale that can be divided by.
        scale[scale == 0] = np.float32(1 / _STEPS)
        values = np.empty((3, len(channels), *planes.shape[2:]), np.int16)
        for plane in range(3):
            for row, channel in enumerate(channels):
                np.rint(planes[plane, channel] / scale[plane, row], casting="unsafe",
                        out=values[plane, row])  # fmt: skip
        return cls(values, scale, channels)

    @property
    def resolution(self) -> int:
        """Texels along a side of a plane."""
        return int(self.values.shape[-1])

    def add_to(self, planes: FloatArray, only: frozenset[int] | None = None) -> None:
        """Add the branch to ``planes`` (3, 32, R, R) in place; ``only`` limits the channels."""
        for row, channel in enumerate(self.channels):
            if only is None or int(channel) in only:
                for plane in range(3):
                    planes[plane, channel] += self.values[plane, row] * self.scale[plane, row]


@dataclass(frozen=True, eq=False)
class StoredField:
    """One part's field: T = T_c + T_p in a cube.

    Attributes:
        canonical: T_c; appearance: T_p.
        center: (3,) float32 of the cube, canonical units.
        box_warp: its side, a float32 value.
    """

    canonical: StoredPlanes
    appearance: StoredPlanes
    center: FloatArray
    box_warp: float

    def empty(self) -> FloatArray:
        """Zero planes (3, 32, R, R) of the field's resolution."""
        side = self.canonical.resolution
        return np.zeros((3, CHANNELS, side, side), np.float32)
