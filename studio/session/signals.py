"""What is worth a curve over time: the coefficients, and how head, neck and eyes are turned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.pose import ARKIT_NAMES, Pose
from studio.session.angles import turn_of

FIRST_ANGLE = len(ARKIT_NAMES)
"""Signals from here on are degrees, those before it coefficients."""
SIGNALS: tuple[str, ...] = (
    *ARKIT_NAMES,
    *(f"{joint}.{axis}" for joint in ("head", "neck") for axis in ("yaw", "pitch", "roll")),
    *(f"{eye}.{axis}" for eye in ("gaze_left", "gaze_right") for axis in ("yaw", "pitch")),
)
"""Names as in ``studio.session.channels``."""
SIGNAL_INDEX = {name: index for index, name in enumerate(SIGNALS)}
USUAL_ANGLE = 45.0
"""Degrees that count as much as a whole coefficient."""


def signals_of(pose: Pose) -> NDArray[np.float32]:
    """The values of ``SIGNALS``, (S,); degrees to two decimals, beyond which they are noise."""
    turns = [turn_of(joint) for joint in (pose.head, pose.neck)]
    angles = [angle for turn in turns for angle in (turn.yaw, turn.pitch, turn.roll)]
    degrees = np.concatenate([angles, np.degrees(pose.gaze_left), np.degrees(pose.gaze_right)])
    return np.concatenate([pose.blendshapes, degrees.round(2)]).astype(np.float32)


def comparable(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Signals (N, S) on one scale, so that one can say which of them moves most."""
    scaled = values.copy()
    scaled[:, FIRST_ANGLE:] /= USUAL_ANGLE
    return scaled
