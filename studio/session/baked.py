"""The whole timeline as poses at even times: takes with all keys over them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.pose import Pose
from studio.session.timeline import Timeline
from studio.session.view import View

_USUAL_RATE, _HIGHEST_RATE = 30.0, 120.0
"""Frames a second without takes, and at most."""


def baking_rate(timeline: Timeline) -> float:
    """Frames a second that lose nothing of the takes: as many as the quickest one has."""
    rates = [round(take.track.rate) for take in timeline.takes if not take.muted]
    return float(min(max(rates, default=0), _HIGHEST_RATE)) or _USUAL_RATE


def frame_count(timeline: Timeline, rate: float) -> int:
    """Frames from 0 to the end of the timeline, at least one."""
    return math.floor(timeline.duration * rate + 1e-6) + 1


def frames(
    timeline: Timeline, pose: Pose, view: View, rate: float
) -> Iterator[tuple[float, Pose, View]]:
    """Seconds, pose and view at 0, 1/rate, 2/rate ..., laid over ``pose`` and ``view``."""
    for number in range(frame_count(timeline, rate)):
        seconds = number / rate
        yield seconds, *timeline.at(seconds, pose, view)
