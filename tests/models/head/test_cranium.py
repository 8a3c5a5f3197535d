from __future__ import annotations

import numpy as np
import pytest

from models.camera import Camera
from models.head.cranium import cranium_offsets
from models.head.open_head import load_open_head

SIZE = 256
MARGIN = 0.012
FOREHEAD = 10
CAMERAS = (Camera.orbit(), Camera.orbit(15.0, -6.0))


def _scene() -> tuple[np.ndarray, np.ndarray]:
    head = load_open_head()
    control = head.template[: head.control_count]
    return (
        np.asarray(head.subdivision @ control, np.float32),
        np.asarray(head.landmark_map @ control),
    )


def _ellipse(camera: Camera, top: float, width: float) -> np.ndarray:
    """A matte whose top stands ``top`` (canonical) above the hairline; an ellipse of a head."""
    _, marks = _scene()
    centre = camera.project(np.array([[0.0, 0.02, 0.0]]))[0][0] * SIZE
    highest = camera.project(marks[FOREHEAD] + np.array([[0, top, -0.1]]))[0][0, 1] * SIZE
    unit = SIZE * camera.intrinsics[0, 0] / 2.7
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    inside = np.hypot((x - centre[0]) / (width * unit), (y - centre[1]) / (centre[1] - highest)) < 1
    return (inside | (y > centre[1])).astype(np.float32)


def _outside(camera: Camera, skin: np.ndarray, alpha: np.ndarray) -> float:
    """Share of skull vertices that fall outside the matte."""
    _, marks = _scene()
    upper = skin[skin[:, 1] > marks[FOREHEAD, 1] - 0.03]
    column, row = (camera.project(upper)[0] * SIZE).astype(int).T
    return float((alpha[row, column] < 0.5).mean())


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize(("top", "width"), [(0.08, 0.3), (0.06, 0.26), (0.1, 0.23)])
def test_skull_stays_inside_the_matte(camera: Camera, top: float, width: float) -> None:
    skin, marks = _scene()
    alpha = _ellipse(camera, top, width)
    assert _outside(camera, skin, alpha) > 0.02
    moved = skin + cranium_offsets(skin, marks, camera, alpha, MARGIN)
    assert _outside(camera, moved, alpha) <= 0.002
    # Not smaller than asked for either: it comes near the outline somewhere.
    shrunk = np.roll(alpha, round(3 * MARGIN * SIZE), 0)
    assert _outside(camera, moved, shrunk) > 0


def test_full_head_of_hair_changes_nothing() -> None:
    skin, marks = _scene()
    for alpha in (np.ones((SIZE, SIZE), np.float32), _ellipse(CAMERAS[0], 0.35, 0.6)):
        offsets = cranium_offsets(skin, marks, CAMERAS[0], alpha, MARGIN)
        upper = skin[:, 1] > marks[FOREHEAD, 1] - 0.03
        assert not offsets[upper][:, :2].any()


def test_face_below_the_hairline_stays() -> None:
    skin, marks = _scene()
    offsets = cranium_offsets(skin, marks, CAMERAS[0], _ellipse(CAMERAS[0], 0.06, 0.24), MARGIN)
    assert np.abs(offsets[:, :2]).max() > 0.02
    face = (skin[:, 1] < marks[FOREHEAD, 1] - 0.03) & (skin[:, 2] > 0)
    assert face.sum() > 5000 and not offsets[face].any()
    assert offsets[:, 1].max() <= 1e-7, "a skull is never raised"
    assert (offsets[:, 0] * np.sign(skin[:, 0] + 0.0) < 0.005).all(), "nor widened"


def test_cropped_head_keeps_its_skull() -> None:
    """What lies above the picture's border is not known to be outside."""
    skin, marks = _scene()
    camera = Camera.orbit(target=(0.0, -0.2, 0.0))
    top = camera.project(marks[[FOREHEAD]])[0][0, 1]
    assert 0 < top < 0.2 and camera.project(skin)[0][:, 1].min() < 0
    offsets = cranium_offsets(skin, marks, camera, np.ones((SIZE, SIZE), np.float32), MARGIN)
    assert not offsets[skin[:, 2] > 0].any()


def test_long_skull_is_shortened() -> None:
    skin, marks = _scene()
    long = skin * np.where(skin[:, 2:] < 0, np.array([1, 1, 1.6], np.float32), 1)
    assert long[:, 2].min() < -0.3
    alpha = np.ones((SIZE, SIZE), np.float32)
    moved = long + cranium_offsets(long, marks, CAMERAS[0], alpha, MARGIN)
    assert -0.22 < moved[skin[:, 1] > 0.1, 2].min() < -0.19
    np.testing.assert_array_equal(moved[skin[:, 2] > 0], long[skin[:, 2] > 0])


def test_narrow_temples_do_not_shrink_the_crown_to_a_spike() -> None:
    skin, marks = _scene()
    alpha = _ellipse(CAMERAS[0], 0.3, 0.18)
    assert 0.01 < _outside(CAMERAS[0], skin, alpha) < 0.05
    moved = skin + cranium_offsets(skin, marks, CAMERAS[0], alpha, MARGIN)
    crown = skin[:, 1] > 0.25
    assert np.ptp(moved[crown, 0]) > 0.9 * np.ptp(skin[crown, 0])
