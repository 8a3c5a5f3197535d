"""Motion metrics against cases computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from models.evaluate import motion
from models.evaluate.reading import gaze_from_blendshapes
from models.pose import ARKIT_INDEX


def landmarks() -> np.ndarray:
    points = np.random.default_rng(0).random((478, 2)).astype(np.float32)
    points[33], points[263] = (0.3, 0.4), (0.5, 0.4)
    return points


def test_aed() -> None:
    a = np.zeros(52, np.float32)
    b = a.copy()
    b[3], b[10] = 0.52, 0.26
    assert motion.aed(a, b) == pytest.approx(0.78 / 52)
    assert motion.aed(np.stack((a, a)), np.stack((a, b))) == pytest.approx(0.39 / 52)


def test_apd() -> None:
    a = np.eye(3, dtype=np.float32)
    b = Rotation.from_rotvec((0, np.radians(30), 0)).as_matrix().astype(np.float32)
    assert motion.apd_degrees(a, b) == pytest.approx(30, abs=1e-4)
    assert motion.apd_axis_angle(a, b) == pytest.approx(np.radians(30) / 3, abs=1e-6)
    c = Rotation.from_rotvec((np.radians(-20), 0, 0)).as_matrix().astype(np.float32)
    both = motion.apd_degrees(np.stack((a, a)), np.stack((b, c)))
    assert both == pytest.approx(25, abs=1e-4)


def test_akd() -> None:
    a = landmarks()
    b = a + np.float32([3 / 512, 4 / 512])
    assert motion.akd_pixels(a, b) == pytest.approx(5, abs=1e-3)
    assert motion.akd_normalised(a, b) == pytest.approx(5 / 512 / 0.2, abs=1e-5)
    c = a.copy()
    c[7] += np.float32([0.5, 0])
    visible = np.ones(478, bool)
    visible[7] = False
    assert motion.akd_pixels(a, c) == pytest.approx(256 / 478, abs=1e-3)
    assert motion.akd_pixels(a, c, visible) == 0
    assert motion.akd_normalised(a, c, visible) == 0


def test_gaze_error() -> None:
    straight = np.zeros((2, 2), np.float32)
    turned = np.radians(np.float32([[10, 0], [0, -20]]))
    assert motion.gaze_error_degrees(straight, turned) == pytest.approx(15, abs=1e-3)
    assert motion.gaze_error_degrees(turned, turned) == pytest.approx(0, abs=1e-2)
    ahead = motion.gaze_direction(np.radians(np.float32([[90, 0], [0, 90]])))
    assert ahead == pytest.approx(np.array(((1, 0, 0), (0, 1, 0))), abs=1e-6)


@pytest.mark.parametrize(
    ("names", "yaw", "pitch"),
    [
        (("eyeLookOutLeft", "eyeLookInRight"), 1, 0),
        (("eyeLookInLeft", "eyeLookOutRight"), -1, 0),
        (("eyeLookUpLeft", "eyeLookUpRight"), 0, 1),
        (("eyeLookDownLeft", "eyeLookDownRight"), 0, -1),
    ],
)
def test_gaze_of_coefficients(names: tuple[str, ...], yaw: int, pitch: int) -> None:
    blendshapes = np.zeros(52, np.float32)
    for name in names:
        blendshapes[ARKIT_INDEX[name]] = 1
    expected = np.radians(30) * np.array((yaw, pitch))
    assert gaze_from_blendshapes(blendshapes) == pytest.approx(np.stack((expected, expected)))


def test_jitter() -> None:
    still = np.repeat(landmarks()[None], 5, axis=0)
    assert motion.temporal_jitter(still) == 0
    steady = still + np.arange(5, dtype=np.float32)[:, None, None] / 256
    assert motion.temporal_jitter(steady) == pytest.approx(0, abs=1e-3)
    shaking = still.copy()
    shaking[1::2, 0, 0] += np.float32(1 / 512)  # one landmark, one pixel, every other frame
    assert motion.temporal_jitter(shaking) == pytest.approx(2 / 478, abs=1e-4)
    only = np.zeros(478, bool)
    only[0] = True
    assert motion.temporal_jitter(shaking, only) == pytest.approx(2, abs=1e-3)


def test_refuses_what_does_not_fit() -> None:
    a = landmarks()
    with pytest.raises(ValueError, match="one shape"):
        motion.akd_pixels(a, a[:-1])
    with pytest.raises(ValueError, match="visible"):
        motion.akd_pixels(a, a, np.zeros(478, bool))
    with pytest.raises(ValueError, match="coincide"):
        motion.akd_normalised(np.zeros_like(a), a)
    with pytest.raises(ValueError, match="three frames"):
        motion.temporal_jitter(a[None])
