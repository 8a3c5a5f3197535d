"""Is what the landmarker found a human face?

The landmarker also fits monkeys, cats and patterns. Three signs tell them apart: its readings on
slightly different crops disagree, some crops give no reading at all, and the region network,
which was trained on people only, does not call the inside of the face a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.resample import apply, similarity, warp
from models.portrait.tasks import segment_classes

FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
_LOOK_SIZE = 256
_LOOK_IN_FACES = 3.2
# People of all sorts, paintings and a statue stay below 0.005, 0.03 and 0.10.
_MOST_DISAGREEMENT = 0.012
_MOST_BACKGROUND = 0.10
_MOST_OTHER = 0.30


@dataclass(frozen=True)
class Surroundings:
    """Regions around a face: classes (6, 256, 256) and the (2, 3) map from photo pixels."""

    classes: NDArray[np.float32]
    matrix: NDArray[np.float64]


def look_around(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Surroundings:
    """Regions of the upright square, 3.2 faces wide, around landmarks (478, 3)."""
    points = landmarks[:, :2].astype(np.float64)
    low, high = points.min(0), points.max(0)
    side = _LOOK_IN_FACES * float((high - low).max())
    matrix = similarity((low + high) / 2, points[263] - points[33], side, _LOOK_SIZE)
    view = warp(image, matrix, _LOOK_SIZE).astype(np.uint8, copy=False)
    return Surroundings(segment_classes(view), matrix)


def disagreement(readings: NDArray[np.float32]) -> float:
    """Spread of readings (N, 478, 3) of one face: RMS distance to their mean, in face sizes."""
    mean = readings.mean(0)
    size = float(np.ptp(mean[:, :2], axis=0).max())
    squared = ((readings - mean)[..., :2] ** 2).sum(-1)
    return float(np.sqrt(squared.mean())) / max(size, 1e-6)


def is_human_face(readings: NDArray[np.float32], around: Surroundings) -> bool:
    """Whether readings (N, 478, 3) agree and the regions inside the face are a person's."""
    if disagreement(readings) > _MOST_DISAGREEMENT:
        return False
    mask = np.zeros(around.classes.shape[1:], np.uint8)
    oval = apply(around.matrix, readings.mean(0)[list(FACE_OVAL), :2])
    cv2.fillPoly(mask, [np.round(oval).astype(np.int32)], 1)
    inside = around.classes[:, mask > 0]
    if inside.shape[1] == 0:
        return False
    share = inside.mean(1)
    return bool(share[0] < _MOST_BACKGROUND and share[5] < _MOST_OTHER)
