"""Picture metrics: PSNR, SSIM and L1, each over the whole picture or weighted by a mask.

Images are float32 ``(3, H, W)`` sRGB in 0..1; masks are ``(1, H, W)`` in 0..1 and may be soft,
in which case a pixel counts as much as its mask value.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Image = NDArray[np.float32]
Mask = NDArray[np.float32]

GREY = 0.5
"""What metrics with a spatial footprint see outside the mask, in both pictures."""

_SIGMA = 1.5
_RADIUS = 5  # 11 x 11 window: 3.5 sigma, as in Wang et al. and skimage
_K1, _K2 = 0.01, 0.03


def check_pair(a: Image, b: Image, mask: Mask | None = None) -> None:
    """Raise ValueError unless ``a`` and ``b`` are (3,H,W) of one size and ``mask`` is (1,H,W)."""
    if a.ndim != 3 or a.shape[0] != 3 or a.shape != b.shape:
        raise ValueError(f"two images of one size (3,H,W) are needed, not {a.shape} and {b.shape}")
    if mask is None:
        return
    if mask.shape != (1, *a.shape[1:]):
        raise ValueError(f"the mask must be {(1, *a.shape[1:])}, not {mask.shape}")
    if not float(mask.sum()) > 0.0:
        raise ValueError("the mask is empty")


def over_grey(image: Image, mask: Mask) -> Image:
    """Composite ``image`` (3,H,W) over mid-grey with opacity ``mask`` (1,H,W)."""
    return (image * mask + np.float32(GREY) * (1.0 - mask)).astype(np.float32)


def _weighted_mean(values: NDArray[np.float64], mask: Mask | None) -> float:
    """Mean of ``values`` (C,H,W), every pixel weighted by ``mask`` (1,H,W)."""
    if mask is None:
        return float(values.mean())
    weights = mask.astype(np.float64)
    return float((values * weights).sum() / (weights.sum() * values.shape[0]))


def l1(a: Image, b: Image, mask: Mask | None = None) -> float:
    """Mean absolute difference of two images (3,H,W); 0 is identical, 1 black against white."""
    check_pair(a, b, mask)
    return _weighted_mean(np.abs(a.astype(np.float64) - b), mask)


def psnr(a: Image, b: Image, mask: Mask | None = None) -> float:
    """Peak signal-to-noise ratio in dB, ``10 log10(1 / MSE)``; infinite for identical images.

    With a mask the MSE is the mask-weighted mean over the foreground only, so that an easy
    background does not flatter the head.
    """
    check_pair(a, b, mask)
    mse = _weighted_mean((a.astype(np.float64) - b) ** 2, mask)
    return math.inf if mse == 0.0 else -10.0 * math.log10(mse)


def ssim_map(a: Image, b: Image) -> NDArray[np.float64]:
    """Structural similarity of every pixel, (3,H,W) in -1..1.

    Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
    Structural Similarity", IEEE TIP 2004, equation 13, with their 11 x 11 Gaussian window of
    sigma 1.5, K1 = 0.01, K2 = 0.03 and data range 1.
    """

    def blur(values: NDArray[np.float64]) -> NDArray[np.float64]:
        smooth: NDArray[np.float64] = gaussian_filter(values, (0, _SIGMA, _SIGMA), radius=_RADIUS)
        return smooth

    x, y = a.astype(np.float64), b.astype(np.float64)
    mean_x, mean_y = blur(x), blur(y)
    var_x = blur(x * x) - mean_x**2
    var_y = blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    c1, c2 = _K1**2, _K2**2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (var_x + var_y + c2)
    similarity: NDArray[np.float64] = luminance * structure
    return similarity


def ssim(a: Image, b: Image, mask: Mask | None = None) -> float:
    """Mean structural similarity of two images (3,H,W), each at least 11 pixels; 1 is identical.

    The outer 5 pixels, where the window leaves the picture, are left out as in skimage's
    ``structural_similarity(gaussian_weights=True, use_sample_covariance=False)``. With a mask both
    pictures are composited over the same grey first (windows on the silhouette then see the same
    surroundings) and the map is averaged with the mask as weight.
    """
    check_pair(a, b, mask)
    if min(a.shape[1:]) < 2 * _RADIUS + 1:
        raise ValueError(f"SSIM needs at least {2 * _RADIUS + 1} pixels a side, not {a.shape}")
    if mask is not None:
        a, b = over_grey(a, mask), over_grey(b, mask)
    inner = (slice(None), slice(_RADIUS, -_RADIUS), slice(_RADIUS, -_RADIUS))
    inner_mask = None if mask is None else mask[inner]
    if inner_mask is not None and not float(inner_mask.sum()) > 0.0:
        raise ValueError("the mask is empty inside the 5 pixel border that SSIM leaves out")
    return _weighted_mean(ssim_map(a, b)[inner], inner_mask)
