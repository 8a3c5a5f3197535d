"""The scene without the person: a smooth continuation of what surrounds them, with grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.pyramid import push_pull
from models.portrait.resample import wide_blur

Floats = NDArray[np.float32]


def inpaint_background(
    rgb: NDArray[np.float32],
    alpha: NDArray[np.float32],
    valid: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Fill the person out of a (3, S, S) picture; `alpha` and `valid` are (1, S, S).

    `valid` marks real photo pixels; pixels beyond its border are filled as well.
    """
    image = np.ascontiguousarray(rgb.transpose(1, 2, 0), np.float32)
    keep = _kept(alpha[0])
    if valid is not None:
        keep = keep * cv2.erode(valid[0], np.ones((5, 5), np.uint8), borderValue=1.0)
    filled = _smooth_inside(push_pull(image, np.maximum(keep, np.float32(1e-6))), keep)
    grain = _grain(image, keep)
    result = image * keep[..., None] + (filled + grain) * (1.0 - keep[..., None])
    return np.ascontiguousarray(np.clip(result, 0.0, 1.0).transpose(2, 0, 1), np.float32)


def _kept(alpha: Floats) -> Floats:
    """(S, S) 1 where the scene is surely seen, falling to 0 well before the person's edge."""
    size = alpha.shape[0]
    reach = size // 28
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    covered = cv2.dilate((alpha > 0.01).astype(np.float32), disc)
    soft = cv2.GaussianBlur(covered, (0, 0), reach / 3)
    return np.asarray(1.0 - np.clip(soft * 1.6, 0.0, 1.0), np.float32)


def _smooth_inside(image: Floats, keep: Floats) -> Floats:
    """Blur the filled region more the deeper inside it is, against push-pull's blotches."""
    size = keep.shape[0]
    depth = cv2.distanceTransform((keep < 0.5).astype(np.uint8), cv2.DIST_L2, 5) / size
    result = image
    for sigma, reach in ((0.012, 0.03), (0.04, 0.1), (0.08, 0.2)):
        blurred = wide_blur(result, sigma * size)
        weight = np.clip(depth / reach, 0.0, 1.0)[..., None]
        result = result + (blurred - result) * weight
    return np.asarray(result, np.float32)


def _grain(image: Floats, keep: Floats) -> Floats:
    """Noise (S, S, 3) as strong as the seen scene's finest detail, the same on every run."""
    seen = keep > 0.9
    if seen.sum() < 64:
        return np.zeros_like(image)
    detail = image - cv2.GaussianBlur(image, (0, 0), 1.5)
    strength = np.median(np.abs(detail[seen]), axis=0) / 0.6745
    noise = np.random.default_rng(0).standard_normal(image.shape, dtype=np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 0.7)
    return np.asarray(soft / soft.std() * np.minimum(strength, 0.02), np.float32)
