"""What lies beyond the photo's border: maps of the person continued to the whole crop.

Below and beside the photo, shoulders simply go on; above it a head that the photo cuts is closed
by a dome, and hair that a side cuts fades out.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.crop import Crop
from models.portrait.resample import apply, invert, scale_of

Floats = NDArray[np.float32]
_BETWEEN_EYES = 168
_DOME = 0.5  # height of the dome over its half width
_SIDE_FADE = 0.06  # of the crop's side


def continue_outside(values: Floats, valid: Floats) -> Floats:
    """Carry (C, S, S) from the nearest photo pixel to where `valid` (1, S, S) is 0."""
    if valid.min() >= 0.5:
        return values
    sure = cv2.erode(valid[0], np.ones((5, 5), np.uint8), borderValue=1.0) > 0.5
    if not sure.any():
        return values
    _, labels = cv2.distanceTransformWithLabels(
        (~sure).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(int(labels.max()) + 1, np.intp)
    source[labels[sure]] = np.flatnonzero(sure)
    nearest = source[labels]
    carried = values.reshape(len(values), -1)[:, nearest]
    smooth = np.stack([cv2.GaussianBlur(plane, (0, 0), 3.0) for plane in carried])
    return np.asarray(np.where(sure, values, smooth), np.float32)


def close_head(crop: Crop, alpha: Floats) -> Floats:
    """Round off a matte (S, S) that was carried above or beside the photo; other pixels stay."""
    valid = crop.valid[0]
    if valid.min() >= 0.5:
        return alpha
    # Ragged soft values at the photo's border would be drawn out into stripes.
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (crop.size // 16 + 1,) * 2)
    closed = cv2.morphologyEx(alpha, cv2.MORPH_CLOSE, disc)
    calm = np.clip((cv2.GaussianBlur(closed, (0, 0), 0.012 * crop.size) - 0.4) / 0.3, 0.0, 1.0)
    result = calm * _side_fade(crop, np.flatnonzero(valid.any(0))) * _dome(crop, alpha)
    return np.asarray(np.where(valid > 0.5, alpha, result), np.float32)


def _side_fade(crop: Crop, columns: NDArray[np.intp]) -> Floats:
    """(S, S): 1, but fading to 0 beside the photo above the eyes."""
    size = crop.size
    x = np.arange(size, dtype=np.float32)
    beyond = np.maximum(np.maximum(columns[0] - x, x - columns[-1]), 0.0) / (_SIDE_FADE * size)
    eyes = float(crop.landmarks[_BETWEEN_EYES, 1])
    below = np.clip((np.arange(size, dtype=np.float32) - eyes) / (0.1 * size), 0.0, 1.0)
    fade = np.clip(1.0 - beyond, 0.0, 1.0)
    return np.asarray(fade[None, :] + (1.0 - fade[None, :]) * below[:, None], np.float32)


def _dome(crop: Crop, alpha: Floats) -> Floats:
    """(S, S): 1 below the photo's upper border; above it ellipses over where the head meets it."""
    size = crop.size
    axis = np.arange(size, dtype=np.float32) + 0.5
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    step = scale_of(crop.matrix)
    along, down = np.moveaxis(apply(invert(crop.matrix), grid).reshape(size, size, 2) * step, -1, 0)
    first = float(along.min())
    reach = _dome_heights(_upper_edge(crop, alpha, first, float(along.max())))
    here = reach[np.clip((along - first).astype(np.intp), 0, len(reach) - 1)]
    return np.where(down < 0, np.clip((here + down) / 4.0 + 0.5, 0.0, 1.0), 1.0).astype(np.float32)


def _upper_edge(crop: Crop, alpha: Floats, first: float, last: float) -> Floats:
    """The matte just below the photo's upper border, one sample per crop pixel along it."""
    step = scale_of(crop.matrix)
    along = np.arange(first, last + 1.0, dtype=np.float32)
    line = np.stack([along, np.full_like(along, 3.0)], axis=1) / np.float32(step)
    at = apply(crop.matrix, line) - np.float32(0.5)
    edge = cv2.remap(alpha, at[:, :1], at[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(edge[:, 0], np.float32)


def _dome_heights(edge: Floats) -> Floats:
    """Height of the half ellipses that stand on the runs where `edge` (N,) is well covered."""
    bounds = np.flatnonzero(np.diff(np.concatenate([[0], edge > 0.8, [0]]).astype(int)))
    x = np.arange(len(edge), dtype=np.float32)
    reach = np.full(len(edge), -8.0, np.float32)  # no dome at all between the runs
    for start, stop in zip(bounds[::2], bounds[1::2], strict=True):
        half = (stop - start) / 2
        across = 1.0 - ((x - (start + stop - 1) / 2) / half) ** 2
        reach = np.where(across > 0, _DOME * half * np.sqrt(np.maximum(across, 0.0)), reach)
    return reach.astype(np.float32)
