"""Which of MediaPipe's 478 face landmarks are what, and how far to trust each in a fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EYE_CORNERS = (33, 263)
"""Outer corners: the subject's right, left."""
IRIS_RIGHT = (468, 469, 470, 471, 472)
IRIS_LEFT = (473, 474, 475, 476, 477)
"""Centre, then four points on the rim."""

LID_RIGHT = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LID_LEFT = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
INNER_LIPS_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LIPS_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_LIPS = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip


def landmark_weights() -> NDArray[np.float64]:
    """(468,) weights: lids and lips count more, the outline less, since it slides on the skin."""
    weights = np.ones(468)
    weights[list(LID_RIGHT + LID_LEFT)] = 2.0
    weights[list(INNER_LIPS_UPPER + INNER_LIPS_LOWER + OUTER_LIPS)] = 1.6
    weights[list(FACE_OVAL)] = 0.5
    return weights
