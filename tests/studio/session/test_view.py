"""Views: where the head lands in the picture."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.camera import Camera
from studio.session.view import PAN_RANGE, VIEW_PRESETS, ZOOM_RANGE, View

SOURCE = Camera.orbit(yaw=14, pitch=-6, radius=3.0, fov=17, target=(0.02, 0.05, 0))
POINTS = np.array([[0, 0, 0], [0.1, 0.1, 0.1], [-0.1, 0.05, 0.15], [0.02, -0.2, 0.1]])


def seen(view: View, points=POINTS, fov: float | None = None) -> np.ndarray:
    return view.camera(SOURCE, fov).project(points)[0]


def test_the_source_view_is_the_photos_camera():
    assert View().camera(SOURCE) == SOURCE


def test_front_looks_straight_at_the_face_from_as_far_away():
    camera = VIEW_PRESETS["front"].camera(SOURCE)
    distance = np.linalg.norm(SOURCE.position)
    assert np.allclose(camera.position, (0, 0, distance))
    assert camera.intrinsics[1, 1] == pytest.approx(SOURCE.intrinsics[1, 1])


@pytest.mark.parametrize("side", ["left", "right"])
def test_side_presets_show_the_subjects_side_and_turn_the_nose_there(side):
    sign = 1 if side == "left" else -1
    for name in (f"three-quarter {side}", f"profile {side}"):
        view = VIEW_PRESETS[name]
        assert view.camera(SOURCE).position[0] * sign > 1
        nose, centre = seen(view, np.array([[0, 0, 0.15], [0, 0, 0]]))
        assert (nose[0] - centre[0]) * sign < -0.02


def test_panning_moves_the_picture_by_shares_of_its_side():
    assert np.allclose(seen(View().panned(0.25, -0.1)), seen(View()) + (0.25, -0.1))


@pytest.mark.parametrize("factor", [0.5, 1.3, 3.0])
def test_zooming_keeps_the_point_under_the_cursor(factor):
    view = View(yaw=10, pan_x=0.1, pan_y=-0.05)
    cursor = seen(view)[1]
    assert np.allclose(seen(view.zoomed(factor, tuple(cursor)))[1], cursor, atol=1e-9)
    size = np.linalg.norm(seen(view)[1] - seen(view)[2])
    after = view.zoomed(factor, tuple(cursor))
    assert np.linalg.norm(seen(after)[1] - seen(after)[2]) == pytest.approx(factor * size)


def test_focusing_brings_a_point_to_the_middle():
    view = View(yaw=-20, zoom=2)
    assert np.allclose(seen(view.focused(tuple(seen(view)[2])))[2], (0.5, 0.5))


def test_orbiting_adds_up_and_wraps():
    view = View().orbited(100, 0).orbited(100, 0)
    assert view.yaw == pytest.approx(-160)
    assert View().orbited(30, 10) == View(yaw=30, pitch=10)


@pytest.mark.parametrize("pitch", [-170.0, -90.0, 90.0, 170.0])
def test_the_camera_never_tips_over_the_pole(pitch):
    camera = View("front", pitch=pitch).camera(SOURCE)
    height = math.degrees(math.asin(camera.position[1] / np.linalg.norm(camera.position)))
    assert height == pytest.approx(math.copysign(85, pitch))
    # Up in the picture is still up in space.
    assert camera.cam2world[1, 1] < 0


@pytest.mark.parametrize("fov", [8.0, 30.0, 55.0])
def test_the_field_of_view_changes_perspective_but_not_size(fov):
    view = View("front")
    plane = np.array([[-0.1, 0, 0], [0.1, 0, 0]])
    assert np.allclose(seen(view, plane, fov), seen(view, plane), atol=1e-9)
    near = np.array([[-0.1, 0, 0.2], [0.1, 0, 0.2]])
    width = np.ptp(seen(view, near, fov)[:, 0])
    assert (width > np.ptp(seen(view, near)[:, 0])) == (fov > 17)
    camera = view.camera(SOURCE, fov)
    assert 2 * math.degrees(math.atan(0.5 / camera.intrinsics[1, 1])) == pytest.approx(fov)


def test_zoom_and_pan_stay_within_their_ranges():
    view = View()
    for _ in range(50):
        view = view.zoomed(2, (0.0, 1.0)).panned(1, -1)
    assert view.zoom == ZOOM_RANGE[1]
    assert (view.pan_x, view.pan_y) == (PAN_RANGE[1], PAN_RANGE[0])
