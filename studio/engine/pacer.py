"""How large to render: small enough to keep up while something moves, full once it rests.

Pure decisions with the clock passed in; no threads, no timers.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

SIZES = (128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 2048)
"""Sizes to choose from while moving: few, so that the size does not flicker."""
TARGET_MS = 30.0
LIVE_TARGET_MS = 1000.0 / 24.0
"""While a performer or the timeline moves the face: no camera needs more pictures than films have,
and there is nothing under the mouse that lags."""
REST_SECONDS = 0.06
_SLACK = 1.15
"""A size is given up only when it misses the target by more, and a larger one is tried only when
it should keep it with as much to spare: the size does not flicker."""
_FIXED_MS = 4.0
"""Posing and converting, which take as long for a small picture."""
_REMEMBERED, _ENOUGH = 5, 3
"""Frames of one size that are judged by their median: one hiccup changes nothing."""


@dataclass(frozen=True)
class Quality:
    """Pixels along a side, samples per ray, and whether it is for the picture at rest."""

    size: int = 512
    samples: int = 2
    final: bool = True


class Pacer:
    """Decides each frame's quality.

    On every change call ``moved()`` and render what it returns; then wait ``rest_in()`` seconds
    and, if nothing moved, render ``rested()``. Report every frame to ``measured``.
    """

    def __init__(
        self,
        *,
        full: int = 512,
        samples: int = 2,
        interactive: int = 0,
        rest_seconds: float = REST_SECONDS,
        target_ms: float = TARGET_MS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``interactive`` fixes the size while moving; 0 adapts it to the measured times."""
        self.full, self.samples, self.interactive = full, samples, interactive
        self.rest_seconds, self.target_ms = rest_seconds, target_ms
        self._clock = clock
        self._adapted = 256
        self._recent: deque[float] = deque(maxlen=_REMEMBERED)
        self._moved_at: float | None = None

    def follow(self, live: bool) -> None:
        """A performer or the timeline moves the face from now on, or nobody does any more.

        It begins at full size, which is given up only when it cannot be kept.
        """
        target = LIVE_TARGET_MS if live else TARGET_MS
        if target != self.target_ms:
            self.target_ms = target
            if live:
                self._adapt(max((size for size in SIZES if size <= self.full), default=SIZES[0]))

    def moved(self) -> Quality:
        """Something changed now: the quality to render at."""
        self._moved_at = self._clock()
        size = min(self.interactive or self._adapted, self.full)
        if size == self.full:
            # As good as at rest already: there is nothing to follow.
            self._moved_at = None
        return Quality(size, self.samples, final=False)

    def rest_in(self) -> float | None:
        """Seconds until the picture at rest is due (0: now), None when none is."""
        if self._moved_at is None:
            return None
        return max(0.0, self._moved_at + self.rest_seconds - self._clock())

    def rested(self) -> Quality:
        """The quality at rest; nothing is due any more."""
        self._moved_at = None
        return Quality(self.full, self.samples, final=True)

    def measured(self, quality: Quality, milliseconds: float) -> None:
        """A frame of this quality took so long to make, without waiting."""
        if quality.size != min(self._adapted, self.full):
            return
        self._adapted = quality.size
        self._recent.append(milliseconds)
        if len(self._recent) < _ENOUGH:
            return
        usual = statistics.median(self._recent)
        if usual > _SLACK * self.target_ms:
            smaller = [size for size in SIZES if size < self._adapted]
            fitting = [size for size in smaller if self._expected(size, usual) <= self.target_ms]
            self._adapt(max(fitting, default=SIZES[0]))
        else:
            larger = min((size for size in SIZES if size > self._adapted), default=SIZES[-1])
            if self._expected(larger, usual) * _SLACK <= self.target_ms:
                self._adapt(larger)

    def _adapt(self, size: int) -> None:
        if size != self._adapted:
            self._adapted = size
            self._recent.clear()

    def _expected(self, size: int, usual: float) -> float:
        """Milliseconds at another size, when the current one takes ``usual``."""
        fixed = min(_FIXED_MS, usual)
        return fixed + (usual - fixed) * (size / self._adapted) ** 2
