"""A drawn mouth whose landmarks, as MediaPipe's do, may run through the lower teeth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.head.teeth_colour import INNER_LIPS

SIZE = 256
CENTRE = np.array([128.0, 128.0])
HALF = np.array([60.0, 22.0])
"""Half the width and half the height of the opening."""
LIP = (0.62, 0.33, 0.30)
TEETH = (0.80, 0.76, 0.70)
DARK = (0.10, 0.04, 0.04)
SKIN = (0.80, 0.62, 0.53)
_OUTER = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
)


def _ellipse(half: NDArray[np.floating]) -> NDArray[np.float64]:
    """(20, 2) from the left corner over the top to the right and back below."""
    turn = np.pi - 2 * np.pi * np.arange(20) / 20
    return CENTRE + np.stack([np.cos(turn), -np.sin(turn)], 1) * half


def landmarks(height: float, lower: float | None = None) -> NDArray[np.float32]:
    """(478, 3) with an inner line of half height ``height``, below the centre ``lower``."""
    points = np.zeros((478, 3), np.float32)
    ring = _ellipse(np.array([HALF[0], height]))
    if lower is not None:
        ring[11:] = _ellipse(np.array([HALF[0], lower]))[11:]
    points[list(INNER_LIPS), :2] = ring
    points[list(_OUTER), :2] = _ellipse(HALF + [14.0, 24.0])
    return points


def picture(height: float, teeth: float) -> NDArray[np.float32]:
    """(3, SIZE, SIZE): an opening of half height ``height`` with ``teeth`` pixels of teeth."""
    image = np.empty((SIZE, SIZE, 3), np.float32)
    image[:] = SKIN
    for half, colour in ((HALF + [14.0, 24.0], LIP), (np.array([HALF[0], height]), DARK)):
        if half[1] > 0:
            cv2.fillPoly(image, [np.rint(_ellipse(half)).astype(np.int32)], colour)
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    across = np.clip(1 - ((x - CENTRE[0]) / HALF[0]) ** 2, 0, 1)
    floor = CENTRE[1] + height * np.sqrt(across)
    row = (y < floor) & (y > floor - teeth) & (across > 0.1)
    image[row] = TEETH
    return np.ascontiguousarray(image.transpose(2, 0, 1))
