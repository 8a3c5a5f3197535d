"""The colour of the teeth measured in a photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.photo_samples import LUMA, bilinear, inside_polygon, openness

# Inner lip line in MediaPipe's 478 face landmarks, from the subject's right corner over the
# upper lip to the left and back below.
INNER_LIPS = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)


_LESS_RED = 0.62
"""Redness of teeth over that of the lips, at most."""


def tooth_pixels(rgb: NDArray[np.floating], lip_rgb: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which colours (N, 3) inside lips of colour ``lip_rgb`` (3,) are teeth: bright, less red."""
    luma = rgb @ LUMA
    least = max(0.16, 0.85 * float(lip_rgb @ LUMA), 0.55 * float(np.percentile(luma, 95)))
    return np.asarray((luma > least) & (redness(rgb) < _LESS_RED * redness(lip_rgb)))


def redness(rgb: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far green falls behind red, of colours (..., 3); about 0 for white, 0.5 for lips."""
    return np.asarray((rgb[..., 0] - rgb[..., 1]) / np.maximum(rgb[..., 0], 1e-3))


def estimate_teeth_colour(
    crop: NDArray[np.floating], contour: NDArray[np.floating]
) -> NDArray[np.float32] | None:
    """Colour (3,) of well-lit front teeth, or None when no teeth show.

    Args:
        crop: (3, H, W) sRGB in 0..1.
        contour: (M, 2) pixel positions of the inner lip line, in the order of ``INNER_LIPS``.
    """
    image, lips = np.asarray(crop, np.float32), np.asarray(contour, np.float64)
    low, high = lips.min(0), lips.max(0)
    width = float(high[0] - low[0])
    if width < 8 or openness(lips) < 0.045:
        return None
    step = max(width / 70, 0.25)
    x, y = np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step))
    points = np.stack([x.ravel(), y.ravel()], 1)
    points = points[inside_polygon(points, lips) > max(0.012 * width, 0.5)]
    if len(points) < 40:
        return None
    samples = bilinear(image, points)
    luma = samples @ LUMA
    redness = (samples[:, 0] - samples[:, 1]) / np.maximum(samples[:, 0], 1e-3)
    lip = bilinear(image, lips)
    lip_redness = float(np.median((lip[:, 0] - lip[:, 1]) / np.maximum(lip[:, 0], 1e-3)))
    limit = min(0.24, 0.75 * lip_redness + 0.03)
    bright = luma > max(0.16, 0.85 * float(np.median(lip @ LUMA)))
    teeth = bright & (redness < limit)
    if teeth.sum() < max(25, 0.06 * len(points)):
        return None
    lit = np.percentile(luma[teeth], [55, 92])
    chosen = teeth & (luma >= lit[0]) & (luma <= lit[1])
    return np.asarray(np.clip(np.median(samples[chosen], axis=0), 0, 0.9), np.float32)
