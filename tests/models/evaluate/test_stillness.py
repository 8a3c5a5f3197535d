"""Jitter where the driver holds still."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluate.motion import steadiness_percent
from models.evaluate.stillness import STRETCH, StillestStretch, jitter_of
from models.track.motion import Motion
from tests.models.track.films import blank, head, panned


def motion(index: int) -> Motion:
    return Motion(index / 25, np.zeros(52), np.zeros((2, 2)), np.eye(3), np.zeros(3))


def test_the_stillest_stretch_is_kept() -> None:
    rng = np.random.default_rng(0)
    still = StillestStretch()
    for index in range(3 * STRETCH):
        size = 0.001 if STRETCH <= index < 2 * STRETCH else 0.02
        landmarks = rng.normal(0, size, (468, 2)).astype(np.float32)
        still.note(np.zeros((2, 2, 3), np.uint8), motion(index), landmarks)
    times = [round(25 * each.timestamp) for each in still.motions]
    assert times == list(range(STRETCH, 2 * STRETCH)) and len(still.pictures()) == STRETCH


def test_a_lost_face_ends_a_stretch() -> None:
    still = StillestStretch()
    for index in range(STRETCH + 10):
        if index == STRETCH - 1:
            still.broken()
        still.note(np.zeros((2, 2, 3), np.uint8), motion(index), np.zeros((468, 2), np.float32))
    assert still.motions == []


def test_jitter_counts_in_percent_of_the_eyes_distance() -> None:
    face = np.random.default_rng(1).random((468, 2)).astype(np.float32)
    face[33], face[263] = (0.3, 0.5), (0.7, 0.5)
    steady = np.stack([face + 0.01 * step for step in range(6)])
    assert steadiness_percent(steady) == pytest.approx(0.0, abs=1e-3)
    shaken = steady + 0.004 * np.array([1, -1, 1, -1, 1, -1])[:, None, None] * (1.0, 0.0)
    assert steadiness_percent(shaken) == pytest.approx(100 * 0.016 / 0.4, rel=1e-3)
    assert steadiness_percent(0.5 * shaken) == pytest.approx(steadiness_percent(shaken))
    with pytest.raises(ValueError, match="three frames"):
        steadiness_percent(shaken[:2])


def test_pictures_are_read_one_by_one() -> None:
    def image(pixels: np.ndarray) -> np.ndarray:
        return pixels.transpose(2, 0, 1).astype(np.float32) / np.float32(255)

    assert jitter_of([image(head())] * 4) == 0.0
    shaken = jitter_of([image(panned(2 * (index % 2))) for index in range(4)])
    assert shaken is not None and shaken > 2
    assert jitter_of([image(head()), image(blank()), image(head())]) is None
