"""Painted and measured colours of eyes and mouth."""

from __future__ import annotations

import numpy as np
import pytest

from models.head.eye_colours import (
    LEFT_EYE,
    LEFT_IRIS,
    RIGHT_EYE,
    RIGHT_IRIS,
    estimate_both_eyes,
    estimate_eye_colours,
)
from models.head.eyeball import IRIS_RADIUS, MAX_ANGLE, EyeRegion, eyeball
from models.head.mouth import MouthRegion, mouth
from models.head.paint import paint_eye, paint_mouth, sample_polar
from models.head.photo_samples import inside_polygon
from models.head.teeth_colour import estimate_teeth_colour

SKIN = np.array([0.78, 0.60, 0.50])
IRIS = np.array([0.30, 0.42, 0.52])
SCLERA = np.array([0.74, 0.70, 0.67])
LUMA = np.array([0.299, 0.587, 0.114])


def _ring(centre: tuple[float, float], half: tuple[float, float], count: int = 16) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([centre[0] + half[0] * np.cos(turn), centre[1] + half[1] * np.sin(turn)], 1)


def _iris_points(centre: tuple[float, float], radius: float) -> np.ndarray:
    around = [(0, 0), (radius, 0), (0, -radius), (-radius, 0), (0, radius)]
    return np.array(centre) + np.array(around)


def _eye_picture(
    *, radius: float = 14.0, opening: float = 11.0, glint: bool = True, light: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A drawn eye: skin, white, iris, pupil, catch-light; its iris points and its contour."""
    size, centre = 128, (64.3, 60.8)
    y, x = np.mgrid[:size, :size] + 0.5
    away = np.hypot(x - centre[0], y - centre[1])
    image = np.broadcast_to(SKIN[:, None, None], (3, size, size)).copy()
    contour = _ring(centre, (2.4 * radius, opening))
    points = np.stack([x.ravel(), y.ravel()], 1)
    inside = (inside_polygon(points, contour) > 0).reshape(size, size)
    image[:, inside] = SCLERA[:, None]
    image[:, inside & (away < radius)] = IRIS[:, None]
    image[:, inside & (away < 0.35 * radius)] = 0.04
    if glint:
        spot = np.hypot(x - centre[0] - 0.4 * radius, y - centre[1] + 0.3 * radius)
        image[:, inside & (spot < 0.2 * radius)] = 0.98
    return (image * light).astype(np.float32), _iris_points(centre, radius), contour


def test_eye_colours_lie_in_range_and_by_region() -> None:
    mesh = eyeball()
    colour = paint_eye(mesh.uv, iris_rgb=IRIS, sclera_rgb=SCLERA)
    assert colour.shape == mesh.vertices.shape
    assert colour.dtype == np.float32
    assert colour.min() >= 0
    assert colour.max() < 0.9, "nothing in an eye is pure white"
    pupil = colour[mesh.region == EyeRegion.PUPIL].mean(0)
    iris = colour[mesh.region == EyeRegion.IRIS].mean(0)
    front = (mesh.region == EyeRegion.SCLERA) & (mesh.vertices[:, 2] > 0.7)
    sclera = colour[front].mean(0)
    assert pupil @ LUMA < 0.6 * (iris @ LUMA) < 0.6 * (sclera @ LUMA)
    assert iris[2] > iris[0], "a blue iris stays blue"


def test_sclera_darkens_and_reddens_towards_the_corner() -> None:
    near, far = 0.62 / MAX_ANGLE / 2, 1.3 / MAX_ANGLE / 2
    colour = paint_eye(np.array([[0.5 + near, 0.5], [0.5 + far, 0.5]]), sclera_rgb=SCLERA)
    assert colour[1] @ LUMA < 0.85 * (colour[0] @ LUMA)
    assert colour[1, 0] / colour[1, 1] > 1.1 * colour[0, 0] / colour[0, 1]


def test_upper_lid_shades_the_eye() -> None:
    offset = 0.9 * np.arcsin(IRIS_RADIUS) / MAX_ANGLE / 2
    above, below = paint_eye(
        np.array([[0.5, 0.5 + offset], [0.5, 0.5 - offset]]),
        iris_texture=np.full((8, 4, 3), 0.5),
    )
    assert above @ LUMA < 0.9 * (below @ LUMA)


def test_less_light_gives_a_darker_eye_and_a_seed_repeats() -> None:
    uv = eyeball().uv
    full, dim = paint_eye(uv, seed=4), paint_eye(uv, light=0.4, seed=4)
    assert dim == pytest.approx(full * 0.4, abs=1e-5)
    assert (paint_eye(uv, seed=4) == full).all()
    assert (paint_eye(uv, seed=5) != full).any()


def test_highlight_only_where_asked() -> None:
    uv = eyeball().uv
    plain, lit = paint_eye(uv), paint_eye(uv, highlight=(0.3, 0.4))
    changed = np.abs(lit - plain).max(1) > 0.02
    assert 0 < changed.sum() < 60
    assert lit.max() > 0.9 > plain.max()


def test_iris_texture_is_painted_where_it_belongs() -> None:
    texture = np.zeros((8, 4, 3))
    texture[2, :, 0] = 1.0
    turn = 2 * np.pi * np.array([2, 6]) / 8
    assert sample_polar(texture, turn, np.array([0.5, 0.5]))[:, 0] == pytest.approx([1, 0])
    offset = 0.5 * np.arcsin(IRIS_RADIUS) / MAX_ANGLE / 2
    colour = paint_eye(np.array([[0.5, 0.5 + offset], [0.5, 0.5 - offset]]), iris_texture=texture)
    assert colour[0, 0] > 0.6
    assert colour[1, 0] < 0.05


@pytest.mark.parametrize("tone", [(0.85, 0.66, 0.58), (0.30, 0.19, 0.14)])
def test_mouth_colours(tone: tuple[float, float, float]) -> None:
    mesh = mouth()
    colour = paint_mouth(mesh, tone_rgb=tone)
    assert colour.shape == mesh.vertices.shape
    assert colour.min() >= 0
    assert colour.max() < 0.87, "teeth are ivory, not white"
    mean = {r: colour[mesh.region == r].mean(0) for r in MouthRegion}
    for region in (MouthRegion.UPPER_GUM, MouthRegion.TONGUE, MouthRegion.CAVITY):
        assert mean[region][0] > 1.25 * mean[region][1], "flesh is red"
    front = (mesh.region == MouthRegion.UPPER_TEETH) & (mesh.normals()[:, 2] > 0.5)
    ivory = colour[front].mean(0)
    assert 1.0 < ivory[0] / ivory[1] < 1.28
    assert 0.4 < ivory @ LUMA < 0.7
    assert mean[MouthRegion.CAVITY] @ LUMA < 0.12
    deep = (mesh.region == MouthRegion.CAVITY) & (mesh.vertices[:, 2] < -0.05)
    assert colour[deep].max() < 0.15


def test_teeth_darken_to_the_back_and_in_the_gaps() -> None:
    mesh = mouth()
    luma = paint_mouth(mesh) @ LUMA
    upper = mesh.region == MouthRegion.UPPER_TEETH
    lips_side = mesh.normals()[:, 2] > 0.5
    front, back = upper & (mesh.vertices[:, 2] > -0.004), upper & (mesh.vertices[:, 2] < -0.03)
    assert luma[back].mean() < 0.65 * luma[front & lips_side].mean()
    aside = np.abs(2 * mesh.uv[:, 0] - 1)
    crown = front & (mesh.uv[:, 1] > 0.3) & (mesh.uv[:, 1] < 0.9)
    assert luma[crown & (aside > 0.85)].mean() < 0.8 * luma[crown & lips_side].max()


def test_light_and_measured_teeth_colour_set_the_level() -> None:
    mesh = mouth()
    teeth = mesh.region == MouthRegion.UPPER_TEETH
    full, dim = paint_mouth(mesh), paint_mouth(mesh, light=0.35)
    assert (dim <= full + 1e-6).all()
    assert dim[teeth].max() == pytest.approx(0.35 * full[teeth].max(), rel=0.01)
    measured = paint_mouth(mesh, teeth_rgb=(0.5, 0.45, 0.4), light=0.35)
    assert 0.4 < measured[teeth].max() <= 0.5


@pytest.mark.parametrize("light", [1.0, 0.45])
@pytest.mark.parametrize("radius", [14.0, 5.0])
def test_estimate_recovers_a_drawn_eye(light: float, radius: float) -> None:
    picture, iris, contour = _eye_picture(radius=radius, opening=0.8 * radius, light=light)
    found = estimate_eye_colours(picture, iris, contour)
    assert found.measured
    assert found.iris_rgb == pytest.approx(IRIS * light, abs=0.05)
    assert found.sclera_rgb == pytest.approx(SCLERA * light, abs=0.04)
    assert found.pupil == pytest.approx(0.35, abs=0.1)


def test_texture_completes_lids_and_catch_lights() -> None:
    picture, iris, contour = _eye_picture(opening=9.0)
    found = estimate_eye_colours(picture, iris, contour)
    assert found.iris_texture is not None
    band = found.iris_texture[:, 8:11]
    assert np.abs(band - IRIS).max() < 0.12, "neither skin nor glint is left"
    assert found.iris_texture[:, :3].max() < 0.35


def test_shut_tiny_and_carved_eyes_fall_back() -> None:
    picture, iris, contour = _eye_picture()
    flat = contour.copy()
    flat[:, 1] = 60.8 + 0.05 * (flat[:, 1] - 60.8)
    carved = np.broadcast_to(SKIN[:, None, None], (3, 128, 128))
    tiny = 64 + 0.08 * (iris - 64)
    for image, points, lids in (
        (picture, iris, flat),
        (picture, tiny, contour),
        (carved, iris, contour),
    ):
        found = estimate_eye_colours(image, points, lids)
        assert not found.measured
        assert found.iris_texture is None
        assert 0 < found.iris_rgb @ LUMA < found.sclera_rgb @ LUMA < 0.85
    dark = estimate_eye_colours(picture * 0.3, iris, flat)
    bright = estimate_eye_colours(picture, iris, flat)
    assert dark.sclera_rgb.max() < 0.5 * bright.sclera_rgb.max()


def test_a_shut_eye_borrows_from_the_other() -> None:
    picture, iris, contour = _eye_picture()
    landmarks = np.zeros((478, 2))
    for rings, points in ((LEFT_IRIS, iris), (LEFT_EYE, contour), (RIGHT_IRIS, iris)):
        landmarks[list(rings)] = points
    shut = contour.copy()
    shut[:, 1] = 60.8
    landmarks[list(RIGHT_EYE)] = shut
    left, right = estimate_both_eyes(picture, landmarks)
    assert left.measured
    assert right is left


def test_wrong_shapes_are_refused() -> None:
    picture, iris, contour = _eye_picture()
    with pytest.raises(ValueError):
        estimate_eye_colours(picture[0], iris, contour)
    with pytest.raises(ValueError):
        estimate_eye_colours(picture, iris[:4], contour)


def _lips_picture(inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A mouth whose inner opening is filled with a colour (3,); its inner-lip contour."""
    contour = _ring((48.0, 48.0), (28.0, 9.0), 20)
    y, x = np.mgrid[:96, :96] + 0.5
    points = np.stack([x.ravel(), y.ravel()], 1)
    within = (inside_polygon(points, contour) > 0).reshape(96, 96)
    image = np.broadcast_to(np.array([0.66, 0.36, 0.34])[:, None, None], (3, 96, 96)).copy()
    image[:, within] = inside[:, None]
    return image.astype(np.float32), contour


def test_teeth_colour_only_when_teeth_show() -> None:
    ivory = np.array([0.76, 0.70, 0.62])
    found = estimate_teeth_colour(*_lips_picture(ivory))
    assert found is not None
    assert found == pytest.approx(ivory, abs=0.02)
    assert estimate_teeth_colour(*_lips_picture(np.array([0.12, 0.05, 0.05]))) is None
    assert estimate_teeth_colour(*_lips_picture(np.array([0.62, 0.33, 0.32]))) is None
    image, contour = _lips_picture(ivory)
    contour[:, 1] = 48 + 0.05 * (contour[:, 1] - 48)
    assert estimate_teeth_colour(image, contour) is None
