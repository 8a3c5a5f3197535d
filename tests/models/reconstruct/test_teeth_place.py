"""Telling teeth from lips and tongue, and putting the generated rows over them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from models.animate.proxy import Part
from models.head.mouth import MouthRegion
from models.head.teeth_colour import tooth_pixels
from models.pose import Pose
from models.reconstruct.canvas import Canvas
from models.reconstruct.teeth_place import rows_onto_photo
from models.render.zbuffer import rasterize
from tests.models.head.people import person
from tests.models.reconstruct import synthetic

IVORY, TONGUE, DARK = (0.80, 0.74, 0.66), (0.60, 0.34, 0.33), (0.10, 0.04, 0.03)
LIP = (0.62, 0.33, 0.30)
SIZE = 512
LAUGH = Pose.neutral().with_blendshapes(
    {"jawOpen": 0.6, "mouthUpperUpLeft": 0.5, "mouthUpperUpRight": 0.5}
)


@pytest.mark.parametrize("light", [0.5, 0.8, 1.1])
def test_teeth_are_told_from_tongue_and_dark(light: float) -> None:
    rgb = light * np.array([IVORY] * 20 + [TONGUE] * 40 + [DARK] * 40)
    teeth = tooth_pixels(rgb, light * np.array([0.62, 0.33, 0.30]))
    assert teeth[:20].all() and not teeth[20:].any()


def test_warm_light_on_dark_skin_leaves_teeth_teeth() -> None:
    rgb = np.array([(0.75, 0.53, 0.30)] * 10 + [(0.20, 0.09, 0.05)] * 10)
    teeth = tooth_pixels(rgb, np.array([0.27, 0.09, 0.05]))
    assert teeth[:10].all() and not teeth[10:].any()


def test_no_teeth_without_any_bright_pixel() -> None:
    assert not tooth_pixels(np.full((50, 3), TONGUE), np.array([0.62, 0.33, 0.30])).any()


def _of(region: MouthRegion) -> np.ndarray:
    """(V,) vertices of a part of the mouth."""
    mesh = person(0)
    own = np.zeros(len(mesh.rig.rest), bool)
    own[mesh.mouth_start :] = mesh.mouth.region == region
    return own


@cache
def _posed(pose: Pose = LAUGH) -> np.ndarray:
    return person(0).rig.deform(pose)


def _photo(vertices: np.ndarray, teeth: bool = True) -> Canvas:
    """A photo of the head: ivory teeth in a dark opening."""
    mesh = person(0)
    canvas = synthetic.flat_canvas(np.ones((SIZE, SIZE), np.float32))
    where, depth = canvas.project(vertices)
    seen = rasterize(where, depth, mesh.faces, SIZE, SIZE).triangle
    face = mesh.faces[np.maximum(seen, 0), 0]
    row = _of(MouthRegion.UPPER_TEETH) | _of(MouthRegion.LOWER_TEETH)
    inside = (seen >= 0) & (mesh.part[np.maximum(seen, 0)] == Part.MOUTH)
    picture = np.empty((SIZE, SIZE, 3), np.float32)
    picture[:] = LIP
    picture[inside] = DARK
    if teeth:
        picture[inside & row[face]] = IVORY
    canvas.rgb[:] = np.moveaxis(picture, -1, 0)
    return canvas


@pytest.mark.parametrize(("upper", "lower"), [(0.006, -0.006), (-0.005, 0.008)])
def test_rows_follow_the_teeth_of_the_photo(upper: float, lower: float) -> None:
    real = _posed().copy()
    for region, lift in ((MouthRegion.UPPER_TEETH, upper), (MouthRegion.LOWER_TEETH, lower)):
        real[_of(region), 1] += lift
    moved = rows_onto_photo(person(0), _photo(real), _posed())
    for region, lift in ((MouthRegion.UPPER_TEETH, upper), (MouthRegion.LOWER_TEETH, lower)):
        front = _of(region) & (
            person(0).rig.rest[:, 2] > person(0).rig.rest[_of(region), 2].max() - 0.02
        )
        assert abs(np.median(moved[front, 1]) - lift) < 0.003
    assert not moved[: person(0).mouth_start].any()


def test_rows_in_place_stay() -> None:
    moved = rows_onto_photo(person(0), _photo(_posed()), _posed())
    assert np.abs(moved).max() < 0.004


def test_closed_lips_leave_the_rows() -> None:
    still = _posed(Pose.neutral())
    assert not rows_onto_photo(person(0), _photo(still, teeth=False), still).any()
