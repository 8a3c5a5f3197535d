"""Crop, matte, regions, foreground and background: numbers against known truth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.portrait.background import inpaint_background
from models.portrait.crop import Crop, crop_portrait
from models.portrait.detect import Face
from models.portrait.guided import GuidedFilter
from models.portrait.matte import matte
from models.portrait.parse import FACE_SKIN, HAIR, parse, segment
from models.portrait.portrait import Portrait, prepare
from models.portrait.pyramid import push_pull
from models.portrait.resample import apply, invert, similarity, warp
from models.portrait.unmix import unmix_foreground

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def crop(astronaut: Floats, astronaut_face: Face) -> Crop:
    return crop_portrait(astronaut, astronaut_face)


@pytest.fixture(scope="module")
def portrait(astronaut: Floats) -> Portrait:
    return prepare(np.ascontiguousarray(astronaut.transpose(1, 2, 0)))


def test_affine_maps_are_each_others_inverse() -> None:
    matrix = similarity(np.array([30.0, 40.0]), np.array([2.0, 1.0]), 20.0, 100)
    points = np.random.default_rng(0).uniform(0, 60, (20, 3)).astype(np.float32)
    back = apply(invert(matrix), apply(matrix, points))
    assert np.allclose(back, points, atol=1e-3)
    assert np.allclose(apply(matrix, np.array([[30.0, 40.0]], np.float32)), 50.0, atol=1e-4)


def test_warp_does_not_alias_nor_shift() -> None:
    stripes = np.tile(np.array([0.0, 1.0], np.float32), (512, 256))
    shrink = np.array([[0.125, 0.0, 0.0], [0.0, 0.125, 0.0]])
    small = warp(stripes, shrink, 64)
    assert np.abs(small - 0.5).max() < 0.05
    ramp = np.tile(np.arange(512, dtype=np.float32) + 0.5, (512, 1))
    halved = warp(ramp, np.array([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]), 256)
    expected = 2 * (np.arange(256) + 0.5)
    assert np.abs(halved[100, 8:-8] - expected[8:-8]).max() < 0.2


def test_crop_is_level_and_holds_the_head(crop: Crop) -> None:
    eyes = crop.landmarks[[33, 263]]
    assert abs(eyes[0, 1] - eyes[1, 1]) < 4
    assert crop.rgb.shape == (3, 512, 512) and crop.valid.shape == (1, 512, 512)
    low, high = crop.landmarks[:, :2].min(0), crop.landmarks[:, :2].max(0)
    assert (low > 100).all() and (high < 412).all()
    assert 150 < (high - low).max() < 300


def test_crop_beyond_the_photo_is_marked_and_smooth(
    astronaut: Floats, astronaut_face: Face
) -> None:
    wide = crop_portrait(astronaut, astronaut_face, margin=2.2)
    outside = wide.valid[0] < 0.5
    assert 0.1 < outside.mean() < 0.9
    assert set(np.unique(wide.valid)) == {0.0, 1.0}
    deep = cv2.erode(outside.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0
    steps = np.abs(np.diff(wide.rgb, axis=2))[:, :, :][:, deep[:, 1:]]
    assert steps.size and steps.max() < 0.05


def test_a_tight_photo_is_hardly_continued(astronaut: Floats, astronaut_face: Face) -> None:
    """The bottom of the crop rises and the crop shrinks, but the hair stays in it."""
    usual = crop_portrait(astronaut, astronaut_face)
    corners = apply(invert(usual.matrix), np.array([[0.0, 0.0], [512.0, 512.0]], np.float32))
    end = int(0.92 * corners[1, 1] + 0.08 * corners[0, 1])
    tight = crop_portrait(np.ascontiguousarray(astronaut[:, :end]), astronaut_face)
    missing = 1.0 - tight.valid[0, -120:].mean()
    fixed = crop_portrait(astronaut[:, :end], astronaut_face, margin=1.12)
    assert missing < 0.6 * (1.0 - fixed.valid[0, -120:].mean())
    assert tight.valid[0, 256, 200:300].all()


def test_matte_of_the_astronaut(crop: Crop) -> None:
    raw = segment(crop)
    alpha = matte(crop, raw, use_modnet=False)
    assert alpha.shape == (1, 512, 512) and alpha.min() >= 0 and alpha.max() <= 1
    inside = crop.landmarks[:, :2].astype(int)
    on_face = alpha[0, inside[:, 1], inside[:, 0]]  # a few landmarks lie on the jaw's outline
    assert np.quantile(on_face, 0.02) > 0.95
    assert alpha[0, :30, :60].max() < 0.05
    assert 0.25 < alpha.mean() < 0.85


def test_regions(crop: Crop) -> None:
    classes = parse(crop)
    assert classes.shape == (6, 512, 512)
    assert np.allclose(classes.sum(0), 1.0, atol=1e-4)
    nose = crop.landmarks[1].astype(int)
    assert classes[FACE_SKIN, nose[1], nose[0]] > 0.7
    assert (classes[HAIR] > 0.5).mean() > 0.03


def test_guided_filter_follows_the_guide() -> None:
    guide = np.zeros((64, 64, 3), np.float32)
    guide[:, 32:] = (0.9, 0.4, 0.2)
    rough = cv2.GaussianBlur(
        (np.arange(64) >= 29).astype(np.float32)[None].repeat(64, 0), (0, 0), 3
    )
    sharp = GuidedFilter(guide, 8, 1e-4)(rough)
    assert abs(sharp[32, 33] - sharp[32, 30]) > 0.5
    assert (
        np.abs(GuidedFilter(guide, 8, 1e-4)(np.full((64, 64), 0.3, np.float32)) - 0.3).max() < 1e-3
    )


def test_push_pull_keeps_known_pixels_and_fills_the_rest() -> None:
    image = np.random.default_rng(0).random((61, 47, 3), dtype=np.float32)
    known = np.ones((61, 47), np.float32)
    known[20:40, 10:30] = 0.0
    image[known < 0.5] = 100.0
    filled = push_pull(image, known)
    assert np.allclose(filled[known > 0.5], image[known > 0.5], atol=1e-5)
    assert 0.2 < filled[known < 0.5].min() and filled[known < 0.5].max() < 0.8


def test_unmixing_recovers_the_foreground() -> None:
    y, x = np.mgrid[:128, :128].astype(np.float32)
    alpha = np.clip((50 - np.hypot(x - 64, y - 64)) / 16 + 0.5, 0, 1)
    front = np.stack([0.7 + 0.2 * np.sin(x / 20), 0.3 + 0 * x, 0.2 + 0.1 * y / 128])
    back = np.stack([0.1 + 0 * x, 0.4 + 0.3 * x / 128, 0.9 - 0.2 * y / 128])
    mixed = (front * alpha + back * (1 - alpha)).astype(np.float32)
    foreground = unmix_foreground(mixed, alpha[None].astype(np.float32))
    soft = (alpha > 0.1) & (alpha < 0.9)
    error = np.abs(foreground - front)[:, soft].mean()
    assert error < 0.25 * np.abs(mixed - front)[:, soft].mean()
    assert np.abs(foreground - front)[:, alpha > 0.999].max() < 1e-3


def test_background_has_no_ghost() -> None:
    y, x = np.mgrid[:256, :256].astype(np.float32)
    scene = np.stack([0.2 + 0.4 * x / 256, 0.5 + 0 * x, 0.7 - 0.3 * y / 256]).astype(np.float32)
    alpha = np.clip((70 - np.hypot(x - 128, y - 150)) / 6, 0, 1)[None].astype(np.float32)
    picture = scene * (1 - alpha) + np.array([1.0, 0.9, 0.8], np.float32).reshape(3, 1, 1) * alpha
    filled = inpaint_background(picture, alpha)
    assert np.abs(filled - scene)[:, alpha[0] > 0].max() < 0.12
    far = np.hypot(x - 128, y - 150) > 110
    assert np.allclose(filled[:, far], picture[:, far], atol=1e-5)


def test_prepare_bundles_everything(portrait: Portrait) -> None:
    size = portrait.crop.size
    assert portrait.alpha.shape == (1, size, size) and portrait.classes.shape == (6, size, size)
    assert portrait.foreground.shape == portrait.background.shape == (3, size, size)
    assert portrait.faces == 1 and abs(portrait.yaw) < 30
    for layer in (portrait.crop.rgb, portrait.alpha, portrait.foreground, portrait.background):
        assert layer.dtype == np.float32 and np.isfinite(layer).all()
        assert layer.min() >= 0.0 and layer.max() <= 1.0
    again = portrait.foreground * portrait.alpha + portrait.background * (1 - portrait.alpha)
    inside = (portrait.alpha > 0.98) & (portrait.crop.valid > 0.5)
    assert np.abs(again - portrait.crop.rgb)[:, inside[0]].mean() < 0.01


def test_a_transparent_photo_stays_transparent(astronaut: Floats) -> None:
    cut = np.concatenate([astronaut, np.ones((1, 512, 512), np.float32)])
    cut[3, :, :172] = 0.0
    result = prepare(np.ascontiguousarray(cut.transpose(1, 2, 0)))
    gone = apply(result.crop.matrix, np.array([[165.0, 110.0]], np.float32))[0].astype(int)
    assert result.alpha[0, gone[1], gone[0]] < 0.05


def test_guided_filter_is_sound_on_a_grey_guide() -> None:
    grey = np.full((96, 96), 0.97, np.float32)
    grey[:, 48:] = 0.1
    grey += np.random.default_rng(0).normal(0, 0.004, grey.shape).astype(np.float32)
    mask = np.tile((np.arange(96) >= 44).astype(np.float32), (96, 1))
    guide = np.repeat(grey[..., None], 3, axis=2)
    result = GuidedFilter(guide, 12, 1e-5)(mask)
    assert result.min() > -0.3 and result.max() < 1.3
    assert result[:, 52:].min() > 0.8
