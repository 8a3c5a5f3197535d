"""Following a face: moving, small, lost and found again."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from models.track.observation import Observation
from models.track.tracker import FaceTracker
from tests.models.track.films import blank, head, panned


@pytest.fixture
def tracker() -> Iterator[FaceTracker]:
    with FaceTracker() as one:
        yield one


def test_landmarks_move_with_the_picture(tracker: FaceTracker) -> None:
    first = tracker.read(head(), 0.0)
    assert first is not None
    for step in range(1, 9):
        last = tracker.read(panned(2.0 * step), step / 25)
    assert last is not None
    moved = (last.landmarks - first.landmarks)[:468, :2].mean(0)
    assert moved == pytest.approx((16.0, 0.0), abs=2.0)
    assert last.timestamp == pytest.approx(8 / 25)
    assert last.blendshapes.shape == (52,)


def test_a_lost_face_is_none_and_comes_back(tracker: FaceTracker) -> None:
    frames = [head(), blank(), blank(), head()]
    seen = [tracker.read(frame, index / 25) for index, frame in enumerate(frames)]
    assert [one is None for one in seen] == [False, True, True, False]


def test_a_small_face_is_searched_for() -> None:
    scene = np.full((720, 1280, 3), 120, np.uint8)
    small = cv2.resize(head(), (144, 144), interpolation=cv2.INTER_AREA)
    scene[400:544, 900:1044] = small
    with FaceTracker(search=False) as quick:
        assert quick.read(scene, 0.0) is None
    with FaceTracker() as thorough:
        seen = [thorough.read(np.roll(scene, 12 * i, axis=1), i / 25) for i in range(6)]
    middles = [one.landmarks[:, 0].mean() for one in seen if one is not None]
    assert len(middles) == 6
    assert 900 < middles[0] < 1044
    assert np.diff(middles) == pytest.approx([12.0] * 5, abs=5.0)


def test_times_that_stand_still_do_no_harm(tracker: FaceTracker) -> None:
    assert all(tracker.read(head(), 0.0) is not None for _ in range(3))


def observed() -> Observation:
    with FaceTracker() as one:
        seen = one.read(head(), 0.0)
    assert seen is not None
    return seen


def test_what_an_observation_says() -> None:
    seen = observed()
    mirrored_frame = np.ascontiguousarray(head()[:, ::-1])
    with FaceTracker() as one:
        mirrored = one.read(mirrored_frame, 0.0)
    assert mirrored is not None
    assert 0.2 < seen.openness.min() <= seen.openness.max() < 0.6
    assert mirrored.yaw == pytest.approx(-seen.yaw, abs=4.0)
    assert mirrored.openness == pytest.approx(seen.openness[::-1], abs=0.08)
    assert mirrored.gaze[:, 0] == pytest.approx(-seen.gaze[::-1, 0], abs=0.12)
    assert np.abs(seen.gaze).max() < 0.5


def test_mapped_scales_everything() -> None:
    seen = observed()
    half = seen.mapped(np.array([[0.5, 0.0, 3.0], [0.0, 0.5, -2.0]]))
    assert half.landmarks[:, 0] == pytest.approx(0.5 * seen.landmarks[:, 0] + 3.0, abs=1e-3)
    assert half.eye_distance == pytest.approx(0.5 * seen.eye_distance, rel=1e-4)
    assert half.openness == pytest.approx(seen.openness, abs=1e-4)
