"""From pictures of a face to samples: follow one performer, measured at a rest frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.pose import Pose
from models.track.observation import Observation
from models.track.performer import Performer
from models.track.retarget import Retarget
from models.track.tracker import FaceTracker
from studio.drive.source import Sample, Seen, clock

Pixels = NDArray[np.uint8]


class FaceFollower:
    """Reads frames one after the other; belongs to one thread."""

    def __init__(self, *, search: bool) -> None:
        """``search`` looks thoroughly for small faces, which costs live sources too much.

        Raises MissingAsset without the landmarker.
        """
        self._tracker = FaceTracker(search=search)
        self._measures: dict[int, tuple[Performer, Retarget]] = {}
        self._number = 0

    def close(self) -> None:
        """Free the landmarker."""
        self._tracker.close()

    def go_by(self, number: int) -> None:
        """Follow by a measure of the performer, taken at the next face if there is none yet."""
        self._number = number

    def read(self, rgb: Pixels, seconds: float, arrived: float, dropped: int = 0) -> Sample:
        """What the face in a frame (H, W, 3) does."""
        start = clock()
        seen = self._tracker.read(rgb, seconds)
        found = clock()
        times = {"landmarks": 1e3 * (found - start)}
        if seen is None:
            return Sample(seconds, None, arrived, False, dropped, times, Seen(rgb))
        restarted = self._number not in self._measures
        pose, error = self._pose(seen, rgb)
        times["solve"] = 1e3 * (clock() - found)
        monitor = Seen(rgb, seen.landmarks[:, :2], error)
        return Sample(seconds, pose, arrived, restarted, dropped, times, monitor)

    def _pose(self, seen: Observation, rgb: Pixels) -> tuple[Pose, float]:
        """The performer's pose as the camera sees it, and the error of the fit."""
        known = self._measures.get(self._number)
        if known is None:
            performer = Performer(seen, rgb)
            left, right = performer.rest.gaze
            start = Pose.neutral().replace(gaze_left=left, gaze_right=right)
            # As it is seen, the camera in front: calibration makes it somebody else's.
            retarget = Retarget.between(performer, start, relative=False, steady_depth=False)
            self._measures[self._number] = performer, retarget
            return retarget.pose(performer.rest), 0.0
        performer, retarget = known
        motion = performer.follow(seen, rgb)
        return retarget.pose(motion), motion.error
