"""A preset over what the performer does, for as long as a key is held."""

from __future__ import annotations

import numpy as np

from models.pose import Pose

RISE_SECONDS = 0.12
FALL_SECONDS = 0.25


class Accent:
    """Fades presets in and out; the coefficients of preset and performer add up."""

    def __init__(self) -> None:
        self._amount = 0.0
        self._preset: Pose | None = None
        self._seconds = 0.0

    def show(self, live: Pose, preset: Pose | None, seconds: float) -> Pose:
        """``live`` with the ``preset`` that is wanted now; None fades the last one out.

        Only coefficients are taken from it; another preset replaces one that is still shown.
        """
        step = min(max(seconds - self._seconds, 0.0), 0.1)
        self._seconds = seconds
        if preset is not None:
            self._preset = preset
            self._amount = min(self._amount + step / RISE_SECONDS, 1.0)
        else:
            self._amount = max(self._amount - step / FALL_SECONDS, 0.0)
        if self._amount == 0.0 or self._preset is None:
            return live
        total = live.blendshapes + np.float32(self._amount) * self._preset.blendshapes
        return live.replace(blendshapes=np.clip(total, 0.0, np.maximum(live.blendshapes, 1.0)))
