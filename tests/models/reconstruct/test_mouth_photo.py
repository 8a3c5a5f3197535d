from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from models.head.mouth import MouthRegion
from models.portrait.portrait import Portrait
from models.reconstruct.mouth_photo import (
    PhotoMouth,
    lies_deep,
    light_of_photo,
    photo_mouth,
    with_depths,
    without_gaps,
)
from models.reconstruct.surface import Surface
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


def test_gaps_between_teeth_leave_no_edges_on_what_lies_behind() -> None:
    """A bright tooth and the dark beside it give one even colour."""
    image = picture(HALF[1], 12.0)
    mouth = _mouth(image, landmarks(HALF[1]))
    x, y = CENTRE.astype(int)
    row = mouth.depths[:3, y, x - 15 : x + 15]
    assert mouth.depths[3, y, x] > 0.9 and mouth.depths[3, 5, 5] < 0.01
    assert np.abs(np.diff(row, axis=1)).max() < 0.02
    np.testing.assert_allclose(mouth.depths[:3, y, x], image[:, y, x], atol=0.1)
    closed = _mouth(picture(0.0, 0.0), landmarks(0.5))
    assert not closed.depths.any()


def test_what_lies_deep_takes_the_photos_colours_where_it_shows_them() -> None:
    surface, canvas = synthetic.surface(), synthetic.canvas()
    deep = np.flatnonzero(lies_deep(surface, np.arange(surface.shell_start)))
    assert len(deep) > 100 and (np.isin(deep, _teeth(surface))).sum() == 0
    depths = np.zeros((4, canvas.size, canvas.size), np.float32)
    depths[0], none = 0.7, np.zeros((canvas.size, canvas.size), bool)
    paint, places = np.full((len(deep), 3), 0.2), surface.photo[deep]
    mouth = PhotoMouth(none, none, none, depths)
    np.testing.assert_allclose(with_depths(paint, mouth, canvas, places), paint)
    depths[3] = 1.0
    np.testing.assert_allclose(with_depths(paint, mouth, canvas, places)[:, 0], 0.7, rtol=1e-5)


def _teeth(surface: Surface) -> np.ndarray:
    head = surface.head
    return head.mouth_start + np.flatnonzero(head.mouth.region <= MouthRegion.LOWER_TEETH)


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
