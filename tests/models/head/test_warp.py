from __future__ import annotations

import numpy as np
import pytest

from models.camera import Camera
from models.head.open_head import load_open_head
from models.head.warp import REACH, residual_warp

TRANSFORM = Camera.orbit(12.0, -5.0).world2cam
ROTATION, TRANSLATION = TRANSFORM[:3, :3], TRANSFORM[:3, 3]
CAMERA = Camera.orbit(12.0, -5.0)
NOSE = 1


def _scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Skin (V, 3), landmarks (468, 3) and their projections of the average head."""
    head = load_open_head()
    control = head.template[: head.control_count]
    marks = np.asarray(head.landmark_map @ control, np.float64)
    return np.asarray(head.subdivision @ control), marks, CAMERA.project(marks)[0]


def _warp(target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, marks, seen = _scene()
    return residual_warp(load_open_head(), marks, ROTATION, seen, target, CAMERA, TRANSLATION)


def test_nothing_moves_without_a_residual() -> None:
    _, _, seen = _scene()
    offsets, after = _warp(seen)
    assert np.abs(offsets).max() < 1e-7
    np.testing.assert_allclose(after, seen, atol=1e-9)


def test_smooth_residual_is_followed() -> None:
    """A face that is 4 % wider than the fit, and what the skin does about it when seen again."""
    head = load_open_head()
    skin, marks, seen = _scene()
    target = seen + 0.04 * (seen - seen.mean(0)) * (1, 0)
    offsets, after = _warp(target)
    before = np.linalg.norm(seen - target, axis=1)
    assert np.linalg.norm(after - target, axis=1).mean() < 0.1 * before.mean()
    corners = (skin + offsets)[head.skin_faces[head.landmark_triangle]]
    moved = np.einsum("nkc,nk->nc", corners, head.landmark_barycentric)
    again = CAMERA.project(moved)[0]
    assert np.linalg.norm(again - target, axis=1).mean() < 0.15 * before.mean()
    np.testing.assert_allclose(again, after, atol=0.0015)


def test_offsets_are_parallel_to_the_picture() -> None:
    rng = np.random.default_rng(0)
    _, _, seen = _scene()
    offsets, _ = _warp(seen + rng.normal(0, 0.004, seen.shape))
    assert np.abs(offsets).max() > 0.001
    assert np.abs(offsets @ ROTATION[2]).max() < 1e-6


def test_one_landmark_is_felt_nearby_only() -> None:
    skin, marks, seen = _scene()
    target = seen.copy()
    target[NOSE, 0] += 0.01
    offsets, _ = _warp(target)
    size = np.linalg.norm(offsets, axis=1)
    distance = np.linalg.norm(skin - marks[NOSE], axis=1)
    assert size[distance < 0.01].max() > 0.0015
    assert (offsets @ ROTATION[0])[distance < 0.01].min() > 0
    # The interpolation rings a little, over neighbours of neighbours.
    assert size[distance > 2 * REACH].max() < 0.1 * size.max()
    assert size[distance > 5 * REACH].max() < 1e-5


def test_jitter_is_smoothed() -> None:
    _, _, seen = _scene()
    noise = np.random.default_rng(1).normal(0, 0.001, seen.shape)
    _, after = _warp(seen + noise)
    assert 0 < np.abs(after - seen).mean() < 0.7 * np.abs(noise).mean()


@pytest.mark.parametrize("axis", [0, 1])
def test_common_shift_moves_the_face_by_as_much(axis: int) -> None:
    skin, marks, seen = _scene()
    shift = np.eye(2)[axis] * 0.01
    offsets, after = _warp(seen + shift)
    inner = np.linalg.norm(marks - marks[NOSE], axis=1) < 0.15
    np.testing.assert_allclose(
        (after - seen)[inner], np.broadcast_to(shift, (inner.sum(), 2)), atol=0.002
    )
    depth = CAMERA.project(marks)[1]
    near = np.linalg.norm(skin - marks[NOSE], axis=1) < 0.05
    expected = 0.01 * depth[NOSE] / CAMERA.intrinsics[0, 0]
    assert np.median(offsets[near] @ ROTATION[axis]) == pytest.approx(expected, rel=0.15)
