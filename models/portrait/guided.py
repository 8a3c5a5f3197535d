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
        self._guide = guide
        self._window = (2 * radius + 1, 2 * radius + 1)
        self._mean = self._box(guide)
        self._inverse = _inverse_symmetric(self._covariance(epsilon))

    def __call__(self, image: Floats, weight: Floats | None = None) -> Floats:
        """Filter (H, W); `weight` (H, W) says how far each pixel is trusted as input."""
        guide = self._guide
        mean = self._box(image)
        cross = self._box(guide * image[..., None]) - self._mean * mean[..., None]
        slope = np.einsum("hwij,hwj->hwi", self._inverse, cross)
        offset = mean - (slope * self._mean).sum(-1)
        if weight is None:
            slope, offset = self._box(slope), self._box(offset)
        else:
            total = self._box(weight) + 1e-6
            slope = self._box(slope * weight[..., None]) / total[..., None]
            offset = self._box(offset * weight) / total
        return np.asarray((slope * guide).sum(-1) + offset, np.float32)

    def _box(self, image: Floats) -> Floats:
        return cv2.blur(image, self._window, borderType=cv2.BORDER_REFLECT_101)  # type: ignore[return-value]

    def _covariance(self, epsilon: float) -> Floats:
        """(H, W, 6): the upper triangle rr, rg, rb, gg, gb, bb."""
        guide, mean = self._guide, self._mean
        rows, columns = (0, 0, 0, 1, 1, 2), (0, 1, 2, 1, 2, 2)
        products = self._box(guide[..., rows] * guide[..., columns])  # type: ignore[index]
        covariance = products - mean[..., rows] * mean[..., columns]  # type: ignore[index]
        covariance[..., [0, 3, 5]] += epsilon
        return covariance


def _inverse_symmetric(c: Floats) -> Floats:
    """(H, W, 3, 3) inverse of the symmetric matrices given as their six upper entries."""
    a, b, d, e, f, g = (c[..., i] for i in range(6))
    cofactors = [e * g - f * f, d * f - b * g, b * f - d * e, a * g - d * d, b * d - a * f, a * e - b * b]
    determinant = a * cofactors[0] + b * cofactors[1] + d * cofactors[2]
    full = np.stack([cofactors[i] for i in (0, 1, 2, 1, 3, 4, 2, 4, 5)], axis=-1)
    full /= np.maximum(determinant, 1e-12)[..., None]
    return full.reshape(*full.shape[:-1], 3, 3)
