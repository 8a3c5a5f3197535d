"""Synthetic heads: the same for the same number, and people to a face detector."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from models.camera import Camera
from models.evaluate.multiview import ANGLES, PHOTO_FOV, WALL, over_wall
from models.head.open_head import load_open_head
from models.portrait.detect import detect_faces
from models.synth.head import SyntheticHead, make_head
from models.synth.person import draw_person

SIZE = 400


@cache
def head() -> SyntheticHead:
    return make_head(0)


def picture(yaw: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    return head().picture(Camera.orbit(yaw, pitch, fov=PHOTO_FOV), SIZE)


def test_same_number_same_head() -> None:
    again = make_head(0)
    assert np.array_equal(again.vertices, head().vertices)
    assert np.array_equal(again.colours, head().colours)
    camera = Camera.orbit(20, 5, fov=PHOTO_FOV)
    assert np.array_equal(again.picture(camera, 64), head().picture(camera, 64))


@pytest.mark.parametrize("angles", ANGLES)
def test_face_is_found_from_every_camera(angles: tuple[float, float]) -> None:
    (face,) = detect_faces(over_wall(picture(*angles)))
    assert face.angles[0] == pytest.approx(-angles[0], abs=8)


def test_picture_is_a_person_before_nothing() -> None:
    drawn = picture()
    assert drawn.shape == (4, SIZE, SIZE) and drawn.dtype == np.float32
    assert 0 <= drawn.min() and drawn.max() <= 1
    assert drawn[3, 0].max() == 0 and drawn[3, -1, SIZE // 2] == 1
    assert 0.15 < drawn[3].mean() < 0.5
    wall = over_wall(drawn)[:, 0, 0]
    assert wall == pytest.approx(WALL)
    face = drawn[:3, SIZE // 2, SIZE // 2 - 10 : SIZE // 2 + 10].mean(1)
    assert face[0] > face[1] > face[2]


def test_people_differ() -> None:
    data = load_open_head()
    people = [draw_person(data, seed) for seed in range(6)]
    assert len({person.skin for person in people}) == 6
    assert len({person.hair for person in people}) >= 3
    assert len({person.hairstyle for person in people}) == 6
    shapes = np.stack([person.identity.shape for person in people])
    assert np.abs(shapes[:, None] - shapes[None]).max(2)[~np.eye(6, dtype=bool)].min() > 0.5
    again = draw_person(data, 3)
    assert np.array_equal(again.identity.shape, people[3].identity.shape)
    assert again.pose == people[3].pose
