"""What a performer does in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Motion:
    """What the performer does in one frame, in terms of the performer's own head.

    Attributes:
        timestamp: seconds.
        coefficients: (52,) ARKit coefficients, 0..1; the eyeLook ones are zero, gaze says it.
        gaze: (2, 2) yaw and pitch of the left and the right eye in the head, radians; changes are
            right, while its zero is a guess that differs from person to person.
        rotation, translation: (3, 3), (3,) the performer's canonical space to the camera, OpenCV
            axes, canonical units.
        error: mean distance of fitted and seen landmarks, percent of the eye corners' distance.
    """

    timestamp: float
    coefficients: FloatArray
    gaze: FloatArray
    rotation: Matrix
    translation: Matrix
    error: float = 0.0
