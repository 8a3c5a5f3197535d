"""How quickly the picture follows the performer, over the last seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from models.pose import Pose

_SECONDS = 2.0
_REMEMBERED = 32


@dataclass(frozen=True)
class Figures:
    """What the monitor shows.

    Attributes:
        tracked, shown: poses and pictures per second.
        latency: milliseconds from frame or packet to the picture in the window, the median; None
            before the first.
        dropped: frames that were not looked at, and poses that nobody saw, since the start.
        stages: milliseconds by stage.
    """

    tracked: float = 0.0
    shown: float = 0.0
    latency: float | None = None
    dropped: int = 0
    stages: Mapping[str, float] = field(default_factory=dict)


class Meter:
    """Counts; ``clock`` is the one by which arrivals are told."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._tracked: deque[tuple[float, int]] = deque()
        self._shown: deque[tuple[float, float]] = deque()
        self._arrivals: deque[tuple[Pose, float]] = deque(maxlen=_REMEMBERED)
        self._stages: dict[str, float] = {}
        self._dropped = 0
        self._unseen = 0

    def pose_came(
        self, shown: Pose, arrived: float, dropped: int, unseen: int, stages: Mapping[str, float]
    ) -> None:
        """A pose is shown, made of what arrived at ``arrived``.

        ``dropped`` frames the source and ``unseen`` poses the window has left out so far.
        """
        self._tracked.append((self._clock(), 1 + unseen - self._unseen))
        self._unseen, self._dropped = unseen, dropped + unseen
        self._arrivals.append((shown, arrived))
        for name, spent in stages.items():
            before = self._stages.get(name, spent)
            self._stages[name] = before + 0.1 * (spent - before)

    def picture_came(self, pose: Pose, render: float) -> None:
        """A picture of a pose is there; ``render`` milliseconds were spent on it."""
        for number, (shown, arrived) in enumerate(self._arrivals):
            if shown is pose:
                # The same pose may be drawn again; only its first picture tells how late it is.
                for _ in range(number + 1):
                    self._arrivals.popleft()
                now = self._clock()
                self._shown.append((now, 1e3 * (now - arrived)))
                before = self._stages.get("render", render)
                self._stages["render"] = before + 0.1 * (render - before)
                return

    def figures(self) -> Figures:
        """How it stands."""
        since = self._clock() - _SECONDS
        for times in (self._tracked, self._shown):
            while times and times[0][0] < since:
                times.popleft()
        latencies = [latency for _, latency in self._shown]
        return Figures(
            tracked=sum(count for _, count in self._tracked) / _SECONDS,
            shown=len(self._shown) / _SECONDS,
            latency=float(np.median(latencies)) if latencies else None,
            dropped=self._dropped,
            stages=dict(self._stages),
        )
