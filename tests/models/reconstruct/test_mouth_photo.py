from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from models.portrait.portrait import Portrait
from models.reconstruct.mouth_photo import PhotoMouth, light_of_photo, photo_mouth, without_gaps
from tests.models.head.drawn_mouth import CENTRE, HALF, SIZE, landmarks, picture
from tests.models.reconstruct import synthetic


def _mouth(image: np.ndarray, marks: np.ndarray) -> PhotoMouth:
    portrait = cast(Portrait, SimpleNamespace(crop=SimpleNamespace(rgb=image), landmarks=marks))
    canvas: Any = replace(synthetic.canvas(), rgb=image, alpha=np.ones((SIZE, SIZE)), pad=0)
    return photo_mouth(portrait, canvas)


def test_teeth_never_colour_skin() -> None:
    """Also where the landmarks take the lower teeth for lip."""
    image = picture(HALF[1], 12.0)
    mouth = _mouth(image, landmarks(HALF[1], lower=HALF[1] - 7))
    teeth = image[2] > 0.69
    assert teeth.sum() > 500
    assert mouth.no_skin[teeth].mean() > 0.97
    assert mouth.teeth[teeth].mean() > 0.9
    x, y = CENTRE.astype(int)
    assert mouth.inside[y, x] and mouth.no_skin[y, x] and not mouth.teeth[y, x]
    lip = y + int(HALF[1]) + 10
    assert not mouth.no_skin[lip, x] and not mouth.inside[lip, x]


def test_closed_lips_hide_nothing() -> None:
    mouth = _mouth(picture(0.0, 0.0), landmarks(0.5))
    assert not mouth.inside.any() and not mouth.teeth.any() and not mouth.no_skin.any()


def test_paint_takes_the_photos_light() -> None:
    paint = np.full((100, 3), 0.4)
    photo = np.full((100, 3), 0.6, np.float32)
    shown = np.ones(100, np.float32)
    np.testing.assert_allclose(light_of_photo(paint, photo, shown, (0.5, 2.0)), 1.5, rtol=1e-5)
    np.testing.assert_allclose(light_of_photo(paint, photo, shown, (0.5, 1.2)), 1.2, rtol=1e-5)
    np.testing.assert_array_equal(light_of_photo(paint, photo, 0 * shown, (0.5, 2.0)), 1.0)


def test_the_dark_between_teeth_sticks_to_no_tooth() -> None:
    paint = np.full((3, 3), 0.8)
    photo = np.array([[0.05] * 3, [0.75] * 3, [0.05] * 3])
    seen = without_gaps(photo, paint, np.array([True, True, False]))
    np.testing.assert_allclose(seen[0], 0.8)
    np.testing.assert_allclose(seen[1:], photo[1:])
