"""Push-pull filling: smooth colours for the pixels of a picture that have none.

Gortler et al. 1996, "The Lumigraph", section 3.4: weighted averages are pushed up a pyramid until
no hole is left, then pulled down into the holes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def push_pull(image: Floats, weight: Floats) -> Floats:
    """Fill (H, W, C) where `weight` (H, W) in 0..1 is low; full weight keeps a pixel exactly."""
    levels = [(image * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 2:
        levels.append(_push(*levels[-1]))
    colour, mass = levels[-1]
    filled = np.asarray(colour / np.maximum(mass, 1e-6)[..., None], np.float32)
    for colour, mass in reversed(levels[:-1]):
        filled = _pull(filled, colour, mass)
    return np.asarray(filled, np.float32)


def _push(colour: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """One level up: sums of premultiplied colour, the weight saturating at 1."""
    small, small_mass = cv2.pyrDown(colour), cv2.pyrDown(mass)
    small = small.reshape(*small.shape[:2], colour.shape[2])
    grown = np.minimum(4.0 * small_mass, 1.0)
    ratio = grown / np.maximum(small_mass, 1e-6)
    return (small * ratio[..., None]).astype(np.float32), grown.astype(np.float32)


def _pull(coarse: Floats, colour: Floats, mass: Floats) -> Floats:
    size = (colour.shape[1], colour.shape[0])
    up = cv2.pyrUp(coarse, dstsize=size) if _doubles(coarse, size) else cv2.resize(coarse, size)
    up = up.reshape(colour.shape)
    return np.asarray(colour + up * (1.0 - mass)[..., None], np.float32)


def _doubles(coarse: Floats, size: tuple[int, int]) -> bool:
    return bool(abs(size[0] - 2 * coarse.shape[1]) <= 1 and abs(size[1] - 2 * coarse.shape[0]) <= 1)
