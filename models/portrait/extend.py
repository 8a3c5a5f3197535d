"""What lies beyond the photo's border: maps of the person continued to the whole crop.

Below and beside the photo, shoulders simply go on; above it a head that the photo cuts is closed
by a dome, and hair that a side cuts fades out.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.crop import Crop

Floats = NDArray[np.float32]
_CHIN = 152
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
    rows = np.flatnonzero(valid.any(1))
    columns = np.flatnonzero(valid.any(0))
    result = alpha * _side_fade(crop, columns)
    top = int(rows[0])
    if top > 0:
        result[:top] *= _dome(alpha[min(top + 3, crop.size - 1)], top)
    return np.asarray(np.where(valid > 0.5, alpha, result), np.float32)


def _side_fade(crop: Crop, columns: NDArray[np.intp]) -> Floats:
    """(S, S): 1, but fading to 0 beside the photo above the chin."""
    size = crop.size
    x = np.arange(size, dtype=np.float32)
    beyond = np.maximum(np.maximum(columns[0] - x, x - columns[-1]), 0.0) / (_SIDE_FADE * size)
    chin = float(crop.landmarks[_CHIN, 1])
    below = np.clip((np.arange(size, dtype=np.float32) - chin) / (0.04 * size), 0.0, 1.0)
    fade = np.clip(1.0 - beyond, 0.0, 1.0)
    return np.asarray(fade[None, :] + (1.0 - fade[None, :]) * below[:, None], np.float32)


def _dome(edge: Floats, height: int) -> Floats:
    """(height, S) ellipses that stand on the runs where `edge` (S,) is mostly covered."""
    bounds = np.flatnonzero(np.diff(np.concatenate([[0], edge > 0.5, [0]]).astype(int)))
    x = np.arange(len(edge), dtype=np.float32)
    reach = np.zeros(len(edge), np.float32)
    for start, stop in zip(bounds[::2], bounds[1::2], strict=True):
        half = (stop - start) / 2
        across = np.clip(1.0 - ((x - (start + stop - 1) / 2) / half) ** 2, 0.0, None)
        reach = np.maximum(reach, _DOME * half * np.sqrt(across)).astype(np.float32)
    above = height - np.arange(height, dtype=np.float32)
    return np.clip((reach[None, :] - above[:, None]) / 4.0 + 0.5, 0.0, 1.0)
