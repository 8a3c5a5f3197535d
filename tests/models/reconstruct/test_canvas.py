from __future__ import annotations

import numpy as np

from models.reconstruct.canvas import PAD_SHARE, bilinear, make_canvas
from tests.models.reconstruct import synthetic


def test_canvas_goes_on_beyond_the_crop() -> None:
    portrait, canvas = synthetic.portrait(), synthetic.canvas()
    size, pad = synthetic.SIZE, canvas.pad
    assert pad == round(size * PAD_SHARE) and canvas.size == size + 2 * pad
    inner = (slice(pad, -pad), slice(pad, -pad))
    np.testing.assert_array_equal(canvas.alpha[inner], portrait.alpha[0])
    np.testing.assert_array_equal(canvas.rgb[(slice(None), *inner)], portrait.foreground)
    assert portrait.alpha[0, -1].max() > 0.99
    np.testing.assert_array_equal(canvas.alpha[-1, pad:-pad], portrait.alpha[0, -1])
    for name, plane in canvas.classes.items():
        assert plane.shape == canvas.alpha.shape, name
    assert canvas.classes["clothes"][-1].sum() > 50
    assert canvas.rgb.min() >= 0.19 and canvas.rgb.max() <= 0.81


def test_nothing_is_added_above() -> None:
    portrait = synthetic.portrait()
    whole = type(portrait)(**{**vars(portrait), "alpha": np.ones_like(portrait.alpha)})
    canvas = make_canvas(whole, synthetic.CAMERA)
    assert not canvas.alpha[: canvas.pad].any()
    assert (canvas.alpha[canvas.pad :, canvas.pad : -canvas.pad] == 1).all()


def test_shoulders_fall_beyond_the_sides() -> None:
    portrait = synthetic.portrait()
    alpha = np.zeros_like(portrait.alpha)
    half = synthetic.SIZE // 2
    alpha[0, half:] = 1
    canvas = make_canvas(type(portrait)(**{**vars(portrait), "alpha": alpha}), synthetic.CAMERA)
    pad = canvas.pad
    height = canvas.alpha.sum(0)
    assert (np.diff(height[: pad + 1]) >= 0).all() and (np.diff(height[-pad - 1 :]) <= 0).all()
    assert height[pad] == half + pad and height[[0, -1]].max() < 0.05 * half
    # Round: nearly all of its height is left half-way out.
    assert height[pad // 2] > 0.8 * height[pad]


def test_camera_sees_the_same_in_both() -> None:
    canvas = synthetic.canvas()
    points = np.random.default_rng(0).uniform(-0.3, 0.3, (50, 3))
    crop = synthetic.CAMERA.project(points)
    pixels, depth = canvas.project(points)
    np.testing.assert_allclose(pixels, crop[0] * synthetic.SIZE + canvas.pad, atol=1e-3)
    np.testing.assert_allclose(depth, crop[1], rtol=1e-6)
    assert pixels.dtype == np.float32


def test_sample_reads_the_pixel_centres() -> None:
    canvas = synthetic.canvas()
    rng = np.random.default_rng(1)
    column, row = rng.integers(1, canvas.size - 1, (2, 40))
    centres = np.stack([column, row], 1) + 0.5
    np.testing.assert_allclose(
        canvas.sample(canvas.rgb, centres), canvas.rgb[:, row, column].T, atol=1e-6
    )
    np.testing.assert_allclose(
        canvas.sample(canvas.alpha, centres), canvas.alpha[row, column], atol=1e-6
    )


def test_bilinear_is_exact_on_a_ramp_and_clamps() -> None:
    y, x = np.mgrid[0:6, 0:9].astype(np.float32)
    ramp = 2 * x - 3 * y + 1
    where = np.random.default_rng(2).uniform((0.5, 0.5), (8.49, 5.49), (60, 2))
    expected = 2 * (where[:, 0] - 0.5) - 3 * (where[:, 1] - 0.5) + 1
    np.testing.assert_allclose(bilinear(ramp, where), expected, atol=1e-4)
    beyond = np.array([[-5.0, -5.0], [50.0, 50.0]])
    np.testing.assert_allclose(bilinear(ramp, beyond), [ramp[0, 0], ramp[-1, -1]], atol=0.01)
    two = np.stack([ramp, -ramp], -1)
    np.testing.assert_allclose(bilinear(two, where)[:, 1], -bilinear(ramp, where), atol=1e-5)
