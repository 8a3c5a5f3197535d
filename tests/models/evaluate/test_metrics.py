"""PSNR, SSIM and L1 against skimage and hand-computed cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from models.evaluate.metrics import Image, Mask, l1, over_grey, psnr, ssim


def pair(seed: int, noise: float, height: int = 48, width: int = 61) -> tuple[Image, Image]:
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, 1, width, dtype=np.float32)[None, None]
    a = np.clip(0.6 * ramp + 0.3 * rng.random((3, height, width), np.float32), 0, 1)
    b = np.clip(a + noise * rng.standard_normal(a.shape), 0, 1)
    return a.astype(np.float32), b.astype(np.float32)


def box_mask(like: Image) -> Mask:
    mask = np.zeros((1, *like.shape[1:]), np.float32)
    mask[:, 12:36, 15:40] = 1
    return mask


@pytest.mark.parametrize("noise", [0.01, 0.1, 0.5])
def test_agrees_with_skimage(noise: float) -> None:
    a, b = pair(3, noise)
    assert psnr(a, b) == pytest.approx(peak_signal_noise_ratio(a, b, data_range=1), abs=1e-4)
    expected = structural_similarity(
        a.astype(np.float64), b.astype(np.float64), data_range=1, channel_axis=0,
        gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
    )  # fmt: skip
    assert ssim(a, b) == pytest.approx(expected, abs=1e-4)
    assert l1(a, b) == pytest.approx(float(np.abs(a - b).mean()), abs=1e-6)


def test_by_hand() -> None:
    a = np.full((3, 16, 16), 0.25, np.float32)
    b = np.full((3, 16, 16), 0.75, np.float32)
    assert l1(a, b) == pytest.approx(0.5)
    assert psnr(a, b) == pytest.approx(10 * math.log10(4))
    # Constant pictures have no variance: only the luminance term of the equation is left.
    luminance = (2 * 0.25 * 0.75 + 1e-4) / (0.25**2 + 0.75**2 + 1e-4)
    assert ssim(a, b) == pytest.approx(luminance, abs=1e-6)


def test_identical_pictures() -> None:
    a, _ = pair(1, 0)
    assert (l1(a, a), psnr(a, a)) == (0.0, math.inf)
    assert ssim(a, a) == pytest.approx(1.0)


def test_soft_mask_weights_pixels() -> None:
    a = np.zeros((3, 1, 2), np.float32)
    b = np.zeros((3, 1, 2), np.float32)
    b[:, 0, 0], b[:, 0, 1] = 0.4, 0.8
    mask = np.array([[[0.75, 0.25]]], np.float32)
    assert l1(a, b, mask) == pytest.approx(0.75 * 0.4 + 0.25 * 0.8)
    assert psnr(a, b, mask) == pytest.approx(-10 * math.log10(0.75 * 0.16 + 0.25 * 0.64), abs=1e-5)


def test_masked_metrics_ignore_what_is_outside() -> None:
    a, b = pair(5, 0.1)
    mask = box_mask(a)
    c = b.copy()
    c[:, :10] = 1 - c[:, :10]
    for metric in (l1, psnr, ssim):
        assert metric(a, c, mask) == metric(a, b, mask)
        assert metric(a, c) != metric(a, b)


def test_masked_ssim_sees_what_is_inside() -> None:
    a, b = pair(6, 0.2)
    mask = box_mask(a)
    assert ssim(a, b, mask) < 0.9
    assert ssim(a, a, mask) == pytest.approx(1.0)
    full = np.ones_like(mask)
    assert ssim(a, b, full) == pytest.approx(ssim(a, b), abs=1e-9)


def test_over_grey() -> None:
    a, _ = pair(2, 0)
    mask = box_mask(a)
    composed = over_grey(a, mask)
    assert composed.dtype == np.float32
    assert np.array_equal(composed[:, 20, 20], a[:, 20, 20])
    assert np.all(composed[:, 0, 0] == 0.5)


@pytest.mark.parametrize("metric", [l1, psnr, ssim])
def test_refuses_what_does_not_fit(metric) -> None:  # type: ignore[no-untyped-def]
    a, b = pair(0, 0.1)
    with pytest.raises(ValueError, match="one size"):
        metric(a, b[:, :-1])
    with pytest.raises(ValueError, match="mask must be"):
        metric(a, b, np.ones(a.shape[1:], np.float32))
    with pytest.raises(ValueError, match="empty"):
        metric(a, b, np.zeros((1, *a.shape[1:]), np.float32))


def test_ssim_names_its_limits() -> None:
    small = np.zeros((3, 10, 30), np.float32)
    with pytest.raises(ValueError, match="11 pixels"):
        ssim(small, small)
    a, b = pair(0, 0.1)
    mask = np.zeros((1, *a.shape[1:]), np.float32)
    mask[:, :4] = 1
    with pytest.raises(ValueError, match="border"):
        ssim(a, b, mask)
