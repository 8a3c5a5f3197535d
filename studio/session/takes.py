"""A take: recorded poses as a layer of the timeline."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from models.pose import Pose
from studio.session.pose_parts import PARTS, taking
from studio.session.pose_track import PoseTrack


@dataclass(frozen=True)
class Take:
    """Recorded poses, where they stand, and what of them counts.

    Attributes:
        name: for lists.
        track: the poses, times from 0; never changed by trimming.
        start: seconds of the timeline at which the trimmed take begins.
        trim: seconds of the track, first and last, that are played.
        loops: times that it is played, one after the other.
        parts: what the take moves (``pose_parts.PARTS``); the rest shows what lies below.
        weight: 0..1, how much of it is laid over what lies below.
        muted: it is kept but does nothing.
    """

    name: str
    track: PoseTrack
    start: float = 0.0
    trim: tuple[float, float] = (0.0, math.inf)
    loops: int = 1
    parts: frozenset[str] = field(default_factory=lambda: frozenset(PARTS))
    weight: float = 1.0
    muted: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be played, ``ValueError``; trim to what the track has."""
        if len(self.track) == 0:
            raise ValueError(f"the take {self.name} is empty")
        if not self.parts <= set(PARTS):
            raise ValueError(f"the take {self.name} has unknown parts")
        if not (math.isfinite(self.start) and 0.0 <= self.weight <= 1.0 and self.loops >= 1):
            raise ValueError(f"the take {self.name} has a start, weight or count out of range")
        first, last = (float(self.track.times[row]) for row in (0, -1))
        begin, end = (min(max(moment, first), last) for moment in self.trim)
        if begin > end or math.isnan(begin + end):
            raise ValueError(f"the take {self.name} is trimmed to nothing")
        object.__setattr__(self, "trim", (begin, end))

    @property
    def length(self) -> float:
        """Seconds of one run."""
        return self.trim[1] - self.trim[0]

    @property
    def end(self) -> float:
        """Seconds of the timeline at which it ends."""
        return self.start + self.length * self.loops

    def laid_over(self, below: Pose, seconds: float) -> Pose:
        """What is seen at a time of the timeline: ``below`` with the take's parts over it."""
        if self.muted or not self.start <= seconds <= self.end:
            return below
        own = self.track.at(self._own_time(seconds))
        if own.expression is None and below.expression is not None:
            own = own.replace(expression=below.expression)
        covered = taking(below, own, self.parts)
        return covered if self.weight == 1.0 else below.lerp(covered, self.weight)

    def _own_time(self, seconds: float) -> float:
        since = seconds - self.start
        if self.length <= 0.0:
            return self.trim[0]
        runs = since / self.length
        # The end of the last run is its last pose, not the first of another.
        share = 1.0 if runs >= self.loops else runs % 1.0
        return self.trim[0] + share * self.length

    def trimmed(self, begin: float, end: float) -> Take:
        """Played from ``begin`` to ``end`` seconds of the track."""
        return replace(self, trim=(begin, end))

    def played(self) -> PoseTrack:
        """The trimmed poses, times from 0: what an export writes."""
        return self.track.between(*self.trim).shifted(-self.trim[0])
