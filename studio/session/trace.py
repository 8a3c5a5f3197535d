"""What the coefficients did lately: a ring of timed samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_HOLD = 0.1
"""Seconds between samples beyond which a value was held rather than moved."""


class Trace:
    """The last samples of some channels, oldest forgotten first.

    Samples come when something changes, not at a rate: where nothing came for a while, the value
    is held until the next one, so that a step looks like a step and not like a slope.
    """

    def __init__(self, channels: int, capacity: int = 16384) -> None:
        """Make room for ``capacity`` samples (half as many when all of them come slowly)."""
        self._times = np.zeros(capacity, np.float64)
        self._values = np.zeros((capacity, channels), np.float32)
        self._begin = self._count = 0

    def __len__(self) -> int:
        """How many samples are kept, held ones included."""
        return self._count

    @property
    def last_time(self) -> float | None:
        """When the newest sample came, None without any."""
        return None if self._count == 0 else float(self._times[self._index(self._count - 1)])

    def add(self, seconds: float, values: NDArray[np.float32]) -> None:
        """Add a sample (channels,).

        Times only grow: a sample that is not later than the last one takes its place.
        """
        last = self.last_time
        if last is not None and seconds <= last:
            self._values[self._index(self._count - 1)] = values
            return
        if last is not None and seconds - last > _HOLD:
            self._push(seconds, self._values[self._index(self._count - 1)])
        self._push(seconds, values)

    def clear(self) -> None:
        """Forget everything."""
        self._begin = self._count = 0

    def window(self, begin: float, end: float) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Times (N,) and values (N, channels) between two moments.

        The value before ``begin`` is held to it, and the last one to ``end``, so that curves
        reach both sides; nothing is said about the time before the first sample.
        """
        order = (self._begin + np.arange(self._count)) % len(self._times)
        times = self._times[order]
        first = int(np.searchsorted(times, begin, side="right"))
        last = int(np.searchsorted(times, end, side="right"))
        times, values = times[first:last], self._values[order[first:last]]
        if first > 0:
            times = np.concatenate([[begin], times])
            values = np.concatenate([self._values[order[first - 1]][None], values])
        if len(times) and times[-1] < end:
            times = np.concatenate([times, [end]])
            values = np.concatenate([values, values[-1:]])
        return times, values

    def _push(self, seconds: float, values: NDArray[np.float32]) -> None:
        if self._count == len(self._times):
            self._begin = (self._begin + 1) % len(self._times)
            self._count -= 1
        index = self._index(self._count)
        self._times[index], self._values[index] = seconds, values
        self._count += 1

    def _index(self, number: int) -> int:
        return (self._begin + number) % len(self._times)


def moving(values: NDArray[np.float32], limit: int) -> NDArray[np.intp]:
    """Which channels of (N, channels) change, those that change most first, at most ``limit``."""
    if len(values) == 0:
        return np.zeros(0, np.intp)
    spread = values.max(axis=0) - values.min(axis=0)
    order: NDArray[np.intp] = np.argsort(-spread, kind="stable")[:limit]
    chosen: NDArray[np.intp] = order[spread[order] > 0.0]
    return chosen
