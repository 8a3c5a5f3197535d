from __future__ import annotations

import numpy as np
import pytest

from models.animate.rotation import gaze_matrix
from models.camera import Camera
from models.head.gaze import eye_centre, gaze_of_eye
from models.head.open_head import load_open_head

CAMERAS = (
    Camera.orbit(),
    Camera.orbit(25.0, -10.0, radius=2.4, target=(0.03, -0.02, 0.0)),
    Camera.orbit(-20.0, 8.0, radius=3.0, fov=30.0),
)
SHAPE = np.random.default_rng(4).normal(0, 1, 64).astype(np.float32)


def _iris(side: str, yaw: float, pitch: float, camera: Camera) -> np.ndarray:
    """Centre and rim (5, 2) of an iris on an eyeball that looks along yaw and pitch (degrees)."""
    head = load_open_head()
    turn = gaze_matrix(np.radians(yaw), np.radians(pitch))
    circle = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]) * 0.33
    local = np.column_stack([circle, np.full(5, 0.94)]) * head.eye_radius
    return camera.project(eye_centre(head, SHAPE, side) + local @ turn.T)[0]


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_gaze_of_a_synthetic_eye_is_recovered(side: str, camera: Camera) -> None:
    head = load_open_head()
    for yaw in (-20.0, 0.0, 20.0):
        for pitch in (-20.0, 0.0, 20.0):
            found = gaze_of_eye(head, SHAPE, side, _iris(side, yaw, pitch, camera), camera)
            assert np.abs(np.degrees(found) - (yaw, pitch)).max() < 3.0, (yaw, pitch)
            assert found.dtype == np.float32


def test_signs() -> None:
    """An iris further to the right of the picture looks to +X, one further up looks up."""
    head, camera = load_open_head(), Camera.orbit()
    iris = _iris("left", 0, 0, camera)
    plain = gaze_of_eye(head, SHAPE, "left", iris, camera)
    right = gaze_of_eye(head, SHAPE, "left", iris + (0.004, 0), camera)
    up = gaze_of_eye(head, SHAPE, "left", iris - (0, 0.004), camera)
    assert right[0] > plain[0] + 0.05 and abs(right[1] - plain[1]) < 0.02
    assert up[1] > plain[1] + 0.05 and abs(up[0] - plain[0]) < 0.02


def test_gaze_stays_within_what_eyes_can_do() -> None:
    head, camera = load_open_head(), Camera.orbit()
    for shift in ((0.3, 0.0), (-0.3, 0.0), (0.0, 0.3), (0.0, -0.3), (0.2, 0.2)):
        found = gaze_of_eye(head, SHAPE, "right", _iris("right", 0, 0, camera) + shift, camera)
        assert np.isfinite(found).all()
        assert abs(found[0]) < np.radians(45.001) and abs(found[1]) < np.radians(35.001)
        wanted = np.sign((shift[0], -shift[1]))
        assert (np.sign(np.round(found, 1)) * wanted >= 0).all()
        assert np.abs(found).max() > 0.5


def test_eyes_lie_on_their_sides() -> None:
    head = load_open_head()
    left, right = (eye_centre(head, np.zeros(64), side) for side in ("left", "right"))
    np.testing.assert_allclose(left * (-1, 1, 1), right, atol=0.002)
    assert left[0] > 0.04 and left[2] > 0.1
    assert np.linalg.norm(eye_centre(head, SHAPE, "left") - left) > 0.001
