from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.animate.proxy import Part
from models.pose import PRESETS, Pose
from models.reconstruct.closed_lids import closed_lids, with_veils
from models.reconstruct.lid_fill import below_brow, lash_colour, lid_samples, lid_tone
from models.reconstruct.lid_grain import skin_grain
from models.render.zbuffer import rasterize
from tests.models.reconstruct import synthetic

SIZE = 384


@cache
def _shown(pose: Pose) -> np.ndarray:
    """Part of the veil's eye at each pixel that shows one, 0 elsewhere."""
    surface = synthetic.surface()
    proxy = surface.proxy
    where, depth = synthetic.CAMERA.project(proxy.rig.deform(pose))
    veil = (proxy.faces >= surface.lid_starts[0]).all(1)
    # Beside the corners it is transparent.
    along = np.concatenate([one.along for one in surface.lids])
    beside = np.abs(along[proxy.faces[veil] - surface.lid_starts[0]] - 0.5).mean(1) > 0.6
    veil[np.flatnonzero(veil)[beside]] = False
    faces = np.flatnonzero(veil | (proxy.faces < len(surface.head.rig.rest)).all(1))
    hits = rasterize(where * SIZE, depth, proxy.faces[faces], SIZE, SIZE)
    part = np.where(veil, proxy.part, 0)[faces]
    return np.where(hits.triangle >= 0, part[hits.triangle], 0)


@pytest.mark.parametrize("blink", [0.0, 0.1])
def test_open_eyes_hide_the_veils(blink: float) -> None:
    pose = synthetic.PHOTO.with_blendshapes({"eyeBlinkLeft": blink, "eyeBlinkRight": blink})
    assert (_shown(pose) > 0).sum() <= 16


def test_gaze_brings_no_veil_out() -> None:
    for pitch in (-0.4, 0.4):
        pose = Pose.neutral().replace(gaze_left=(0.0, pitch), gaze_right=(0.0, pitch))
        assert (_shown(pose) > 0).sum() <= 16


def test_a_blink_brings_both_out_and_a_wink_one() -> None:
    blink, wink = _shown(PRESETS["blink"]), _shown(PRESETS["wink_left"])
    left, right = ((blink == part).sum() for part in (Part.EYE_LEFT, Part.EYE_RIGHT))
    assert min(left, right) > 250 and abs(int(left) - int(right)) < 0.1 * left
    assert (wink == Part.EYE_LEFT).sum() > 0.85 * left
    assert (wink == Part.EYE_RIGHT).sum() <= 4


_OTHERS = (
    *("browDown", "browOuterUp", "cheekSquint", "eyeSquint", "eyeWide", "noseSneer"),
    *("eyeLookDown", "eyeLookUp", "mouthSmile"),
)


def _mixture(seed: int) -> dict[str, float]:
    """Random coefficients of brows, cheeks, nose and lids."""
    rng = np.random.default_rng(seed)
    values = rng.random(2 * len(_OTHERS)) * (rng.random(2 * len(_OTHERS)) < 0.7)
    names = [name + side for name in _OTHERS for side in ("Left", "Right")]
    return {**dict(zip(names, values, strict=True)), "browInnerUp": float(rng.random())}


@pytest.mark.parametrize("blink", [0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_no_covered_skin_shows_through_in_any_expression(blink: float, seed: int) -> None:
    surface = synthetic.surface()
    proxy = surface.proxy
    pose = Pose.neutral().with_blendshapes(
        {**_mixture(seed), "eyeBlinkLeft": blink, "eyeBlinkRight": blink}
    )
    where, depth = synthetic.CAMERA.project(proxy.rig.deform(pose))
    veil = (proxy.faces >= surface.lid_starts[0]).all(1)
    skin = (proxy.faces < surface.head.skin_count).all(1)
    of_veil, of_skin = (
        rasterize(where * SIZE, depth, proxy.faces[kind], SIZE, SIZE) for kind in (veil, skin)
    )
    both = (of_veil.triangle >= 0) & (of_skin.triangle >= 0)
    assert both.sum() > 200
    assert (of_veil.depth[both] < of_skin.depth[both]).all()


@pytest.mark.parametrize("seed", range(3))
def test_no_expression_of_open_eyes_brings_a_veil_out(seed: int) -> None:
    assert not _shown(Pose.neutral().with_blendshapes(_mixture(seed))).any()


def test_a_shut_lid_lies_on_its_own_skin_in_every_expression() -> None:
    surface = synthetic.surface()
    shut = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
    posed = surface.proxy.rig.deform(Pose.neutral().with_blendshapes({**_mixture(1), **shut}))
    for veil, start in zip(surface.lids, surface.lid_starts, strict=True):
        away = posed[start : start + len(veil.skin)] - posed[veil.skin]
        high = veil.upper & (veil.height > 0.01)
        assert high.sum() > 50
        assert np.abs(away[high, :2]).max() < 1e-5
        assert (away[high, 2] > 0).all() and np.median(away[high, 2]) < 0.003


def test_a_veil_starts_as_a_line_and_only_grows() -> None:
    surface = synthetic.surface()
    veil, start = surface.lids[0], surface.lid_starts[0]
    heights = []
    for blink in np.linspace(veil.sets_in, 1.0, 8):
        posed = surface.proxy.rig.deform(
            Pose.neutral().with_blendshapes({"eyeBlinkLeft": float(blink)})
        )[start : start + len(veil.skin)]
        middle = veil.upper & (np.abs(veil.along - 0.5) < 0.05)
        heights.append(float(np.ptp(posed[middle, 1])))
    assert heights[0] < 0.004 and heights[-1] > 0.02
    assert (np.diff(heights) > 0).all()


def test_eyes_shut_in_the_photo_have_no_veil() -> None:
    head = synthetic.head()
    pose = Pose.neutral().with_blendshapes({"eyeBlinkLeft": 0.9})
    (only,) = closed_lids(head, head.rig, pose)
    assert only.part == Part.EYE_RIGHT
    rig = with_veils(head.rig, (only,))
    assert len(rig.rest) == len(head.rig.rest) + len(only.skin) == len(rig.weights)
    assert rig.veils is not None and len(rig.veils.blink) == 1
    assert with_veils(head.rig, ()) is head.rig


def test_a_veil_lies_apart_from_its_eyeball() -> None:
    surface = synthetic.surface()
    canonical = surface.proxy.canonical
    for (first, mesh), veil, start in zip(
        surface.head.eyes, surface.lids, surface.lid_starts, strict=True
    ):
        ball = canonical[first : first + len(mesh.vertices)]
        laid = canonical[start : start + len(veil.skin)]
        assert laid[:, 1].max() < ball[:, 1].min()
        assert np.ptp(laid[:, 2]) == 0.0
        a, b, c = (laid[veil.faces[:, i], :2] for i in range(3))
        turn = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
        assert (turn > 0).all()


def test_lids_are_clean_skin_with_dark_lashes() -> None:
    surface = synthetic.surface()
    head, veil = surface.head, surface.lids[0]
    count = head.skin_count
    skin = np.array([0.8, 0.6, 0.5], np.float32)
    colours = np.tile(skin, (count, 1))
    stretched = veil.skin[veil.upper & (veil.motion > 0.3)]
    colours[stretched] = 0.1
    bare = np.ones(len(veil.skin))
    tone = lid_tone(veil, colours, np.ones(count, np.float32), bare)
    np.testing.assert_allclose(tone, np.broadcast_to(skin, tone.shape), atol=0.02)
    every = np.tile(np.arange(len(veil.skin))[:, None], (1, 3))
    lash = np.array([0.1, 0.05, 0.05])
    thirds = np.full(every.shape, 1 / 3)
    rgb, opacity = lid_samples(veil, every, thirds, tone, lash, bare)
    inner = (veil.along > 0.3) & (veil.along < 0.8) & veil.upper
    margin, lid = inner & (veil.height < 0.0008), inner & (veil.motion > 0.6)
    lid &= veil.height > 0.006
    assert margin.sum() > 3 and lid.sum() > 20
    assert rgb[margin].mean() < 0.45 * rgb[lid].mean()
    assert opacity[lid].min() > 0.9
    assert opacity[veil.upper & (veil.motion < 0.05) & (veil.height > 0.01)].max() < 0.05
    _, spared = lid_samples(veil, every, thirds, tone, lash, 0.0 * bare)
    assert spared[lid & (veil.height > 0.01)].max() < 0.01


def test_lids_carry_the_tone_of_their_border_on_inside() -> None:
    surface = synthetic.surface()
    veil, count = surface.lids[0], surface.head.skin_count
    colours = np.full((count, 3), 0.7, np.float32)
    dark = veil.skin[veil.upper & (veil.along > 0.5)]
    colours[dark] = 0.35
    bare = np.ones(len(veil.skin))
    tone = lid_tone(veil, colours, np.ones(count, np.float32), bare)
    border = veil.upper & (veil.motion < 0.1) & (veil.height > 0.01)
    outer, inner = border & (veil.along > 0.8), border & (veil.along < 0.2)
    assert outer.any() and inner.any()
    np.testing.assert_allclose(tone[outer], 0.35, atol=0.05)
    np.testing.assert_allclose(tone[inner], 0.7, atol=0.05)
    steps = np.abs(np.diff(tone[veil.faces], axis=1)).max((1, 2))
    assert np.median(steps) < 0.02


def test_half_way_the_veil_covers_the_lid_from_its_margin_up() -> None:
    rows = []
    for blink in (0.5, 1.0):
        shown = _shown(Pose.neutral().with_blendshapes({"eyeBlinkLeft": blink}))
        rows.append((shown == Part.EYE_LEFT).sum(0).max())
    half, full = rows
    assert 0.25 * full < half < 0.8 * full
    surface = synthetic.surface()
    veil, start = surface.lids[0], surface.lid_starts[0]
    rest, shut = (
        surface.proxy.rig.deform(pose)[start : start + len(veil.skin)]
        for pose in (Pose.neutral(), PRESETS["blink"])
    )
    inner = veil.upper & (veil.along > 0.2) & (veil.along < 0.8)
    assert np.ptp(rest[inner, 1]) < 0.6 * np.ptp(shut[inner, 1])


def test_lids_spare_the_brow() -> None:
    surface, canvas = synthetic.surface(), synthetic.canvas()
    veil = surface.lids[0]
    where, _ = canvas.project(surface.photo[veil.skin])
    landmarks = np.zeros((478, 3), np.float32)
    brow = [276, 283, 282, 295, 285]
    landmarks[brow, 0] = np.linspace(where[:, 0].min(), where[:, 0].max(), 5) - canvas.pad
    covers = []
    for height in (where[:, 1].min() - 60, np.median(where[:, 1]), where[:, 1].max() + 1):
        landmarks[brow, 1] = height - canvas.pad
        covers.append(below_brow(canvas, veil, surface.photo, landmarks, 0))
    none, some, every = covers
    assert none.min() == 1.0 and every.max() < 0.01
    assert some.min() == 0.0 and some.max() > 0.5


def test_grain_comes_from_even_skin_and_is_about_one() -> None:
    surface, canvas = synthetic.surface(), synthetic.canvas()
    veil = surface.lids[0]
    opened, photo = surface.proxy.rig.rest[veil.skin, :2], surface.photo[veil.skin]
    noise = np.random.default_rng(0).normal(1.0, 0.05, canvas.rgb.shape[1:])
    rough = replace(
        canvas,
        rgb=(0.5 * noise * np.ones((3, 1, 1))).astype(np.float32),
        classes={**canvas.classes, "face_skin": np.ones_like(canvas.alpha)},
    )
    places = np.repeat(veil.place, 20, 0)
    grain = skin_grain(rough, places, opened, photo)
    assert abs(float(grain.mean()) - 1) < 0.01 and 0.01 < float(grain.std()) < 0.06
    nowhere = replace(rough, classes={**rough.classes, "face_skin": np.zeros_like(canvas.alpha)})
    np.testing.assert_array_equal(skin_grain(nowhere, places, opened, photo), 1.0)


def test_lashes_are_as_dark_as_the_photos_within_limits() -> None:
    surface, canvas = synthetic.surface(), synthetic.canvas()
    tone = np.full((4, 3), 0.6)
    dark, bright = (
        lash_colour(
            replace(canvas, rgb=np.full_like(canvas.rgb, level)),
            surface.head,
            surface.photo,
            0,
            tone,
        )
        for level in (0.2, 0.9)
    )
    np.testing.assert_allclose(dark, 0.2, atol=0.02)
    np.testing.assert_allclose(bright, 0.3, atol=0.02)
