"""The picture that the surface is lifted from: the crop, continued a little beyond its border.

Shoulders end at the photo's border, but a turned camera sees further; so the canvas carries the
person on at the sides and below (not above: hair that leaves the picture is closed there).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.portrait.parse import CLASS_NAMES
from models.portrait.portrait import Portrait

FloatArray = NDArray[np.float32]

PAD_SHARE = 0.08
_MIRROR, _BLUR = 1.0, 0.2
"""Shares of the padding below the crop over which it is blurred, and of how much."""


@dataclass(frozen=True)
class Canvas:
    """Pictures of side S in the pixels of a widened camera.

    Attributes:
        alpha: (S, S) matte, 0..1.
        rgb: (3, S, S) the person's colours, unmixed from the scene.
        classes: name -> (S, S) probability.
        camera: sees the whole canvas.
        pad: pixels added on each side of the crop.
    """

    alpha: FloatArray
    rgb: FloatArray
    classes: dict[str, FloatArray]
    camera: Camera
    pad: int

    @property
    def size(self) -> int:
        """Side S in pixels."""
        return int(self.alpha.shape[0])

    def project(self, points: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
        """Canvas pixels (N, 2) and camera depths (N,) of canonical points (N, 3)."""
        where, depth = self.camera.project(points)
        return (where * self.size).astype(np.float32), depth.astype(np.float32)

    def sample(self, picture: FloatArray, pixels: NDArray[np.floating]) -> FloatArray:
        """Bilinear values at pixels (N, 2): picture (S, S) -> (N,), (C, S, S) -> (N, C)."""
        image = picture if picture.ndim == 2 else np.moveaxis(picture, 0, -1)
        return bilinear(image, pixels)


def make_canvas(portrait: Portrait, camera: Camera) -> Canvas:
    """Widen the portrait's crop; ``camera`` is the fitted camera of the crop."""
    size = portrait.crop.rgb.shape[-1]
    pad = round(size * PAD_SHARE)
    alpha = _pad(portrait.alpha[0], pad, cv2.BORDER_REPLICATE)
    alpha[:pad] = 0.0
    _round_off(alpha, pad)
    rgb = np.stack([_pad(c, pad, cv2.BORDER_REFLECT_101) for c in portrait.foreground])
    _soften(rgb, pad)
    classes = {
        name: _pad(portrait.classes[i], pad, cv2.BORDER_REPLICATE)
        for i, name in enumerate(CLASS_NAMES)
    }
    return Canvas(alpha, rgb, classes, _widened(camera, size, pad), pad)


def bilinear(image: FloatArray, pixels: NDArray[np.floating]) -> FloatArray:
    """Values (N,) or (N, C) of an (H, W[, C]) image at pixel positions; clamped at the border."""
    height, width = image.shape[:2]
    x = np.clip(pixels[:, 0] - 0.5, 0, width - 1.001).astype(np.float32)
    y = np.clip(pixels[:, 1] - 0.5, 0, height - 1.001).astype(np.float32)
    column, row = x.astype(np.int64), y.astype(np.int64)
    u, v = x - column, y - row
    if image.ndim == 3:
        u, v = u[:, None], v[:, None]
    upper = image[row, column] * (1 - u) + image[row, column + 1] * u
    lower = image[row + 1, column] * (1 - u) + image[row + 1, column + 1] * u
    return np.asarray(upper * (1 - v) + lower * v, np.float32)


def _pad(image: FloatArray, pad: int, border: int) -> FloatArray:
    widened = cv2.copyMakeBorder(np.ascontiguousarray(image), pad, pad, pad, pad, border)
    return np.asarray(widened, np.float32)


def _soften(rgb: FloatArray, pad: int) -> None:
    """Blur (3, S, S) colours more and more below the crop, in place: a mirror would be seen."""
    far = np.clip(np.arange(1, pad + 1) / (_MIRROR * pad), 0, 1)[:, None].astype(np.float32)
    for channel in rgb:
        blurred = cv2.GaussianBlur(channel[-4 * pad :], (0, 0), _BLUR * pad)[-pad:]
        channel[-pad:] += far * (blurred - channel[-pad:])


def _round_off(alpha: FloatArray, pad: int) -> None:
    """Let shoulders that leave the picture at its sides fall to its bottom, in place.

    Cut straight they would show their inside as soon as the camera turns.
    """
    size = len(alpha)
    for edge, step in ((pad, -1), (size - 1 - pad, 1)):
        border = alpha[:, edge].copy()
        if border.max() < 0.5:
            continue
        top = int(np.argmax(border > 0.5))
        for away in range(1, pad + 1):
            # A quarter of an ellipse from the shoulder down.
            fall = round((size - top) * (1 - np.sqrt(1 - (away / pad) ** 2)))
            fallen = np.concatenate([np.zeros(fall), border])[:size]
            alpha[:, edge + step * away] = np.minimum(border, fallen)


def _widened(camera: Camera, size: int, pad: int) -> Camera:
    share = size / (size + 2 * pad)
    intrinsics = camera.intrinsics.copy()
    intrinsics[:2] *= share
    intrinsics[:2, 2] += pad / (size + 2 * pad)
    return Camera(camera.cam2world, intrinsics)
