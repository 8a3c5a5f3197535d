"""Poses over time: what is recorded, read from files and played."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.pose import Pose
from studio.session.pose_vector import EXPRESSION_WIDTH, WIDTH, from_vector, to_vector


@dataclass(frozen=True, eq=False)
class PoseTrack:
    """Poses at growing times.

    Attributes:
        times: (N,) seconds, strictly growing.
        rows: (N, 68) or, with FLAME's expression, (N, 168) float32, see ``pose_vector``.
        eye_roll: (N, 2) turn of the left and the right eye about its line of sight, radians, which
            a pose does not have; None where nobody said.
    """

    times: NDArray[np.float64]
    rows: NDArray[np.float32]
    eye_roll: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Freeze and check. Raises ``ValueError``."""
        times = np.array(self.times, np.float64)
        rows = np.array(self.rows, np.float32)
        if rows.ndim != 2 or rows.shape[1] not in (WIDTH, WIDTH + EXPRESSION_WIDTH):
            raise ValueError(f"rows have shape {rows.shape}")
        if times.shape != (len(rows),):
            raise ValueError(f"{len(rows)} rows have times of shape {times.shape}")
        if not (np.isfinite(times).all() and np.isfinite(rows).all()):
            raise ValueError("there are values that are not finite")
        if (np.diff(times) <= 0.0).any():
            raise ValueError("times do not grow")
        self._keep("times", times)
        self._keep("rows", rows)
        if self.eye_roll is not None:
            roll = np.array(self.eye_roll, np.float32)
            if roll.shape != (len(rows), 2) or not np.isfinite(roll).all():
                raise ValueError("eye_roll is not (N, 2) finite numbers")
            self._keep("eye_roll", roll)

    def _keep(self, name: str, array: NDArray[np.floating]) -> None:
        array.setflags(write=False)
        object.__setattr__(self, name, array)

    @classmethod
    def of(cls, poses: Iterable[tuple[float, Pose]]) -> PoseTrack:
        """Collect (seconds, pose); a time that does not grow is left out."""
        times: list[float] = []
        rows: list[NDArray[np.float32]] = []
        for seconds, pose in poses:
            if not times or seconds > times[-1]:
                times.append(seconds)
                rows.append(to_vector(pose))
        width = max((len(row) for row in rows), default=WIDTH)
        table = np.zeros((len(rows), width), np.float32)
        for index, row in enumerate(rows):
            table[index, : len(row)] = row
        return cls(np.array(times), table)

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[tuple[float, Pose]]:
        for index, seconds in enumerate(self.times):
            yield float(seconds), self.pose(index)

    def __eq__(self, other: object) -> bool:
        """Equal when all numbers are."""
        if not isinstance(other, PoseTrack):
            return NotImplemented
        if self is other:
            return True
        if self.eye_roll is None or other.eye_roll is None:
            same_rolls = self.eye_roll is other.eye_roll
        else:
            same_rolls = np.array_equal(self.eye_roll, other.eye_roll)
        same_times = np.array_equal(self.times, other.times)
        return same_rolls and same_times and np.array_equal(self.rows, other.rows)

    def __hash__(self) -> int:
        """Tracks of equal length share a hash."""
        return hash(len(self))

    @property
    def duration(self) -> float:
        """Seconds from the first to the last pose."""
        return float(self.times[-1] - self.times[0]) if len(self) else 0.0

    @property
    def rate(self) -> float:
        """Poses per second, by the median step; 30 for less than two poses."""
        if len(self) < 2:
            return 30.0
        return float(1.0 / np.median(np.diff(self.times)))

    def pose(self, index: int) -> Pose:
        """The pose number ``index``."""
        return from_vector(self.rows[index])

    def at(self, seconds: float) -> Pose:
        """The pose at a time, linear in between, held before and after. Needs one pose."""
        after = int(np.searchsorted(self.times, seconds, side="right"))
        if after == 0 or after == len(self):
            return self.pose(min(after, len(self) - 1))
        start, end = self.times[after - 1], self.times[after]
        share = np.float32((seconds - start) / (end - start))
        first, last = self.rows[after - 1], self.rows[after]
        return from_vector(first + share * (last - first))

    def between(self, start: float, end: float) -> PoseTrack:
        """The part with ``start <= time <= end``, seconds."""
        inside = (self.times >= start) & (self.times <= end)
        roll = None if self.eye_roll is None else self.eye_roll[inside]
        return PoseTrack(self.times[inside], self.rows[inside], roll)

    def shifted(self, seconds: float) -> PoseTrack:
        """The same, later by ``seconds``."""
        return replace(self, times=self.times + seconds)
