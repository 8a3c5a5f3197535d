"""From pictures of a face to samples: follow one performer, measured at a rest frame."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.pose import Pose
from models.track.observation import Observation
from models.track.performer import Performer
from models.track.retarget import Retarget
from models.track.tracker import FaceTracker
from studio.drive.source import Sample, Seen, clock

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Measure:
    """A performer as measured at a rest frame, and how what is seen becomes a pose."""

    performer: Performer
    retarget: Retarget

    @classmethod
    def of(cls, seen: Observation, rgb: Pixels) -> Measure:
        """Measure the performer; takes about half a second."""
        performer = Performer(seen, rgb)
        left, right = performer.rest.gaze
        start = Pose.neutral().replace(gaze_left=left, gaze_right=right)
        # As it is seen, the camera in front: calibration makes it somebody else's.
        retarget = Retarget.between(performer, start, relative=False, steady_depth=False)
        return cls(performer, retarget)

    @property
    def rest(self) -> Pose:
        """What the performer did in the rest frame."""
        return self.retarget.pose(self.performer.rest)

    def follow(self, seen: Observation, rgb: Pixels) -> tuple[Pose, float]:
        """The performer's pose as the camera sees it, and the error of the fit."""
        motion = self.performer.follow(seen, rgb)
        return self.retarget.pose(motion), motion.error


class FaceFollower:
    """Reads frames one after the other; belongs to one thread.

    The first face is measured before it is followed. Whoever is followed already is measured anew
    beside that, so that nothing stands still meanwhile.
    """

    def __init__(self, *, search: bool) -> None:
        """``search`` looks thoroughly for small faces, which costs live sources too much.

        Raises MissingAsset without the landmarker.
        """
        self._tracker = FaceTracker(search=search)
        self._measures: dict[int, Measure] = {}
        self._now: Measure | None = None
        self._number = 0
        self._beside = ThreadPoolExecutor(1, "measure")
        self._coming: tuple[int, Future[Measure]] | None = None

    def close(self) -> None:
        """Free the landmarker."""
        self._beside.shutdown(cancel_futures=True)
        self._tracker.close()

    def go_by(self, number: int) -> None:
        """Follow by a measure of the performer, taken at the next face if there is none yet."""
        self._number = number

    def read(self, rgb: Pixels, seconds: float, arrived: float, dropped: int = 0) -> Sample:
        """What the face in a frame (H, W, 3) does; its rest where it was measured anew."""
        start = clock()
        seen = self._tracker.read(rgb, seconds)
        found = clock()
        times = {"landmarks": 1e3 * (found - start)}
        if seen is None:
            return Sample(seconds, None, arrived, False, dropped, times, Seen(rgb))
        measure, restarted = self._current(seen, rgb)
        pose, error = (measure.rest, 0.0) if restarted else measure.follow(seen, rgb)
        times["solve"] = 1e3 * (clock() - found)
        monitor = Seen(rgb, seen.landmarks[:, :2], error)
        return Sample(seconds, pose, arrived, restarted, dropped, times, monitor)

    def _current(self, seen: Observation, rgb: Pixels) -> tuple[Measure, bool]:
        """What to follow by, and whether it is new."""
        wanted, restarted = self._measures.get(self._number), False
        if wanted is None:
            wanted = Measure.of(seen, rgb) if self._now is None else self._anew(seen, rgb)
            restarted = wanted is not None
        if wanted is not None:
            self._measures[self._number] = self._now = wanted
        assert self._now is not None
        return self._now, restarted

    def _anew(self, seen: Observation, rgb: Pixels) -> Measure | None:
        """The measure that is wanted, begun if need be; None until it is there."""
        if self._coming is None or self._coming[0] != self._number:
            self._coming = self._number, self._beside.submit(Measure.of, seen, rgb)
        future = self._coming[1]
        if not future.done():
            return None
        self._coming = None
        return future.result()
