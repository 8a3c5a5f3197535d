"""Grain of real skin for lids that the photo does not show."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.head.photo_samples import LUMA
from models.reconstruct.canvas import Canvas

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_FINE, _COARSE = 0.06, 0.15
"""Widths of the lids over which fine detail, and shading, is averaged."""
_LIMITS = (0.88, 1.12)
_SHIFTS = [(x, y) for y in (0.6, 0.75, 0.9, -0.9, -1.1) for x in (0.0, -0.25, 0.25)]
"""Widths of the lids, to the right and down, at which skin is looked for: cheek, then forehead."""
_SKIN = 0.8
_MOST_ELSE = 0.08
"""Share of the copied pixels that may be no skin."""
_EVERY = 40


def skin_grain(
    canvas: Canvas,
    places: NDArray[np.floating],
    opened: NDArray[np.floating],
    photo: NDArray[np.floating],
) -> FloatArray:
    """Factors (N,) about 1 that give smooth colours the grain of the skin near by.

    All are copied from one patch, the evenest in reach, so that the grain has no seams.

    Args:
        canvas: the photo.
        places: (N, 2) x and y on the face, in its neutral pose.
        opened: (K, 2) those of skin round the eye; photo: (K, 3) where the photo shows it.
    """
    pixels = canvas.project(photo)[0].astype(np.float64)
    ones = np.ones((len(opened), 1))
    to_photo = np.linalg.lstsq(np.hstack([opened, ones]), pixels, rcond=None)[0]
    where = np.hstack([places, np.ones((len(places), 1))]) @ to_photo
    wide = float(np.ptp(where[:, 0]))
    luma = np.einsum("c,cyx->yx", LUMA, canvas.rgb).astype(np.float32)
    fine, coarse = (
        cv2.GaussianBlur(luma, (0, 0), max(share * wide, 1.2)) for share in (_FINE, _COARSE)
    )
    ratio = np.clip(luma / np.maximum(fine, 1e-3), *_LIMITS).astype(np.float32)
    uneven = np.abs(fine / np.maximum(coarse, 1e-3) - 1).astype(np.float32)
    some = where[::_EVERY]
    best, least = None, np.inf
    for shift in np.asarray(_SHIFTS) * wide:
        other = float((canvas.sample(canvas.classes["face_skin"], some + shift) < _SKIN).mean())
        cost = other + float(canvas.sample(uneven, some + shift).mean())
        if other < _MOST_ELSE and cost < least:
            best, least = shift, cost
    if best is None:
        return np.ones(len(where), np.float32)
    return canvas.sample(ratio, where + best)
