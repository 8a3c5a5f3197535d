"""Small picture operations that the portrait steps share: warping, blurring, 8-bit views.

Arrays inside this module are (H, W) or (H, W, C), OpenCV's layout. An affine matrix (2, 3) maps
source pixels to target pixels; pixel coordinates put the centre of the first pixel at 0.5.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = NDArray[np.integer[Any] | np.floating[Any]]


def to_bytes(rgb: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(3, H, W) float 0..1 as (H, W, 3) uint8."""
    result = np.empty((*rgb.shape[1:], 3), np.uint8)
    for channel in range(3):  # one at a time: a large photo in floats is large
        scaled = rgb[channel] * np.float32(255.0) + np.float32(0.5)
        result[..., channel] = np.clip(scaled, 0.0, 255.0, out=scaled)
    return result


def scale_of(matrix: NDArray[np.float64]) -> float:
    """Target pixels per source pixel of a similarity (2, 3)."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def similarity(
    centre: NDArray[np.float64], right: NDArray[np.float64], side: float, size: int
) -> NDArray[np.float64]:
    """Affine (2, 3) taking the square at `centre`, x axis along `right`, to size x size pixels."""
    cosine, sine = right / np.hypot(*right)
    turn = np.array([[cosine, sine], [-sine, cosine]]) * (size / side)
    return np.concatenate([turn, (size / 2 - turn @ centre)[:, None]], axis=1)


def invert(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of an affine (2, 3)."""
    inverse = np.linalg.inv(matrix[:, :2])
    return np.concatenate([inverse, -(inverse @ matrix[:, 2])[:, None]], axis=1)


def apply(matrix: NDArray[np.float64], points: NDArray[np.float32]) -> Floats:
    """Map points (N, 2) or (N, 3); a third coordinate is scaled alike and not moved."""
    mapped = points[:, :2].astype(np.float64) @ matrix[:, :2].T + matrix[:, 2]
    if points.shape[1] == 2:
        return mapped.astype(np.float32)
    depth = points[:, 2:].astype(np.float64) * scale_of(matrix)
    return np.concatenate([mapped, depth], axis=1).astype(np.float32)


def warp(
    image: Pixels,
    matrix: NDArray[np.float64],
    size: int,
    border: int = cv2.BORDER_REPLICATE,
    value: float = 0.0,
) -> Pixels:
    """Resample (H, W[, C]) through `matrix` to (size, size[, C]) without aliasing.

    A shrinking warp first reduces the picture by area averaging to at most twice the target's
    resolution and low-passes what is left; the final step is Lanczos (bicubic when enlarging).
    `border` is BORDER_REPLICATE or BORDER_CONSTANT with `value`.
    """
    image, matrix = _cut(image, matrix, size)
    image = np.ascontiguousarray(image)
    scale = scale_of(matrix)
    if scale < 0.5:
        image, matrix = _shrink(image, matrix, 2.0 * scale)
        scale = scale_of(matrix)
    if scale < 0.95:
        sigma = 0.5 * float(np.sqrt(1.0 / scale**2 - 1.0))
        image = cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    shifted = _corner_origin(matrix)
    flags = cv2.INTER_LANCZOS4 if scale < 1.0 else cv2.INTER_CUBIC
    return cv2.warpAffine(
        image, shifted, (size, size), flags=flags, borderMode=border, borderValue=[value] * 4
    )


def wide_blur(image: Floats, sigma: float) -> Floats:
    """Gaussian blur of (H, W[, C]); wide ones run on a reduced copy, which looks the same."""
    factor = max(1, int(sigma / 4))
    if factor == 1:
        return np.asarray(_gauss(image, sigma), np.float32)
    height, width = image.shape[:2]
    size = (max(2, width // factor), max(2, height // factor))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    blurred = _gauss(small, sigma * size[0] / width)
    return np.asarray(
        cv2.resize(blurred, (width, height), interpolation=cv2.INTER_CUBIC), np.float32
    )


def _gauss(image: Pixels, sigma: float) -> Pixels:
    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)


def _cut(
    image: Pixels, matrix: NDArray[np.float64], size: int
) -> tuple[Pixels, NDArray[np.float64]]:
    """Only the part of a large picture that the target sees, with a margin for the filters."""
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float32)
    seen = apply(invert(matrix), corners)
    margin = 8.0 + 4.0 / scale_of(matrix)
    height, width = image.shape[:2]
    low = np.clip(np.floor(seen.min(0) - margin), 0, [width - 1, height - 1]).astype(int)
    high = np.clip(np.ceil(seen.max(0) + margin), low + 1, [width, height]).astype(int)
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ low
    return image[low[1] : high[1], low[0] : high[0]], moved


def _shrink(
    image: Pixels, matrix: NDArray[np.float64], factor: float
) -> tuple[Pixels, NDArray[np.float64]]:
    height, width = image.shape[:2]
    new = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(image, new, interpolation=cv2.INTER_AREA)
    stretch = np.diag([width / new[0], height / new[1]])
    return small, np.concatenate([matrix[:, :2] @ stretch, matrix[:, 2:]], axis=1)


def _corner_origin(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same map for OpenCV, which puts 0 at the centre of the first pixel."""
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    return moved
