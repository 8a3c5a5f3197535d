"""How large to render: small enough to keep up while something moves, full once it rests.

Pure decisions with the clock passed in; no threads, no timers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

SIZES = (96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 2048)
"""Sizes to choose from while moving: few, so that the size does not flicker."""
TARGET_MS = 30.0
REST_SECONDS = 0.06
_BLEND = 0.3
_GROW_ROOM = 0.8
"""A larger size must fit into this share of the target, so that it does not fall back at once."""
_FIXED_MS = 6.0
"""Posing and converting, which take as long for a small picture."""


@dataclass(frozen=True)
class Quality:
    """Pixels along a side, samples per ray, and whether this is the picture at rest."""

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
        self._ms_per_megapixel: float | None = None
        self._moved_at: float | None = None

    def moved(self) -> Quality:
        """Something changed now: the quality to render at."""
        self._moved_at = self._clock()
        size = min(self.interactive or self._adapted, self.full)
        if size == self.full:
            # As good as at rest already: there is nothing to follow.
            self._moved_at = None
        return Quality(size, self.samples, final=size == self.full)

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
        work = max(milliseconds - _FIXED_MS, 0.2) / (quality.size**2 / 1e6)
        if self._ms_per_megapixel is None:
            self._ms_per_megapixel = work
        self._ms_per_megapixel += _BLEND * (work - self._ms_per_megapixel)
        fitting = [size for size in SIZES if self._expected(size) <= self.target_ms]
        best = max(fitting, default=SIZES[0])
        if best > self._adapted:
            roomy = [s for s in SIZES if self._expected(s) <= _GROW_ROOM * self.target_ms]
            best = max(self._adapted, max(roomy, default=SIZES[0]))
        self._adapted = best

    def _expected(self, size: int) -> float:
        return _FIXED_MS + (self._ms_per_megapixel or 0.0) * size**2 / 1e6
