"""Source, calibration, arming, smoothing, holding: from samples to what the avatar does."""

from __future__ import annotations

from dataclasses import dataclass

from models.pose import Pose
from studio.drive.accent import Accent
from studio.drive.arm import armed
from studio.drive.calibrate import Calibrator, Target
from studio.drive.hold import Hold
from studio.drive.settings import DriveSettings
from studio.drive.smooth import OneEuro
from studio.drive.source import Origin, Sample, clock


@dataclass(frozen=True, eq=False)
class Driven:
    """What the avatar does at one time.

    Attributes:
        seconds: of the source. pose: the avatar's.
        present: whether the performer is seen.
        sample: what it was made of.
        milliseconds: by stage: ``wait`` from arrival to being looked at, the source's own
            (``landmarks``, ``solve``), ``pose``. finished: ``clock()`` at the end of them.
        dropped: frames not looked at since the source began.
    """

    seconds: float
    pose: Pose
    present: bool
    sample: Sample
    milliseconds: dict[str, float]
    finished: float
    dropped: int


class Pipeline:
    """One source moving one avatar; for one thread, and deterministic."""

    def __init__(self, target: Target, origin: Origin, rest: int = 0) -> None:
        """``rest`` is the number of the first rest face."""
        self._calibrator = Calibrator(target, origin)
        self._filter = OneEuro()
        self._hold = Hold()
        self._accent = Accent()
        self._last: Pose | None = None
        self._rests: dict[int, Pose] = {}
        self._rest = rest
        self._present = False
        self._seconds = 0.0
        self._dropped = 0

    @property
    def target(self) -> Target:
        """The avatar that is moved."""
        return self._calibrator.target

    @target.setter
    def target(self, target: Target) -> None:
        self._calibrator.target = target

    def rest_now(self, number: int) -> bool:
        """Go back to rest ``number``, or make what the performer did last that rest.

        False before anybody was seen.
        """
        seen = self._rests.get(number, self._last)
        if seen is None:
            return False
        self._rest = number
        self._rest_at(seen, self._seconds)
        return True

    def _rest_at(self, seen: Pose, seconds: float) -> None:
        self._rests[self._rest] = seen
        self._calibrator.rest_at(seen)
        self._filter.reset()
        self._hold.blend(seconds)

    def drive(self, sample: Sample, settings: DriveSettings) -> Driven:
        """What the avatar does with the next sample."""
        begin = clock()
        base = self.target.base
        live: Pose | None = None
        if sample.pose is not None:
            if self._calibrator.rest is None:
                self._rests[self._rest] = sample.pose
            if sample.restarted:
                self._rest_at(sample.pose, sample.seconds)
            if not self._present:
                self._filter.reset()
            carried = self._calibrator.pose(sample.pose, settings.calibration)
            live = self._filter.smooth(
                armed(base, carried, settings.parts), sample.seconds, settings.steadiness
            )
        self._last, self._present = sample.pose or self._last, live is not None
        self._seconds = sample.seconds
        pose = self._hold.show(live, base, sample.seconds)
        pose = self._accent.show(pose, settings.accent, sample.seconds)
        self._dropped += sample.dropped
        end = clock()
        times = {**sample.milliseconds, "pose": 1e3 * (end - begin)}
        waited = 1e3 * (end - sample.arrived) - sum(times.values())
        times = {"wait": max(waited, 0.0), **times}
        return Driven(sample.seconds, pose, self._present, sample, times, end, self._dropped)
