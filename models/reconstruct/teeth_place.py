"""Where the photo shows teeth, the generated rows move up or down until they cover them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.head.assemble import HeadMesh
from models.head.mouth import MouthRegion
from models.head.teeth_colour import tooth_pixels
from models.reconstruct.canvas import Canvas
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

_UPPER_LIFTS = np.linspace(-0.012, 0.010, 12)
_LOWER_LIFTS = np.linspace(-0.024, 0.024, 17)
"""Canonical units; the upper row hangs from the skull, the lower one follows an uncertain jaw."""
_FEWEST_PIXELS = 60
_LEAST_SHARE = 0.06
_WIDE_OPEN = 0.004
"""Share of the canvas from which an opening without teeth means that the lips hide them."""
_UPPER_EFFORT, _LOWER_EFFORT = 4.0, 1.5
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


def row_lifts(head: HeadMesh, canvas: Canvas, photo: FloatArray) -> FloatArray:
    """Displacement (V, 3) of the mouth that puts its rows of teeth over those in the photo.

    Zero where the lips are closed, or open a little without showing teeth. ``photo`` (V, 3) are
    the vertices in the photo.
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
    lip = np.median(colours[wide & ~opening], 0)
    teeth = np.zeros(opening.shape, bool)
    teeth[opening] = tooth_pixels(colours[opening], lip)
    if teeth.sum() < _LEAST_SHARE * opening.sum() and opening.mean() < _WIDE_OPEN:
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
    rows = [
        [_covered(head, canvas, photo, row, lift) for lift in lifts]
        for (row, _), lifts in zip(_ROWS, (_UPPER_LIFTS, _LOWER_LIFTS), strict=True)
    ]
    best = (np.inf, 0.0, 0.0)
    for upper, raised in zip(rows[0], _UPPER_LIFTS, strict=True):
        for lower, lifted in zip(rows[1], _LOWER_LIFTS, strict=True):
            wrong = float((((upper | lower) != teeth) & opening).sum()) / float(opening.sum())
            cost = wrong + _UPPER_EFFORT * abs(raised) + _LOWER_EFFORT * abs(lifted)
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
