"""Guided filter with a colour guide (He, Sun, Tang 2013, equations 19 and 20).

It fits, in every window, the input as an affine function of the guide's colour; the output then
has the guide's edges. On a matte this is one step of closed-form matting's local linear model.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class GuidedFilter:
    """The filter for one guide (H, W, 3) in 0..1; several inputs share its matrices.

    `radius` in pixels; `epsilon` is the colour variance below which edges are ignored.
    """

    def __init__(self, guide: Floats, radius: int, epsilon: float) -> None:
        """Prepare the windows' means and inverse covariances."""
        # Around zero, so that the differences of means below lose fewer digits.
        self._guide = [np.ascontiguousarray(guide[..., c] - np.float32(0.5)) for c in range(3)]
        self._window = (2 * radius + 1, 2 * radius + 1)
        self._mean = [self._box(channel) for channel in self._guide]
        self._inverse = self._inverse_covariance(epsilon)

    def __call__(self, image: Floats) -> Floats:
        """Filter (H, W)."""
        mean = self._box(image)
        cross = [
            self._box(channel * image) - channel_mean * mean
            for channel, channel_mean in zip(self._guide, self._mean, strict=True)
        ]
        rows = ((0, 1, 2), (1, 3, 4), (2, 4, 5))
        slopes = [
            sum(self._inverse[k] * c for k, c in zip(row, cross, strict=True)) for row in rows
        ]
        offset = mean
        for slope, channel_mean in zip(slopes, self._mean, strict=True):
            offset = offset - slope * channel_mean
        result = self._box(offset)
        for slope, channel in zip(slopes, self._guide, strict=True):
            result = result + self._box(np.asarray(slope, np.float32)) * channel
        return np.asarray(result, np.float32)

    def _box(self, image: Floats) -> Floats:
        blurred = cv2.blur(image, self._window, borderType=cv2.BORDER_REFLECT_101)
        return np.asarray(blurred, np.float32)

    def _covariance(self, i: int, j: int) -> Floats:
        return self._box(self._guide[i] * self._guide[j]) - self._mean[i] * self._mean[j]

    def _inverse_covariance(self, epsilon: float) -> list[Floats]:
        """Upper triangle of the inverse of (covariance + epsilon): six (H, W) planes."""
        pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        # In double precision: on a grey picture the matrices are almost singular.
        a, b, d, e, f, g = (
            self._covariance(i, j).astype(np.float64) + (epsilon if i == j else 0.0)
            for i, j in pairs
        )
        cofactors = [
            e * g - f * f, d * f - b * g, b * f - d * e,
            a * g - d * d, b * d - a * f, a * e - b * b,
        ]  # fmt: skip
        determinant = a * cofactors[0] + b * cofactors[1] + d * cofactors[2]
        scale = 1.0 / determinant
        return [np.asarray(cofactor * scale, np.float32) for cofactor in cofactors]
