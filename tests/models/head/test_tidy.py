from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.animate.proxy import Part
from models.head.assemble import Region, assemble_head
from models.head.mouth import MouthRegion
from models.head.open_head import load_open_head
from models.head.tidy import flatten, tuck_behind
from models.pose import Pose
from models.render.zbuffer import rasterize
from tests.models.head.people import identity, person

LIPS = 0.25


def _sheet(count: int = 15, side: float = 0.4, depth: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A flat grid at z = ``depth``, faces towards +Z."""
    x, y = np.meshgrid(*[np.linspace(-side / 2, side / 2, count)] * 2)
    vertices = np.stack([x, y, np.full_like(x, depth)], -1).reshape(-1, 3).astype(np.float32)
    a = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).ravel()
    quads = np.stack([a, a + 1, a + count + 1, a + count], 1)
    return vertices, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def test_flatten_removes_a_bump() -> None:
    flat, faces = _sheet()
    bump = np.hypot(flat[:, 0], flat[:, 1]) < 0.1
    vertices = flat + 0.07 * bump[:, None] * np.array([0, 0, 1], np.float32)
    result = flatten(vertices, faces, bump)
    assert bump.sum() > 10 and vertices[:, 2].max() > 0.06
    assert np.abs(result[:, 2]).max() < 1e-6
    np.testing.assert_array_equal(result[~bump], vertices[~bump])


def test_flatten_follows_a_slope() -> None:
    flat, faces = _sheet()
    plane = flat + flat[:, :1] * np.array([0, 0, 0.5], np.float32)
    members = np.hypot(flat[:, 0], flat[:, 1]) < 0.12
    dented = plane - 0.05 * members[:, None]
    result = flatten(dented, faces, members)
    np.testing.assert_allclose(result[:, 2], 0.5 * result[:, 0], atol=0.01)
    assert np.abs(result[members] - dented[members]).max() > 0.03


def test_hidden_ear_lies_flat() -> None:
    shown = person(0)
    hidden = assemble_head(load_open_head(), replace(identity(0), ears=(0.0, 1.0)))
    rest = [m.rig.rest[: m.skin_count] for m in (shown, hidden)]
    ear = shown.skin_region == Region.EAR
    left = ear & (rest[0][:, 0] > 0)
    assert np.abs(rest[0] - rest[1])[~left].max() == 0
    assert rest[0][left, 0].max() - rest[1][left, 0].max() > 0.02
    assert rest[1][ear & ~left, 0].min() == rest[0][ear & ~left, 0].min()


@pytest.mark.parametrize("proud", [0.05, -0.01])
def test_tuck_moves_the_mouth_behind_the_skin(proud: float) -> None:
    """A block whose front stands ``proud`` of the skin: teeth above, tongue below."""
    skin, faces = _sheet(30, depth=LIPS)
    rng = np.random.default_rng(1)
    vertices = rng.uniform(-0.04, 0.04, (400, 3)).astype(np.float32)
    vertices[:, 2] += LIPS + proud - 0.04
    rigid = vertices[:, 1] > 0
    tucked = tuck_behind(vertices, rigid, skin, faces)
    np.testing.assert_array_equal(tucked[:, :2], vertices[:, :2])
    shift = (tucked - vertices)[:, 2]
    assert np.ptp(shift[rigid]) < 1e-6, "teeth keep their shape"
    expected = np.clip(-(proud + 0.012), -0.03, 0.0)
    assert shift[rigid][0] == pytest.approx(expected, abs=0.004)
    assert (tucked[~rigid, 2] < LIPS - 0.012).all(), "soft parts give way"
    assert (shift <= 1e-6).all()


def test_what_lies_deep_enough_stays() -> None:
    skin, faces = _sheet(30, depth=LIPS)
    vertices = np.random.default_rng(0).uniform(-0.05, 0.05, (60, 3)).astype(np.float32)
    rigid = np.arange(60) < 30
    np.testing.assert_array_equal(tuck_behind(vertices, rigid, skin, faces), vertices)


def test_a_slit_in_the_skin_counts_as_closed() -> None:
    skin, faces = _sheet(100, depth=LIPS)
    middle = skin[faces].mean(1)
    slit = (np.abs(middle[:, 1]) < 0.002) & (np.abs(middle[:, 0]) < 0.06)
    x = np.linspace(-0.04, 0.04, 30)
    teeth = np.stack([x, 0 * x, 0 * x + LIPS + 0.01], 1).astype(np.float32)
    tucked = tuck_behind(teeth, np.ones(30, bool), skin, faces[~slit])
    assert slit.sum() > 20
    assert (tucked[:, 2] < LIPS - 0.008).all()


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_teeth_lie_behind_the_skin(seed: int) -> None:
    mesh = person(seed)
    vertices = mesh.rig.deform(Pose.neutral())
    low, high = np.array([-0.12, -0.22]), np.array([0.12, 0.02])
    pixels = (vertices[:, :2] - low) / (high - low) * 200
    outer = mesh.faces[mesh.part == Part.HEAD]
    skin = rasterize(pixels, 5 - vertices[:, 2], outer, 200, 200).depth
    # The hair's breadth between closed lips is not what counts here.
    skin = cv2.morphologyEx(skin, cv2.MORPH_OPEN, np.ones((7, 7)))
    regions = (MouthRegion.UPPER_TEETH, MouthRegion.LOWER_TEETH)
    teeth = mesh.mouth_start + np.nonzero(np.isin(mesh.mouth.region, regions))[0]
    column, row = pixels[teeth].astype(int).T
    behind = 5 - vertices[teeth, 2] - skin[row, column]
    assert len(behind) > 1000
    assert behind.min() > 0.0 and np.percentile(behind, 5) > 0.006
    assert np.percentile(behind, 5) < 0.05, "nor far behind them"


@pytest.mark.parametrize("away", [-3.0, 0.5])
def test_tuck_behind_does_not_mind_where_the_head_is(away: float) -> None:
    skin, faces = _sheet(depth=0.2)
    mouth = np.array([[x, 0.0, 0.2 - 0.002 * i] for i, x in enumerate((-0.02, 0.0, 0.02))])
    rigid = np.array([True, True, False])
    shift = np.float32([0, 0, away])
    near = tuck_behind(mouth, rigid, skin, faces)
    assert (near[:, 2] < mouth[:, 2] - 0.004).all()
    far = tuck_behind(mouth + shift, rigid, skin + shift, faces)
    np.testing.assert_allclose(far, near + shift, atol=1e-5)
