"""From a truth's cameras to those of an avatar."""

from __future__ import annotations

import numpy as np
import pytest

from models.camera import Camera
from models.evaluate.view_cameras import central_window, relative_view, whole_picture_camera

POINTS = np.random.default_rng(3).uniform(-0.25, 0.25, (20, 3))
SOURCE, TARGET = Camera.orbit(-20, 8, fov=28), Camera.orbit(32, -8, fov=28)


def test_whole_picture_of_a_turned_crop() -> None:
    crop = Camera.orbit(10, 5, radius=3.0, fov=17, target=(0.02, 0.01, 0))
    angle, scale = np.radians(7), 1.4
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.column_stack([turn, (-120.0, -60.0)])
    whole = whole_picture_camera(crop, matrix, 512, 768)
    in_picture = whole.project(POINTS)[0] * 768
    in_crop = crop.project(POINTS)[0] * 512
    assert in_picture @ turn.T + matrix[:, 2] == pytest.approx(in_crop, abs=1e-6)
    assert whole.intrinsics[0, 1] == pytest.approx(0, abs=1e-12)
    assert whole.intrinsics[0, 0] == pytest.approx(whole.intrinsics[1, 1])


def test_central_window() -> None:
    window = central_window(SOURCE, 0.5)
    before, after = SOURCE.project(POINTS)[0], window.project(POINTS)[0]
    assert after == pytest.approx((before - 0.25) / 0.5)


def test_a_right_estimate_gives_the_true_cameras() -> None:
    found = relative_view(SOURCE, SOURCE, TARGET)
    assert found.cam2world == pytest.approx(TARGET.cam2world, abs=1e-9)
    assert relative_view(SOURCE, SOURCE, SOURCE).cam2world == pytest.approx(SOURCE.cam2world)


def test_an_avatar_of_another_scale_and_lens_is_seen_from_the_same_side() -> None:
    zoom = 1.25
    intrinsics = SOURCE.intrinsics.copy()
    intrinsics[:2, :2] *= zoom
    farther = SOURCE.cam2world.copy()
    farther[:3, 3] *= zoom
    found = relative_view(Camera(farther, intrinsics), SOURCE, TARGET)
    assert found.position == pytest.approx(TARGET.position * zoom, abs=1e-9)
    assert found.forward == pytest.approx(TARGET.forward, abs=1e-9)


def test_a_shifted_lens_keeps_the_turning_centre_in_the_middle() -> None:
    moved = SOURCE.intrinsics.copy()
    moved[0, 2] += 0.04
    swing = np.linalg.solve(moved, (0.5, 0.5, 1.0))
    # The estimate that sees the origin in the picture's middle, where the true camera sees it.
    angle = np.arctan2(swing[0], swing[2])
    about = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    pose = SOURCE.cam2world.copy()
    pose[:3, :3] = pose[:3, :3] @ about.T
    estimate = Camera(pose, moved)
    assert estimate.project(np.zeros((1, 3)))[0] == pytest.approx(np.full((1, 2), 0.5), abs=1e-9)
    found = relative_view(estimate, SOURCE, TARGET)
    assert found.project(np.zeros((1, 3)))[0] == pytest.approx(np.full((1, 2), 0.5), abs=1e-9)
    assert found.position == pytest.approx(TARGET.position, abs=1e-9)
