from __future__ import annotations

import numpy as np

from models.head.lip_line import true_inner_lips, with_true_lips
from models.head.teeth_colour import INNER_LIPS
from tests.models.head.drawn_mouth import CENTRE, HALF, landmarks, picture

LOWER_MIDDLE = INNER_LIPS.index(14)
UPPER_MIDDLE = INNER_LIPS.index(13)


def test_line_moves_past_teeth() -> None:
    marks = landmarks(HALF[1], lower=HALF[1] - 7)
    line = true_inner_lips(picture(HALF[1], 12.0), marks)
    before = marks[list(INNER_LIPS), :2]
    assert abs(line[LOWER_MIDDLE, 1] - (CENTRE[1] + HALF[1])) < 2.0
    assert line[LOWER_MIDDLE, 1] - before[LOWER_MIDDLE, 1] > 4.0
    np.testing.assert_allclose(line[[0, 10]], before[[0, 10]], atol=1e-4)
    assert abs(line[UPPER_MIDDLE, 1] - before[UPPER_MIDDLE, 1]) < 1.0


def test_a_right_line_stays() -> None:
    for teeth in (0.0, 12.0):
        marks = landmarks(HALF[1])
        line = true_inner_lips(picture(HALF[1], teeth), marks)
        assert np.abs(line - marks[list(INNER_LIPS), :2]).max() < 1.8


def test_lips_hardly_apart_meet_at_the_dark_line() -> None:
    """Landmarks leave closed lips ajar; the dark line lies above their middle."""
    image = picture(0.0, 0.0)
    image[:, 124:127, 70:186] = 0.12
    line = true_inner_lips(image, landmarks(5.0))
    assert np.abs(line[1:10, 1] - line[19:10:-1, 1]).max() < 0.5
    assert abs(line[UPPER_MIDDLE, 1] - 125.5) < 1.5


def test_only_inner_lips_are_touched() -> None:
    marks = landmarks(HALF[1], lower=HALF[1] - 7)
    result = with_true_lips(picture(HALF[1], 12.0), marks)
    others = np.setdiff1d(np.arange(478), INNER_LIPS)
    np.testing.assert_array_equal(result[others], marks[others])
    assert result.dtype == np.float32 and np.abs(result - marks).max() > 3
