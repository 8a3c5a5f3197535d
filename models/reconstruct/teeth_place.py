"""Where the photo shows teeth, the generated rows move up or down until they cover them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.head.assemble import HeadMesh
from models.head.mouth import MouthRegion
from models.head.photo_samples import LUMA
from models.reconstruct.canvas import Canvas
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

_LIFTS = np.linspace(-0.024, 0.024, 17)
_FEWEST_PIXELS = 60
_LEAST_SHARE = 0.06
_EFFORT = 2.0
"""Cost of a lift of one canonical unit, as a share of the opening."""
_ROWS = (
    (
        MouthRegion.UPPER_TEETH,
        (MouthRegion.UPPER_TEETH, MouthRegion.UPPER_GUM, MouthRegion.PALATE),
    ),
    (
        MouthRegion.LOWER_TEETH,
        (MouthRegion.LOWER_TEETH, MouthRegion.LOWER_GUM, MouthRegion.TONGUE),
    ),
)


def tooth_pixels(rgb: NDArray[np.floating], lip_luma: float) -> Mask:
    """Which colours (N, 3) inside the lips are teeth: bright and hardly red."""
    luma = rgb @ LUMA
    redness = (rgb[:, 0] - rgb[:, 1]) / np.maximum(rgb[:, 0], 1e-3)
    return np.asarray((luma > max(0.16, 0.85 * lip_luma)) & (redness < 0.30))


def row_lifts(head: HeadMesh, canvas: Canvas, photo: FloatArray) -> FloatArray:
    """Displacement (V, 3) of the mouth that puts its rows of teeth over those in the photo.

    Zero where the lips are closed or no teeth show. ``photo`` (V, 3) are the vertices in the
    photo.
    """
    displacement = np.zeros((len(head.rig.rest), 3), np.float32)
    where, depth = canvas.project(photo)
    seen = rasterize(where, depth, head.faces, canvas.size, canvas.size).triangle
    opening = (seen >= 0) & (head.part[np.maximum(seen, 0)] == Part.MOUTH)
    opening = cv2.morphologyEx(opening.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))) > 0
    if opening.sum() < _FEWEST_PIXELS:
        return displacement
    colours = np.moveaxis(canvas.rgb, 0, -1)
    wide = cv2.dilate(opening.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    lip = float(np.median(colours[wide & ~opening] @ LUMA))
    teeth = np.zeros(opening.shape, bool)
    teeth[opening] = tooth_pixels(colours[opening], lip)
    if teeth.sum() < _LEAST_SHARE * opening.sum():
        return displacement
    lifts = _best_lifts(head, canvas, photo, opening, teeth)
    for (_, members), lift in zip(_ROWS, lifts, strict=True):
        moved = head.mouth_start + np.nonzero(np.isin(head.mouth.region, members))[0]
        displacement[moved, 1] = lift
    return displacement


def _best_lifts(
    head: HeadMesh, canvas: Canvas, photo: FloatArray, opening: Mask, teeth: Mask
) -> tuple[float, float]:
    """Lifts of the upper and the lower row that cover ``teeth`` and little else."""
    rows = [[_covered(head, canvas, photo, row, lift) for lift in _LIFTS] for row, _ in _ROWS]
    best = (np.inf, 0.0, 0.0)
    for upper, raised in zip(rows[0], _LIFTS, strict=True):
        for lower, lifted in zip(rows[1], _LIFTS, strict=True):
            wrong = float((((upper | lower) != teeth) & opening).sum()) / float(opening.sum())
            cost = wrong + _EFFORT * (abs(raised) + abs(lifted))
            best = min(best, (cost, float(raised), float(lifted)))
    return best[1], best[2]


def _covered(
    head: HeadMesh, canvas: Canvas, photo: FloatArray, row: MouthRegion, lift: float
) -> Mask:
    """Canvas pixels (H, W) that a row of teeth covers when it is lifted."""
    first = head.faces[:, 0] - head.mouth_start
    own = (first >= 0) & (head.mouth.region[np.clip(first, 0, len(head.mouth.region) - 1)] == row)
    where, depth = canvas.project(photo + np.array([0.0, lift, 0.0], np.float32))
    return rasterize(where, depth, head.faces[own], canvas.size, canvas.size).triangle >= 0
