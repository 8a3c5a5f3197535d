"""One Euro filter on a whole pose: steady when it is still, quick when it moves.

Casiez, Roussel, Vogel: "1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
Interactive Systems", CHI 2012, equations 1 to 5: an exponential filter whose cutoff grows with the
filtered speed, ``fc = fc_min + beta |dx|``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.pose import ARKIT_NAMES, Pose
from studio.session.pose_vector import EXPRESSION_WIDTH, PLACES, WIDTH, from_vector, to_vector

QUICK_CUTOFF, STEADY_CUTOFF = 12.0, 0.6
"""Hertz for what does not move, at the two ends of the slider."""
SPEED_CUTOFF = 3.0
"""Hertz of the speed's own filter. The paper's 1 would miss the beginning of a blink."""
_QUICKNESS = {
    "blendshapes": 3.0,
    "jaw": 12.0,
    "neck": 10.0,
    "head": 10.0,
    "gaze_left": 8.0,
    "gaze_right": 8.0,
    "translation": 30.0,
}
"""``beta``: hertz gained by a speed of one coefficient, radian or unit a second."""
_BLINK_QUICKNESS = 8.0
_EXPRESSION_QUICKNESS = 2.0
_LONGEST_STEP = 0.5
"""Seconds without a pose after which the filter begins anew."""


class OneEuro:
    """The filter's memory."""

    def __init__(self) -> None:
        self._row: NDArray[np.float64] | None = None
        self._speed = np.zeros(0)
        self._seconds = 0.0

    def reset(self) -> None:
        """Forget: the next pose passes as it is."""
        self._row = None

    def smooth(self, pose: Pose, seconds: float, steadiness: float) -> Pose:
        """The filtered pose at a time that grows.

        ``steadiness`` 0 changes nothing, 1 holds stillest.
        """
        row = to_vector(pose).astype(np.float64)
        step = seconds - self._seconds
        known = self._row is not None and len(self._row) == len(row)
        if steadiness <= 0.0 or not known or not 0.0 < step <= _LONGEST_STEP:
            self._remember(row, np.zeros_like(row), seconds)
            return pose
        assert self._row is not None
        speed = (row - self._row) / step
        speed = self._speed + _share(np.float64(SPEED_CUTOFF), step) * (speed - self._speed)
        cutoff = cutoff_at_rest(steadiness) + quickness(len(row), steadiness) * np.abs(speed)
        filtered = self._row + _share(cutoff, step) * (row - self._row)
        self._remember(filtered, speed, seconds)
        return from_vector(filtered)

    def _remember(
        self, row: NDArray[np.float64], speed: NDArray[np.float64], seconds: float
    ) -> None:
        self._row, self._speed, self._seconds = row, speed, seconds


def cutoff_at_rest(steadiness: float) -> float:
    """Hertz for what does not move, at a place 0..1 of the slider."""
    return float(QUICK_CUTOFF * (STEADY_CUTOFF / QUICK_CUTOFF) ** steadiness)


def quickness(width: int, steadiness: float) -> NDArray[np.float64]:
    """(width,) hertz gained by a speed of one a second, for rows of 68 or 168 numbers."""
    return _BETA[:width] * (1.0 - 0.7 * steadiness)


def _share(cutoff: NDArray[np.float64] | np.float64, step: float) -> NDArray[np.float64]:
    """How far an exponential filter goes towards a new value, equation 5."""
    return np.asarray(1.0 / (1.0 + 1.0 / (math.tau * cutoff * step)))


def _betas() -> NDArray[np.float64]:
    betas = np.full(WIDTH + EXPRESSION_WIDTH, _EXPRESSION_QUICKNESS)
    for name, place in PLACES.items():
        betas[place] = _QUICKNESS[name]
    for index, name in enumerate(ARKIT_NAMES):
        if name.startswith("eyeBlink"):
            betas[PLACES["blendshapes"].start + index] = _BLINK_QUICKNESS
    return betas


_BETA = _betas()
