from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from models.animate.proxy import Part
from models.reconstruct import bake, fill, part_bake
from models.reconstruct.analytic_decoder import analytic_decoder
from models.reconstruct.field_bake import BakedField
from models.reconstruct.field_decode import decode_points
from models.reconstruct.pixel_samples import PixelSamples, photo_samples
from models.triplane.field import TriplaneField
from tests.models.reconstruct import synthetic

RESOLUTION = 64


@cache
def _fields() -> list[BakedField]:
    patch = pytest.MonkeyPatch()
    # As many points as so coarse planes need.
    patch.setattr(fill, "_FILL_COUNT", 30_000)
    patch.setattr(fill, "_FRINGE_COUNT", 5_000)
    patch.setattr(part_bake, "_RESOLUTION", 32)
    try:
        return bake.bake_fields(
            synthetic.portrait(), synthetic.canvas(), synthetic.surface(), RESOLUTION, 0.37
        )
    finally:
        patch.undo()


@cache
def _samples() -> PixelSamples:
    return photo_samples(synthetic.surface(), synthetic.canvas(), synthetic.hits())


def _triplane(part: Part) -> TriplaneField:
    field = _fields()[part]
    planes = field.canonical_planes + field.appearance_planes
    return TriplaneField(planes, field.center, field.box_warp)


def test_fields_hold_their_parts() -> None:
    fields, proxy = _fields(), synthetic.surface().proxy
    assert len(fields) == len(Part)
    for part in Part:
        field = fields[part]
        side = RESOLUTION if part == Part.HEAD else 32
        assert field.canonical_planes.shape == (3, 32, side, side)
        assert np.isfinite(field.canonical_planes).all()
        assert np.isfinite(field.appearance_planes).all()
        own = proxy.canonical[np.unique(proxy.faces[proxy.part == part])]
        assert (np.abs(own - field.center) < field.box_warp / 2).all(), part


def test_visible_points_have_the_photos_colours() -> None:
    samples, surface = _samples(), synthetic.surface()
    solid = ~surface.proxy.soft[samples.triangle]
    solid &= surface.proxy.part[samples.triangle] == Part.HEAD
    height = samples.pixels[:, 1] / synthetic.canvas().size
    solid &= (height > 0.2) & (height < 0.9)
    pick = np.nonzero(solid)[0][::7]
    assert len(pick) > 1500
    _, rgb = decode_points(_triplane(Part.HEAD), analytic_decoder(), samples.points[pick])
    away = np.abs(rgb - samples.rgb[pick]).max(1)
    assert np.median(away) < 0.02
    assert np.percentile(away, 90) < 0.08
    # The photo's colours differ by much more than that.
    assert samples.rgb[pick].std(0)[:2].min() > 0.05


def test_surface_is_solid_and_the_air_before_it_empty() -> None:
    samples, surface = _samples(), synthetic.surface()
    head = surface.head
    faces = surface.proxy.faces[samples.triangle]
    face = (faces < head.skin_count).all(1) & (samples.points[:, 2] > 0.1)
    face &= surface.proxy.part[samples.triangle] == Part.HEAD
    points = samples.points[face][::11]
    assert len(points) > 500
    inside, air = (points + np.float32([0, 0, z]) for z in (-0.015, 0.03))
    field = _triplane(Part.HEAD)
    dense, _ = decode_points(field, analytic_decoder(), inside)
    empty, _ = decode_points(field, analytic_decoder(), air)
    assert np.median(dense) > 1000 and (dense > 300).mean() > 0.9
    assert (empty < 10).mean() > 0.9


@pytest.mark.parametrize("part", [Part.EYE_LEFT, Part.EYE_RIGHT])
def test_eyes_show_what_the_photo_shows(part: Part) -> None:
    samples, proxy = _samples(), synthetic.surface().proxy
    seen = proxy.part[samples.triangle] == part
    assert seen.sum() > 40
    _, rgb = decode_points(_triplane(part), analytic_decoder(), samples.points[seen])
    assert np.median(np.abs(rgb - samples.rgb[seen])) < 0.07


def test_hidden_back_of_the_head_is_coloured_like_the_hair() -> None:
    """Not from the photo, but folded in from the outline: no black, no face."""
    surface = synthetic.surface()
    shell = surface.shell
    back = (shell.sheet == 1) & (shell.vertices[:, 1] > 0.1)
    points = surface.proxy.canonical[surface.shell_start :][: len(back)][back]
    assert len(points) > 200
    _, rgb = decode_points(_triplane(Part.HEAD), analytic_decoder(), points)
    hair = synthetic.canvas().classes["hair"] > 0.9
    low, high = synthetic.canvas().rgb[:, hair].min(1), synthetic.canvas().rgb[:, hair].max(1)
    assert ((rgb > low - 0.08) & (rgb < high + 0.08)).all(1).mean() > 0.95
    left, right = points[:, 0] < -0.05, points[:, 0] > 0.05
    assert np.median(rgb[right, 0]) > np.median(rgb[left, 0]) + 0.05, "each side its own"


def test_points_are_scattered_by_area() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [3, 0, 0], [0, 3, 0]], np.float32)
    faces = np.array([[0, 1, 2], [0, 3, 4], [0, 1, 2]], np.int32)
    triangle, weights = fill.scatter(
        vertices, faces, np.array([0, 1]), 4000, np.random.default_rng(0)
    )
    assert set(triangle) == {0, 1}
    assert (triangle == 1).mean() == pytest.approx(0.9, abs=0.002)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(1), 1)
    np.testing.assert_allclose(weights.mean(0), 1 / 3, atol=0.02)
