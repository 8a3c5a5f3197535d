"""Steadying what is not live: tremor goes, and nothing lags, as what comes next is known.

A bilateral filter in time (Tomasi and Manduchi: "Bilateral Filtering for Gray and Color Images",
ICCV 1998, equations 5 to 8): neighbours count less the further away they are in time, and the more
they differ. A blink differs from its neighbours and stays as it was; tremor does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.drive.calibrate import Target
from studio.drive.pipeline import Driven, Pipeline
from studio.drive.settings import DriveSettings
from studio.drive.source import MotionSource
from studio.session.pose_vector import EXPRESSION_WIDTH, PLACES, WIDTH, from_vector, to_vector

LONGEST_REACH = 0.15
"""Seconds at which a neighbour's weight has fallen to .61, at steadiness 1."""
_WINDOW = 3.0
"""Reaches to either side beyond which nothing counts."""
_GRAINS = {
    "blendshapes": 0.08,
    "jaw": 0.02,
    "neck": 0.008,
    "head": 0.01,
    "gaze_left": 0.04,
    "gaze_right": 0.04,
    "translation": 0.006,
}
"""Differences at which the weight has fallen to .61: coefficients, radians, canonical units."""
_EXPRESSION_GRAIN = 0.2

Rows = NDArray[np.float64]


def driven(source: MotionSource, target: Target, settings: DriveSettings) -> Iterator[Driven]:
    """Everything a source does, carried over to an avatar. Raises ``BadInput`` as it does."""
    pipeline = Pipeline(target, source.origin)
    quick = replace(settings, steadiness=0.0)  # a causal filter would lag
    moved = (pipeline.drive(sample, quick) for sample in source.samples())
    return steadied(moved, settings.steadiness)


def steadied(driven: Iterable[Driven], steadiness: float) -> Iterator[Driven]:
    """The same samples with steadier poses, each held back until what counts for it has come.

    Args:
        driven: in the order of their times.
        steadiness: 0 (unchanged) to 1.
    """
    reach = LONGEST_REACH * steadiness
    if reach <= 0.0:
        yield from driven
        return
    near: deque[tuple[Driven, Rows]] = deque()
    waiting: deque[tuple[Driven, Rows]] = deque()
    for each in driven:
        item = each, to_vector(each.pose).astype(np.float64)
        near.append(item)
        waiting.append(item)
        while waiting[0][0].seconds + _WINDOW * reach < each.seconds:
            yield _steady(*waiting.popleft(), near, reach)
            while near[0][0].seconds + _WINDOW * reach < waiting[0][0].seconds:
                near.popleft()
    while waiting:
        yield _steady(*waiting.popleft(), near, reach)


def _steady(now: Driven, row: Rows, near: Iterable[tuple[Driven, Rows]], reach: float) -> Driven:
    """``now`` with the weighted mean of its neighbours' rows."""
    alike = [(d.seconds, r) for d, r in near if len(r) == len(row)]
    times = np.array([seconds for seconds, _ in alike])
    rows = np.stack([other for _, other in alike])
    away = (times - now.seconds) / reach
    far = np.abs(away) > _WINDOW
    unlike = (rows - row) / _GRAIN[: len(row)]
    for place in _TOGETHER:
        unlike[:, place] = np.linalg.norm(unlike[:, place], axis=1, keepdims=True)
    weights = np.exp(-0.5 * (away[:, None] ** 2 + unlike**2)) * ~far[:, None]
    return replace(now, pose=from_vector((weights * rows).sum(0) / weights.sum(0)))


def _grains() -> Rows:
    grains = np.full(WIDTH + EXPRESSION_WIDTH, _EXPRESSION_GRAIN)
    for name, place in PLACES.items():
        grains[place] = _GRAINS[name]
    return grains


_GRAIN = _grains()
_TOGETHER = [place for name, place in PLACES.items() if name != "blendshapes"]
"""Numbers that are one thing: how far a direction differs is not asked of each axis by itself."""
