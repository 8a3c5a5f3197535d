"""Cameras: conventions, round trips, orbits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.camera import Camera

angles = st.floats(-80, 80)


def test_default_camera_is_eg3d_frontal() -> None:
    camera = Camera.orbit()
    expected = np.array([[1, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 2.7], [0, 0, 0, 1]])
    np.testing.assert_allclose(camera.cam2world, expected, atol=1e-12)
    image, depth = camera.project([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0]])
    np.testing.assert_allclose(image[0], [0.5, 0.5])
    assert image[1, 0] > 0.5  # +X is to the right of the picture
    assert image[2, 1] < 0.5  # +Y is up
    np.testing.assert_allclose(depth, 2.7)


def test_field_of_view_spans_the_image() -> None:
    half = 2.7 * np.tan(np.radians(18.837 / 2))
    image, _ = Camera.orbit().project([[0, half, 0], [half, -half, 0]])
    np.testing.assert_allclose(image, [[0.5, 0.0], [1.0, 1.0]], atol=1e-9)


def test_positive_yaw_moves_towards_plus_x_and_positive_pitch_raises() -> None:
    assert Camera.orbit(yaw=30).position[0] > 1.0
    assert Camera.orbit(pitch=30).position[1] > 1.0
    for turned in (Camera.orbit().orbited(30, 0), Camera.orbit(yaw=40).orbited(30, 0)):
        assert turned.position[0] > 1.0
    assert Camera.orbit(yaw=40).orbited(0, 20).position[1] > 0.5


@given(angles, angles, angles, angles)
@settings(max_examples=40, deadline=None)
def test_orbited_adds_angles(yaw: float, pitch: float, more_yaw: float, more_pitch: float) -> None:
    turned = Camera.orbit(yaw, pitch).orbited(more_yaw, more_pitch)
    expected = Camera.orbit(yaw + more_yaw, pitch + more_pitch)
    np.testing.assert_allclose(turned.cam2world, expected.cam2world, atol=1e-9)


@given(angles, angles)
@settings(max_examples=20, deadline=None)
def test_orbited_keeps_distance_and_aim_offset(yaw: float, pitch: float) -> None:
    camera = Camera.orbit(10, 5, target=(0.05, -0.1, 0.02))
    turned = camera.orbited(yaw, pitch)
    assert np.linalg.norm(turned.position) == pytest.approx(np.linalg.norm(camera.position))
    before, _ = camera.project([[0, 0, 0]])
    after, _ = turned.project([[0, 0, 0]])
    np.testing.assert_allclose(after, before, atol=1e-9)


def test_zoom_multiplies_the_focal_length() -> None:
    camera = Camera.orbit()
    before, _ = camera.project([[0.1, 0.1, 0]])
    after, _ = camera.orbited(zoom=2.0).project([[0.1, 0.1, 0]])
    np.testing.assert_allclose(after - 0.5, 2.0 * (before - 0.5))
    with pytest.raises(ValueError, match="zoom"):
        camera.orbited(zoom=0.0)


@given(angles, angles, st.floats(0.5, 10), st.floats(5, 120))
@settings(max_examples=40, deadline=None)
def test_vector_round_trip(yaw: float, pitch: float, radius: float, fov: float) -> None:
    camera = Camera.orbit(yaw, pitch, radius, fov, target=(0.1, 0.2, -0.1))
    vector = camera.to_vector()
    assert vector.shape == (25,)
    assert Camera.from_vector(vector) == camera
    assert hash(Camera.from_vector(vector)) == hash(camera)
    single = Camera.from_vector(vector.astype(np.float32))
    np.testing.assert_allclose(single.world2cam @ single.cam2world, np.eye(4), atol=1e-9)


@given(angles, angles)
@settings(max_examples=20, deadline=None)
def test_rays_and_projection_are_inverse(yaw: float, pitch: float) -> None:
    camera = Camera.orbit(yaw, pitch).orbited(zoom=1.3)
    origin, directions = camera.rays(6, 4)
    assert directions.shape == (6, 4, 3)
    assert directions.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(directions, axis=-1), 1.0, atol=1e-6)
    image, depth = camera.project((origin + 2.5 * directions).reshape(-1, 3))
    rows, columns = np.mgrid[0:6, 0:4]
    expected = np.stack([(columns + 0.5) / 4, (rows + 0.5) / 6], axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(image, expected, atol=1e-5)
    assert (depth > 0).all()


def test_depth_is_negative_behind_the_camera() -> None:
    _, depth = Camera.orbit().project([[0, 0, 5.0]])
    assert depth[0] < 0


@pytest.mark.parametrize(
    ("cam2world", "intrinsics", "message"),
    [
        (np.eye(3), np.eye(3), "shape"),
        (np.full((4, 4), np.nan), np.eye(3), "finite"),
        (2 * np.eye(4), np.eye(3), "rotation"),
        (np.diag([1, 1, -1, 1]), np.eye(3), "rotation"),
        (np.eye(4), np.diag([0, 1, 1]), "focal"),
        (np.eye(4), 2 * np.eye(3), "0 0 1"),
    ],
)
def test_impossible_cameras_are_refused(
    cam2world: np.ndarray, intrinsics: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Camera(cam2world, intrinsics)


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="25"):
        Camera.from_vector(np.zeros(24))
    with pytest.raises(ValueError, match="field of view"):
        Camera.orbit(fov=0)


def test_arrays_cannot_be_changed() -> None:
    camera = Camera.orbit()
    with pytest.raises(ValueError, match="read-only"):
        camera.cam2world[0, 0] = 3.0
