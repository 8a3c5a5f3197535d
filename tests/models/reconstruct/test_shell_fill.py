from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from models.reconstruct.relief import BACK, FRINGE, FRONT
from models.reconstruct.shell_fill import (
    TRUSTED,
    ShellPicture,
    folded_looks,
    shell_colours,
    shell_picture,
)
from tests.models.reconstruct import synthetic

SIZE = 200
CENTRE = (100.0, 100.0)
RADIUS = 80.0


def _disc_picture() -> ShellPicture:
    """A disc without a face; red is 1 inside and 0 outside, green and blue tell the place."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    away = np.stack([CENTRE[0] - x, CENTRE[1] - y], -1)
    radius = np.linalg.norm(away, axis=-1)
    inside = radius < RADIUS
    rgb = np.stack([inside, x / SIZE, y / SIZE], -1).astype(np.float32)
    return ShellPicture(
        rgb,
        rgb,
        np.where(inside, RADIUS - radius, 0).astype(np.float32),
        (away / np.maximum(radius, 1)[..., None]).astype(np.float32),
        np.full((SIZE, SIZE), 60, np.float32),
    )


def _points(radius: np.ndarray) -> np.ndarray:
    angle = np.linspace(0, 40, len(radius))
    return (CENTRE + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)).astype(
        np.float32
    )


def _depth(looks: np.ndarray) -> np.ndarray:
    """Distance of places (N, 2) to the outline."""
    return RADIUS - np.hypot(*(looks - CENTRE).T)


@pytest.mark.parametrize("sheet", [FRONT, BACK])
def test_folded_looks_stay_inside_the_outline(sheet: int) -> None:
    radius = np.linspace(0.5, RADIUS - 0.5, 500)
    # So far round that without folding the look would leave the disc on its other side.
    arc = (3 * RADIUS * np.arccos(radius / RADIUS)).astype(np.float32)
    sheets = np.full(500, sheet, np.uint8)
    looks, blur = folded_looks(_disc_picture(), _points(radius), arc, sheets)
    assert _depth(looks).min() > TRUSTED - 1.5
    assert looks.shape == (500, 2) and blur.shape == (500,)
    assert blur.min() >= 0 and 0.5 < blur.max() < 1


def test_front_is_taken_as_it_is_where_it_is_trusted() -> None:
    radius = np.linspace(1, RADIUS - TRUSTED - 5, 200)
    points = _points(radius)
    arc = (RADIUS - radius).astype(np.float32)
    colour, direct = shell_colours(_disc_picture(), points, arc, np.full(200, FRONT, np.uint8))
    np.testing.assert_allclose(colour[:, 1:] * SIZE, points, atol=0.1)
    assert (direct == 1).all()


def test_rim_and_back_are_not_shown_directly() -> None:
    radius = np.full(50, RADIUS - 3.0)
    arc = np.full(50, 6.0, np.float32)
    for sheet in (FRONT, BACK):
        direct = shell_colours(_disc_picture(), _points(radius), arc, np.full(50, sheet, np.uint8))
        assert not direct[1].any()
    inner = shell_colours(
        _disc_picture(), _points(np.full(50, 30.0)), arc, np.full(50, BACK, np.uint8)
    )
    assert not inner[1].any()


def test_front_and_back_join_without_a_seam() -> None:
    """At the outline both sheets look at the same place."""
    radius = np.full(80, RADIUS - 0.6)
    arc = np.zeros(80, np.float32)
    front, back = (
        folded_looks(_disc_picture(), _points(radius), arc, np.full(80, sheet, np.uint8))
        for sheet in (FRONT, BACK)
    )
    np.testing.assert_allclose(front[0], back[0], atol=1)
    np.testing.assert_allclose(front[1], back[1], atol=0.05)


def test_back_moves_on_with_the_arc() -> None:
    """Further round the back, the picture is looked at further in, and comes back again."""
    arc = np.linspace(0, 30, 60).astype(np.float32)
    points, back = _points(np.full(60, RADIUS - 10.0)), np.full(60, BACK, np.uint8)
    look = _depth(folded_looks(_disc_picture(), points, arc, back)[0])
    assert (np.diff(look) > 0).all() and look[-1] - look[0] == pytest.approx(30, abs=2)
    far = np.full(60, 2000.0, np.float32) + arc
    folded = _depth(folded_looks(_disc_picture(), points, far, back)[0])
    assert folded.min() > TRUSTED - 1.5 and folded.max() < 62


def test_the_tone_is_the_places_own_near_the_outline_and_the_looks_far_behind() -> None:
    points, back = _points(np.full(60, RADIUS - 10.0)), np.full(60, BACK, np.uint8)
    for length in (0.0, 500.0):
        arc = np.full(60, length, np.float32)
        looks, _ = folded_looks(_disc_picture(), points, arc, back)
        colour, _ = shell_colours(_disc_picture(), points, arc, back)
        np.testing.assert_allclose(colour[:, 1:] * SIZE, looks if length else points, atol=0.1)


def test_fringe_is_the_photos_own() -> None:
    points = _points(np.linspace(RADIUS - 8, RADIUS + 6, 40))
    colour, direct = shell_colours(
        _disc_picture(), points, np.zeros(40, np.float32), np.full(40, FRINGE, np.uint8)
    )
    np.testing.assert_allclose(colour[:, 1:] * SIZE, points, atol=0.1)


@cache
def _picture() -> ShellPicture:
    """Of the made-up portrait, in grey hair and shirt, with a red face and a green scene."""
    canvas = synthetic.canvas()
    rgb = np.full_like(canvas.rgb, 0.5)
    rgb[:, canvas.classes["face_skin"] > 0.5] = np.array([[1], [0], [0]])
    rgb[:, canvas.alpha < 0.5] = np.array([[0], [1], [0]])
    return shell_picture(synthetic.surface(), replace(canvas, rgb=rgb), synthetic.hits())


def test_picture_has_neither_face_nor_scene() -> None:
    canvas, picture = synthetic.canvas(), _picture()
    assert picture.rgb.shape == (canvas.size, canvas.size, 3)
    assert (canvas.classes["face_skin"] > 0.5).sum() > 3000
    np.testing.assert_allclose(picture.rgb, 0.5, atol=0.02)


def test_maps_lead_inward_and_stop_before_the_face() -> None:
    canvas, picture = synthetic.canvas(), _picture()
    inside = canvas.alpha > 0.85
    np.testing.assert_allclose(
        picture.distance, cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    )
    y, x = np.mgrid[0 : canvas.size, 0 : canvas.size]
    rim = inside & (picture.distance < 8) & (y < canvas.size * 0.45) & (picture.distance > 2)
    assert rim.sum() > 500
    towards = np.stack([canvas.size / 2 - x, canvas.size * 0.42 - y], -1).astype(np.float32)
    cosine = (picture.inward * towards).sum(-1) / np.maximum(np.linalg.norm(towards, axis=-1), 1)
    assert (cosine[rim] > 0.3).mean() > 0.95
    assert picture.run.min() > TRUSTED
