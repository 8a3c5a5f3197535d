"""The sheet around which the shell is inflated: where a person's outline lies in depth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.pyramid import push_pull
from models.reconstruct.canvas import Canvas

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

_HEAD_AXIS = -0.041
_BODY_AXIS = -0.076
_OUTLINE = 7.0
"""Cells from the person's outline within which the head's outline is taken for it."""
_RISE = 12.0
"""Cells above the chin over which the sheet leaves the body's axis for the head's outline."""


def axis_sheet(canvas: Canvas, count: int) -> tuple[FloatArray, float]:
    """Camera depth (N, N) of the sheet through head and body axis, and units per cell.

    Args:
        canvas: the photo; count: N, cells along its side.
    """
    heights = np.linspace(0.9, -0.9, 97)
    lean = np.clip((-0.10 - heights) / 0.17, 0, 1)
    axis = np.stack([0 * heights, heights, _HEAD_AXIS + lean * (_BODY_AXIS - _HEAD_AXIS)], 1)
    where, depth = canvas.project(axis)
    rows = (np.arange(count) + 0.5) * canvas.size / count
    order = np.argsort(where[:, 1])
    column = np.interp(rows, where[order, 1], depth[order])
    unit = float(np.median(column)) / (canvas.camera.intrinsics[0, 0] * count)
    return np.repeat(column[:, None], count, 1).astype(np.float32), unit


def through_outline(
    middle: FloatArray,
    front: FloatArray,
    back: FloatArray,
    on_hair: Mask,
    person: Mask,
    chin: float,
) -> FloatArray:
    """The middle sheet (N, N) bent so that it meets the head where that is seen edge-on.

    A head that is raised, lowered or turned in the photo has its outline elsewhere than on the
    sheet through its axis: a body inflated around that would be as slanted as the head.

    Args:
        middle: (N, N) sheet through the axis, kept below the chin.
        front, back: (N, N) nearest and farthest depth of the head with its hair on.
        on_hair: (N, N) where that is; person: (N, N) where the person is. Where the two
            outlines are far apart, as a jaw's from long hair's, the head's tells nothing.
        chin: its row.
    """
    rows = np.arange(len(middle))[:, None]
    band = on_hair & ~(cv2.erode(on_hair.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    inside = cv2.distanceTransform(person.astype(np.uint8), cv2.DIST_L2, 5)
    band &= inside < _OUTLINE
    above = np.clip((chin - _RISE / 2 - rows) / _RISE, 0, 1)
    known = (band * above).astype(np.float32) + 0.02 * (1 - above).astype(np.float32)
    offset = np.where(band, (front + back) / 2 - middle, 0) * (above > 0)
    filled = push_pull(offset.astype(np.float32)[..., None], known)[..., 0]
    return np.asarray(middle + cv2.GaussianBlur(filled, (0, 0), 3.0) * above, np.float32)
