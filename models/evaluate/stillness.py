"""Jitter where the driver holds still: what trembles there in a render, the avatar has added.

Pictures are read one by one, without the landmarker's own smoothing over time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluate.metrics import Image
from models.evaluate.motion import steadiness_percent
from models.evaluate.reading import read_face
from models.pose import Pose
from models.track.motion import Motion

STRETCH = 24
"""Frames of the stretch that is looked at."""

Pixels = NDArray[np.uint8]
Steady = Callable[[Sequence[tuple[float, Pose]]], Sequence[Pose]]
"""What a film does to poses and their seconds before it shows them."""


@dataclass(frozen=True)
class _Moment:
    picture: Pixels
    motion: Motion
    landmarks: NDArray[np.float32]


class StillestStretch:
    """Remembers the ``STRETCH`` frames in a row in which the face moved least."""

    def __init__(self) -> None:
        self._near: deque[_Moment] = deque(maxlen=STRETCH)
        self._best: list[_Moment] = []
        self._least = np.inf

    def note(self, picture: Pixels, motion: Motion, landmarks: NDArray[np.float32]) -> None:
        """The next frame (H, W, 3), its motion and its landmarks (468, 2)."""
        self._near.append(_Moment(picture, motion, landmarks))
        if len(self._near) < STRETCH:
            return
        track = np.stack([moment.landmarks for moment in self._near])
        moved = float(np.linalg.norm(np.diff(track, axis=0), axis=-1).mean())
        if moved < self._least:
            self._least, self._best = moved, list(self._near)

    def broken(self) -> None:
        """The face was lost: frames before and after are not in a row."""
        self._near.clear()

    @property
    def motions(self) -> list[Motion]:
        """What the performer does in it; empty when there is none."""
        return [moment.motion for moment in self._best]

    def pictures(self) -> list[Pixels]:
        """Its frames."""
        return [moment.picture for moment in self._best]


def jitter_of(pictures: Sequence[Image]) -> float | None:
    """Jitter of the face in pictures (3,H,W), percent of the eyes' distance; None if one is lost.

    See ``steadiness_percent``.
    """
    track = []
    for picture in pictures:
        reading = read_face(picture)
        if reading is None:
            return None
        track.append(reading.landmarks[:468])
    return steadiness_percent(np.stack(track)) if len(track) >= 3 else None
