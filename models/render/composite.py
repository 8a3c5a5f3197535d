"""Compositing of rendered layers.

Convention: colours are sRGB-encoded values 0..1 and are blended as they are, without
linearisation, as EG3D's volume rendering and image editors do. Images ``rgb`` carry straight
colour; premultiplied images are named so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


def unpremultiply(premultiplied: FloatArray, alpha: FloatArray) -> FloatArray:
    """Divide ``(3, H, W)`` by ``alpha (1, H, W)``; black where alpha is zero."""
    solid = np.maximum(alpha, np.float32(1e-6))
    result: FloatArray = np.where(alpha > 0, np.clip(premultiplied / solid, 0, 1), np.float32(0))
    return result


def over_background(rgb: FloatArray, alpha: FloatArray, background: FloatArray) -> FloatArray:
    """Lay straight ``rgb (3, H, W)`` with ``alpha (1, H, W)`` over an opaque background.

    ``background`` is ``(3, H, W)`` or one colour ``(3,)``. Raises ``ValueError`` for another
    shape.
    """
    layer = background[:, None, None] if background.ndim == 1 else background
    if layer.shape not in (rgb.shape, (3, 1, 1)):
        raise ValueError(f"background {background.shape} does not fit the image {rgb.shape}")
    result = rgb - layer
    result *= alpha
    result += layer
    return result


def over(
    rgb: FloatArray, alpha: FloatArray, rgb_below: FloatArray, alpha_below: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Lay one straight layer over another; return straight colour and opacity (Porter-Duff)."""
    rest = alpha_below * (1 - alpha)
    opacity = alpha + rest
    return unpremultiply(rgb * alpha + rgb_below * rest, opacity), opacity
