"""Smooth random patterns in space, the same for the same seed on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def waves(
    points: NDArray[np.floating], rng: np.random.Generator, frequency: float, count: int = 12
) -> Floats:
    """A pattern (N,) of about unit variance at points (N, D): ``count`` plane waves.

    ``frequency`` is in radians per unit of the points' coordinates.
    """
    directions = rng.normal(0, 1, (count, points.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rates = frequency * rng.uniform(0.6, 1.4, count)
    phases = rng.uniform(0, 2 * np.pi, count)
    total = np.sin(points.astype(np.float64) @ (directions * rates[:, None]).T + phases).sum(1)
    return np.asarray(total * np.sqrt(2 / count))


def smoothstep(low: float, high: float, value: NDArray[np.floating]) -> Floats:
    """0 below ``low``, 1 above ``high``, smooth between; ``low > high`` falls instead."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float64)
