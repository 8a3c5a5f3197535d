from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.animate.veils import Veils
from models.pose import ARKIT_INDEX, ARKIT_NAMES

BLINK = ARKIT_INDEX["eyeBlinkLeft"]


def _veils() -> Veils:
    """A strip of four vertices over a ridge of skin, which rises between them."""
    ones = np.ones(4, np.float32)
    margin = np.tile(np.int32([0, 1, 0, 1, 0, 1]), (4, 1))
    return Veils(
        vertex_start=np.int32([0, 4]),
        vertex=np.arange(6, 10, dtype=np.int32),
        margin=margin,
        hold=np.tile(np.float32([0.5, 0.5, 0, 0, 0, 0]), (4, 1)),
        skin=np.int32([0, 1, 4, 5]),
        offset=np.zeros((4, 3, 2), np.float32),
        lag=ones,
        lead=0 * ones,
        face_start=np.int32([0, 2]),
        face=np.int32([[0, 1, 3], [0, 3, 2]]),
        below_start=np.int32([0, 4]),
        below=np.int32([[0, 1, 3], [0, 3, 2], [2, 3, 5], [2, 5, 4]]),
        blink=np.int32([BLINK]),
        sets_in=np.float32([0.2]),
        eyeball=np.float32([[0, 0, -1, 0.1]]),
    )


def _vertices() -> np.ndarray:
    """Three rows of skin, the middle one 0.02 before the others, and four vertices to place."""
    skin = [(x, y, 0.02 * (y == 0.02)) for y in (0.0, 0.02, 0.04) for x in (-0.03, 0.03)]
    return np.float32([*skin, *[(0, 0, 0)] * 4])


def _laid(blink: float) -> np.ndarray:
    coefficients = np.zeros(len(ARKIT_NAMES), np.float32)
    coefficients[BLINK] = blink
    vertices = _vertices()
    _veils().lay(vertices, coefficients)
    return vertices[6:]


def test_before_it_sets_in_a_veil_is_a_point_inside_the_head() -> None:
    for blink in (0.0, 0.2):
        laid = _laid(blink)
        np.testing.assert_allclose(laid[:, :2], 0, atol=1e-7)
        assert laid[:, 2].max() < -0.02


def test_it_unrolls_to_its_skin_and_stays_before_the_ridge() -> None:
    half, full = _laid(0.6), _laid(1.0)
    np.testing.assert_allclose(full[:, :2], _vertices()[[0, 1, 4, 5], :2], atol=1e-7)
    np.testing.assert_allclose(half[:, :2], 0.5 * full[:, :2], atol=1e-6)
    # Its triangles pass the middle of the ridge, where no vertex of theirs lies.
    assert full[[0, 3], 2].mean() > 0.02
    np.testing.assert_array_equal(_laid(1.7), full)


@pytest.mark.parametrize(
    "name, value",
    [
        ("vertex_start", np.int32([0, 3])),
        ("face_start", np.int32([0, 1, 2])),
        ("below_start", np.int32([1, 4])),
        ("face", np.int32([[0, 1, 4], [0, 3, 2]])),
        ("blink", np.int32([52])),
        ("sets_in", np.float32([1.0])),
        ("lag", np.zeros(4, np.float32)),
    ],
)
def test_arrays_that_cannot_be_followed_are_named(name: str, value: np.ndarray) -> None:
    assert _veils().fault() == ""
    assert replace(_veils(), **{name: value}).fault() == name


def test_a_changed_persons_eyeballs_take_their_spheres_along() -> None:
    centres = np.float32([[0, 0, -1], [1, 0, -1]])
    moved = _veils().reshaped(centres, np.float32([[0.1, 0.2, 0.3], [9, 9, 9]]))
    np.testing.assert_allclose(moved.eyeball, [[0.1, 0.2, -0.7, 0.1]], atol=1e-6)
