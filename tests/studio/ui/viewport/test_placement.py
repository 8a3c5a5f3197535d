from __future__ import annotations

import numpy as np
import pytest

from models.camera import Camera
from studio.session.view import View
from studio.ui.viewport.placement import PhotoPlace, Square, photo_place


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_square_is_centred_and_shares_invert(ratio) -> None:
    square = Square.within(300, 200, ratio)
    assert square.side == round(200 * ratio)
    assert square.left + square.side / 2 == pytest.approx(150 * ratio, abs=0.5)
    assert square.top == 0
    share = square.share(150, 100, ratio)
    assert share == pytest.approx((0.5, 0.5), abs=1 / square.side)
    assert square.point(*share, ratio) == pytest.approx((150, 100))


def test_photo_lies_on_the_picture_at_the_source_view() -> None:
    assert photo_place(View(), Camera.orbit(yaw=10)) == PhotoPlace()


def test_photo_follows_zoom_and_pan_as_the_camera_does() -> None:
    source = Camera.orbit(yaw=10, pitch=5)
    view = View(zoom=1.7, pan_x=0.1, pan_y=-0.2)
    points = np.array([[0.05, 0.1, 0.1], [-0.2, 0.0, 0.05]])
    on_photo, _ = source.project(points)
    on_picture, _ = view.camera(source).project(points)
    place = photo_place(view, source)
    assert place is not None
    moved = np.array([place.left, place.top]) + place.side * on_photo
    np.testing.assert_allclose(moved, on_picture, atol=1e-5)


@pytest.mark.parametrize("view", [View(yaw=1), View(pitch=-1), View("front")])
def test_photo_does_not_meet_a_turned_head(view) -> None:
    assert photo_place(view, Camera.orbit()) is None
