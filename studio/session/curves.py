"""Keyframes with easing: one curve moves one channel."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

APART = 1e-3
"""Seconds within which two keys stand at the same time."""


class Easing(StrEnum):
    """How a curve goes from one key to the next."""

    HOLD = "hold"
    LINEAR = "linear"
    IN = "ease in"
    OUT = "ease out"
    IN_OUT = "ease in and out"


_SHAPES: Mapping[Easing, Callable[[float], float]] = {
    Easing.HOLD: lambda share: 0.0,
    Easing.LINEAR: lambda share: share,
    Easing.IN: lambda share: share**3,
    Easing.OUT: lambda share: 1.0 - (1.0 - share) ** 3,
    Easing.IN_OUT: lambda share: share * share * (3.0 - 2.0 * share),
}


@dataclass(frozen=True)
class Key:
    """A value at a time; ``easing`` shapes the way to the next key."""

    seconds: float
    value: float
    easing: Easing = Easing.IN_OUT

    def __post_init__(self) -> None:
        """Refuse what is no number, ``ValueError``."""
        if not (math.isfinite(self.seconds) and math.isfinite(self.value)):
            raise ValueError("a key needs finite numbers")


@dataclass(frozen=True)
class Curve:
    """The keys of one channel, at strictly growing times."""

    channel: str
    keys: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        """Refuse keys out of order, ``ValueError``."""
        times = [key.seconds for key in self.keys]
        if any(after <= before for before, after in zip(times, times[1:], strict=False)):
            raise ValueError(f"the keys of {self.channel} are out of order")

    def at(self, seconds: float) -> float:
        """The value at a time, held before the first and after the last key. Needs one key."""
        after = bisect.bisect_right(self.keys, seconds, key=lambda key: key.seconds)
        if after == 0 or after == len(self.keys):
            return self.keys[min(after, len(self.keys) - 1)].value
        start, end = self.keys[after - 1], self.keys[after]
        share = (seconds - start.seconds) / (end.seconds - start.seconds)
        return start.value + _SHAPES[start.easing](share) * (end.value - start.value)

    def with_keys(self, keys: Iterable[Key]) -> Curve:
        """Keys set; those that stand at the same time as one of them are replaced."""
        new = list(keys)
        kept = [key for key in self.keys if all(abs(key.seconds - n.seconds) >= APART for n in new)]
        return replace(self, keys=tuple(sorted([*kept, *new], key=lambda key: key.seconds)))
