from __future__ import annotations

import numpy as np
import pytest
import torch

from models.animate.rotation import axis_angle_matrix, gaze_matrix, matrix_axis_angle, rigid_fit
from models.head import rotation_torch

VECTORS = np.random.default_rng(0).normal(0, 0.8, (20, 3))


@pytest.mark.parametrize("axis", range(3))
def test_quarter_turns_are_right_handed(axis: int) -> None:
    vector = np.zeros(3)
    vector[axis] = np.pi / 2
    start = np.eye(3)[(axis + 1) % 3]
    np.testing.assert_allclose(
        axis_angle_matrix(vector) @ start, np.eye(3)[(axis + 2) % 3], atol=1e-12
    )


@pytest.mark.parametrize("vector", VECTORS)
def test_axis_angle_round_trip(vector: np.ndarray) -> None:
    rotation = axis_angle_matrix(vector)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(matrix_axis_angle(rotation), vector, atol=1e-9)


@pytest.mark.parametrize("angle", [0.0, 1e-12, 1e-8, 1e-5])
def test_tiny_turns(angle: float) -> None:
    vector = np.array([angle, -angle, 0.5 * angle])
    rotation = axis_angle_matrix(vector)
    assert np.isfinite(rotation).all()
    # arccos keeps half of the digits near one.
    np.testing.assert_allclose(matrix_axis_angle(rotation), vector, atol=1e-9, rtol=1e-3)


def test_gaze_signs() -> None:
    ahead = np.array([0.0, 0.0, 1.0])
    right = gaze_matrix(0.3, 0.0) @ ahead
    np.testing.assert_allclose(right, [np.sin(0.3), 0, np.cos(0.3)], atol=1e-12)
    up = gaze_matrix(0.0, 0.2) @ ahead
    np.testing.assert_allclose(up, [0, np.sin(0.2), np.cos(0.2)], atol=1e-12)
    both = gaze_matrix(0.3, 0.2) @ ahead
    assert np.arctan2(both[0], both[2]) == pytest.approx(0.3)
    assert np.arcsin(both[1]) == pytest.approx(0.2)


def test_rigid_fit_recovers_a_motion_and_averages_noise() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(0, 1, (200, 3))
    rotation, shift = axis_angle_matrix((0.3, -0.5, 0.2)), np.array([0.1, 2.0, -0.3])
    target = points @ rotation.T + shift
    found, moved = rigid_fit(points, target)
    np.testing.assert_allclose(found, rotation, atol=1e-12)
    np.testing.assert_allclose(moved, shift, atol=1e-12)
    found, _ = rigid_fit(points, target + rng.normal(0, 0.05, points.shape))
    assert np.linalg.norm(matrix_axis_angle(found.T @ rotation)) < 0.02


def test_rigid_fit_never_mirrors() -> None:
    points = np.random.default_rng(2).normal(0, 1, (50, 3))
    found, _ = rigid_fit(points, points * (-1.0, 1.0, 1.0))
    assert np.linalg.det(found) == pytest.approx(1)


def test_torch_twins_agree() -> None:
    vectors = np.concatenate([VECTORS, 1e-6 * VECTORS[:3], np.zeros((1, 3))])
    rotations = np.stack([axis_angle_matrix(vector) for vector in vectors])
    logs = rotation_torch.rotation_vector(torch.tensor(rotations))
    np.testing.assert_allclose(logs, vectors, atol=1e-9)
    gazes = VECTORS[:, :2]
    turned = rotation_torch.gaze_rotation(torch.tensor(gazes))
    np.testing.assert_allclose(turned, np.stack([gaze_matrix(*gaze) for gaze in gazes]), atol=1e-12)
    rng = np.random.default_rng(3)
    source, target = rng.normal(0, 1, (2, 5, 30, 3))
    target[0] = source[0] * (1.0, 1.0, -1.0)
    found, shift = rotation_torch.rigid_fit(torch.tensor(source), torch.tensor(target))
    for i in range(5):
        rotation, moved = rigid_fit(source[i], target[i])
        np.testing.assert_allclose(found[i], rotation, atol=1e-9)
        np.testing.assert_allclose(shift[i], moved, atol=1e-9)
