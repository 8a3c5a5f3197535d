"""Steadying what is not live: tremor goes, and nothing lags, as what comes next is known.

A Gaussian mean over the poses around each one, as wide in time as the pose is still: its cutoff
grows with the speed as that of the One Euro filter does (Casiez et al., CHI 2012, equation 1).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pose import Pose
from studio.drive.calibrate import Target
from studio.drive.pipeline import Driven, Pipeline
from studio.drive.settings import DriveSettings
from studio.drive.smooth import cutoff_at_rest, quickness
from studio.drive.source import MotionSource
from studio.session.pose_vector import from_vector, to_vector

_LOWER = 0.5
"""Cutoff of what is still over the live filter's, which has its own lag to fear."""
_WIDEST = 0.15
"""Seconds of the widest Gaussian."""
_WINDOW = 2.5
"""Widths of the Gaussian to either side beyond which nothing counts."""
_SPEED_WIDTH = 0.05
"""Seconds over which speeds are averaged, so that the top of a blink counts as quick."""

Rows = NDArray[np.float64]


def driven(source: MotionSource, target: Target, settings: DriveSettings) -> Iterator[Driven]:
    """Everything a source does, carried over to an avatar. Raises ``BadInput`` as it does."""
    pipeline = Pipeline(target, source.origin)
    quick = replace(settings, steadiness=0.0)  # a causal filter would lag
    held: deque[Driven] = deque()

    def moved() -> Iterator[tuple[float, Pose]]:
        for sample in source.samples():
            held.append(pipeline.drive(sample, quick))
            yield held[-1].seconds, held[-1].pose

    for pose in steadied(moved(), settings.steadiness):
        yield replace(held.popleft(), pose=pose)


def steadied(poses: Iterable[tuple[float, Pose]], steadiness: float) -> Iterator[Pose]:
    """Steadier poses, each held back until what counts for it has come.

    Args:
        poses: with their seconds, which grow.
        steadiness: 0 (unchanged) to 1.
    """
    if steadiness <= 0.0:
        yield from (pose for _, pose in poses)
        return
    still = max(_LOWER * cutoff_at_rest(steadiness), _width(_WIDEST))
    reach = _WINDOW * max(_width(still), _SPEED_WIDTH)
    near: deque[tuple[float, Rows]] = deque()
    waiting: deque[tuple[float, Rows]] = deque()
    for seconds, pose in poses:
        item = seconds, to_vector(pose).astype(np.float64)
        near.append(item)
        waiting.append(item)
        while waiting[0][0] + reach < seconds:
            yield _steady(*waiting.popleft(), near, still, steadiness)
            while near[0][0] + reach < waiting[0][0]:
                near.popleft()
    while waiting:
        yield _steady(*waiting.popleft(), near, still, steadiness)


def _steady(
    seconds: float, row: Rows, near: Iterable[tuple[float, Rows]], still: float, steadiness: float
) -> Pose:
    """The mean round a row, each number with a width of its own."""
    alike = [(moment, other) for moment, other in near if len(other) == len(row)]
    times = np.array([moment for moment, _ in alike])
    rows = np.stack([other for _, other in alike])
    cutoff = still + quickness(len(row), steadiness) * _speed(times, rows, seconds)
    away = (times - seconds)[:, None] / _width(cutoff)
    weights = np.exp(-0.5 * away**2) * (np.abs(away) <= _WINDOW)
    return from_vector((weights * rows).sum(0) / weights.sum(0))


def _speed(times: Rows, rows: Rows, seconds: float) -> Rows:
    """How fast each number goes round a time, a second."""
    if len(times) < 2:
        return np.zeros(rows.shape[1])
    between = (times[1:] + times[:-1]) / 2 - seconds
    weights = np.exp(-0.5 * (between / _SPEED_WIDTH) ** 2) + 1e-12
    speeds = np.abs(np.diff(rows, axis=0) / np.maximum(np.diff(times), 1e-3)[:, None])
    return np.asarray((weights[:, None] * speeds).sum(0) / weights.sum())


def _width(cutoff: float | Rows) -> Any:
    """Seconds of the Gaussian that lets a frequency (hertz) through at .61, and the reverse."""
    return 1.0 / (math.tau * cutoff)
