"""Foreground and background colours of a picture, given its matte.

Fast multi-level foreground estimation (Germer et al. 2020, equations 4 to 6): at each level of a
pyramid, minimise per pixel |a F + (1-a) B - I|^2 plus smoothness of F and B that is stronger
where the matte changes, by Gauss-Seidel sweeps over the pixel's 2x2 system.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.portrait.pyramid import push_pull

Floats = NDArray[np.float32]
_REGULARISATION = 5e-3
_GRADIENT_WEIGHT = 0.1
_SWEEPS_SMALL, _SWEEPS_LARGE, _SMALL = 12, 3, 48


def estimate_layers(image: Floats, alpha: Floats) -> tuple[Floats, Floats]:
    """Foreground and background colours, each (H, W, 3), of `image` (H, W, 3) under `alpha`."""
    height, width = alpha.shape
    levels = max(1, int(np.ceil(np.log2(max(height, width)))))
    foreground = background = image.mean(axis=(0, 1), dtype=np.float32).reshape(1, 1, 3)
    for level in range(levels + 1):
        size = (
            max(1, round(width ** (level / levels))),
            max(1, round(height ** (level / levels))),
        )
        colours = cv2.resize(image, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], 3)
        matte = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0])
        foreground = _enlarged(foreground, size)
        background = _enlarged(background, size)
        sweeps = _SWEEPS_SMALL if max(size) <= _SMALL else _SWEEPS_LARGE
        _sweep(foreground, background, _floats(colours), _floats(matte), sweeps)
    return foreground, background


def unmix_foreground(
    rgb: NDArray[np.float32],
    alpha: NDArray[np.float32],
    valid: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Colours (3, H, W) of the person alone: no background in soft pixels, filled beyond them.

    Pixels where `valid` (1, H, W) is 0 are no source of colour.
    """
    image = np.ascontiguousarray(rgb.transpose(1, 2, 0), np.float32)
    matte = np.ascontiguousarray(alpha[0], np.float32)
    foreground, _ = estimate_layers(image, matte)
    certain = np.clip((matte - 0.05) / 0.9, 0.0, 1.0)[..., None]
    mixed = foreground + (image - foreground) * (certain > 0.999)
    # Colours where the matte is next to nothing are guesses; take the neighbours' instead.
    trust = np.clip((matte - 0.02) / 0.2, 0.0, 1.0)
    if valid is not None:
        trust = trust * cv2.erode(valid[0], np.ones((3, 3), np.uint8), borderValue=1.0)
    filled = push_pull(np.clip(mixed, 0.0, 1.0).astype(np.float32), trust.astype(np.float32))
    return np.ascontiguousarray(np.clip(filled, 0.0, 1.0).transpose(2, 0, 1))


def _floats(image: NDArray[np.integer[Any] | np.floating[Any]]) -> Floats:
    return np.ascontiguousarray(image, np.float32)


def _enlarged(image: Floats, size: tuple[int, int]) -> Floats:
    bigger = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(bigger.reshape(size[1], size[0], 3), np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _sweep(
    foreground: Floats, background: Floats, image: Floats, alpha: Floats, sweeps: int
) -> None:
    """Gauss-Seidel sweeps in place; all arrays (H, W, 3) but alpha (H, W)."""
    height, width = alpha.shape
    f_sum = np.zeros(3, np.float32)
    b_sum = np.zeros(3, np.float32)
    for _ in range(sweeps):
        for y in range(height):
            for x in range(width):
                a = alpha[y, x]
                total = np.float32(0.0)
                for c in range(3):
                    f_sum[c] = 0.0
                    b_sum[c] = 0.0
                for k in range(4):
                    v = min(max(y + (k == 0) - (k == 1), 0), height - 1)
                    u = min(max(x + (k == 2) - (k == 3), 0), width - 1)
                    w = np.float32(_REGULARISATION) + np.float32(_GRADIENT_WEIGHT) * abs(
                        a - alpha[v, u]
                    )
                    total += w
                    for c in range(3):
                        f_sum[c] += w * foreground[v, u, c]
                        b_sum[c] += w * background[v, u, c]
                b_share = np.float32(1.0) - a
                a00 = a * a + total
                a01 = a * b_share
                a11 = b_share * b_share + total
                inverse = np.float32(1.0) / (a00 * a11 - a01 * a01)
                for c in range(3):
                    r0 = a * image[y, x, c] + f_sum[c]
                    r1 = b_share * image[y, x, c] + b_sum[c]
                    f = (a11 * r0 - a01 * r1) * inverse
                    b = (a00 * r1 - a01 * r0) * inverse
                    foreground[y, x, c] = min(max(f, np.float32(0.0)), np.float32(1.0))
                    background[y, x, c] = min(max(b, np.float32(0.0)), np.float32(1.0))
