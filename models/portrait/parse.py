"""Semantic regions of the crop: background, hair, body skin, face skin, clothes, other."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.crop import Crop
from models.portrait.extend import continue_outside
from models.portrait.guided import GuidedFilter
from models.portrait.resample import apply, invert, similarity, to_bytes, warp
from models.portrait.tasks import segment_classes

CLASS_NAMES = ("background", "hair", "body_skin", "face_skin", "clothes", "other")
BACKGROUND, HAIR, BODY_SKIN, FACE_SKIN, CLOTHES, OTHER = range(6)
_NETWORK_SIDE = 256


def segment(crop: Crop) -> NDArray[np.float32]:
    """Raw class probabilities (6, S, S): the network on the crop and, sharper, on the head.

    The network works at 256 pixels, so a second look at the head alone resolves ears, hair
    strands and glasses better; the two are blended with a soft border.
    """
    image = to_bytes(crop.rgb)
    shrink = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]) * (_NETWORK_SIDE / crop.size)
    whole = _look(image, shrink, crop.size)
    head = _head_square(crop)
    close = _look(image, head, crop.size)
    window = _window(head, crop.size)
    mixed = whole + (close - whole) * window
    return np.asarray(mixed / np.maximum(mixed.sum(0, keepdims=True), 1e-6), np.float32)


def parse(crop: Crop, raw: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Class probabilities (6, S, S) whose borders follow the picture's edges; sum 1.

    `raw` is the result of `segment`, when it is at hand already.
    """
    raw = segment(crop) if raw is None else raw
    guide = np.ascontiguousarray(crop.rgb.transpose(1, 2, 0))
    refine = GuidedFilter(guide, radius=max(2, crop.size // 128), epsilon=1e-3)
    refined = np.stack([np.clip(refine(c), 0.0, 1.0) for c in raw])
    refined = continue_outside(refined, crop.valid)
    return np.asarray(refined / np.maximum(refined.sum(0, keepdims=True), 1e-6), np.float32)


def _look(image: NDArray[np.uint8], matrix: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """Network output (6, size, size) for the square that `matrix` maps to the network's input."""
    view = warp(image, matrix, _NETWORK_SIDE)
    classes = segment_classes(view.astype(np.uint8, copy=False)).transpose(1, 2, 0)
    back = invert(matrix)
    corner = back.copy()
    corner[:, 2] += back[:, :2] @ np.array([0.5, 0.5]) - 0.5
    placed = [  # OpenCV's bicubic takes at most four channels at once
        cv2.warpAffine(
            np.ascontiguousarray(part),
            corner,
            (size, size),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for part in (classes[..., :3], classes[..., 3:])
    ]
    both = np.clip(np.concatenate(placed, axis=2), 0.0, 1.0)
    return np.asarray(both.transpose(2, 0, 1), np.float32)


def _head_square(crop: Crop) -> NDArray[np.float64]:
    points = crop.landmarks[:, :2].astype(np.float64)
    low, high = points.min(0), points.max(0)
    side = min(1.9 * float((high - low).max()), float(crop.size))
    centre = (low + high) / 2 - np.array([0.0, 0.12 * side])
    return similarity(centre, np.array([1.0, 0.0]), side, _NETWORK_SIDE)


def _window(matrix: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """(size, size) weight of the close look: 1 inside, fading to 0 over a tenth at its border."""
    axis = np.arange(size, dtype=np.float32) + 0.5
    corners = apply(matrix, np.stack([axis, axis], axis=1)) / _NETWORK_SIDE
    fade = np.clip(np.minimum(corners, 1.0 - corners) / 0.1, 0.0, 1.0)
    return np.asarray(fade[None, :, 0] * fade[:, 1:2], np.float32)
