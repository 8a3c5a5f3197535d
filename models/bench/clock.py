"""Timings: several runs of a call, their median and their spread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MEGABYTE = 1e6


@dataclass(frozen=True)
class Timing:
    """Seconds of ``runs`` runs: the median, the fastest and the slowest."""

    median: float
    fastest: float
    slowest: float
    runs: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """Summarise measured seconds. Raises ValueError when there are none."""
        if not seconds:
            raise ValueError("there is no run to summarise")
        return cls(statistics.median(seconds), min(seconds), max(seconds), len(seconds))


def measure(call: Callable[[], object], runs: int, warm_up: int = 1) -> Timing:
    """Time ``call``; ``warm_up`` runs before do not count."""
    for _ in range(warm_up):
        call()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return Timing.of(seconds)
