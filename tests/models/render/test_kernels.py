from __future__ import annotations

import numpy as np
import pytest
import torch

from models.render.compiled import compiled
from models.render.composite import over, over_background, unpremultiply
from models.render.decode import decay, shade_samples, sigmoid, softplus
from models.render.packed import aligned_empty, pack
from models.render.scene import field_tables
from models.render.simd import LANES, load, store
from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField
from models.triplane.sampling import sample_field


@compiled
def apply(which: int, values: np.ndarray) -> None:
    address = values.ctypes.data
    for start in range(0, values.shape[0], LANES):
        value = load(address, start)
        if which == 0:
            store(address, start, softplus(value))
        elif which == 1:
            store(address, start, sigmoid(value))
        else:
            store(address, start, decay(value))


@pytest.mark.parametrize(
    ("which", "exact", "tolerance"),
    [
        (0, lambda x: np.logaddexp(0, x), 1e-4),
        (1, lambda x: 1 / (1 + np.exp(-x)), 2e-5),
        (2, lambda x: np.exp(-np.abs(x)), 2e-5),
    ],
)
def test_fast_functions(which, exact, tolerance):
    values = np.linspace(-40, 40, 1 << 14).astype(np.float32)
    expected = exact(values.astype(float))
    result = np.abs(values) if which == 2 else values.copy()
    apply(which, result)
    assert np.abs(result - expected).max() < tolerance


def random_scene(fields: int) -> tuple[list[TriplaneField], Decoder]:
    rng = np.random.default_rng(7)
    made = []
    for number in range(fields):
        planes = rng.normal(size=(3, 32, 20 + number, 20 + number)).astype(np.float32)
        planes[:, 5:12] = 0
        planes[1, 20] += 50
        center = rng.normal(0, 0.1, 3).astype(np.float32)
        made.append(TriplaneField(planes, center, 0.8 + 0.1 * number))
    decoder = Decoder(
        rng.normal(0, 0.3, (64, 32)),
        rng.normal(0, 0.3, 64),
        rng.normal(0, 0.3, (33, 64)),
        rng.normal(0, 0.3, 33),
    )
    decoder.w1[:, 20] *= 0.02
    decoder.w2[:4, 10:30] = 0
    return made, decoder


def shade(fields, decoder, points: np.ndarray, owner: np.ndarray) -> np.ndarray:
    packed, small = pack(fields, decoder)
    count = len(points)
    raw = np.empty((4, count + LANES), np.float32)
    shade_samples(
        points, owner, count, *field_tables(packed), small.w1, small.b1, small.w2, small.b2,
        np.empty((4, small.w1.shape[0]), np.float32), np.empty((4, small.w1.shape[1]), np.float32),
        raw,
    )  # fmt: skip
    return raw[:, :count]


@pytest.mark.parametrize("count", [1, 6, 333])
def test_shading_kernel_equals_plain_torch(count: int):
    fields, decoder = random_scene(3)
    rng = np.random.default_rng(8)
    points = rng.uniform(-0.3, 0.3, (count, 3)).astype(np.float32)
    owner = rng.integers(0, 3, count).astype(np.int32)
    raw = shade(fields, decoder, points, owner)
    for number, field in enumerate(fields):
        mine = owner == number
        sigma, rgb = sample_field(field, decoder, torch.from_numpy(points[mine]))
        assert np.abs(raw[0, mine] - sigma.detach().numpy()).max(initial=0) < 2e-3
        assert np.abs(raw[1:, mine].T - rgb.detach().numpy()).max(initial=0) < 1e-3


def test_density_is_zero_outside_the_cube():
    fields, decoder = random_scene(1)
    points = np.array([[0, 0, 0], [0.9, 0, 0], [0, 0, -0.9], [0, 5, 0]], np.float32)
    raw = shade(fields, decoder, points, np.zeros(4, np.int32))
    assert raw[0, 0] > 0.01
    assert (raw[0, 1:] < 1e-4).all()


def test_packing_leaves_out_what_nothing_reads():
    fields, decoder = random_scene(2)
    packed, small = pack(fields, decoder)
    assert packed[0].planes.shape == (3, 20, 20, 32)
    assert small.w1.shape == (32, 48)
    lean = Decoder(decoder.w1.copy(), decoder.b1, decoder.w2.copy(), decoder.b2)
    lean.w2[:4, 40:] = 0
    lean.w1[:, 14:] = 0
    packed, small = pack(fields, lean)
    assert packed[1].planes.shape == (3, 21, 21, 16) and small.w1.shape == (16, 32)


def test_a_coordinate_ramp_keeps_its_precision():
    """Channels often hold coordinates with a large gain: 1e-4 of the range must survive."""
    planes = np.zeros((3, 32, 64, 64), np.float32)
    planes[0, 0] = 3 * np.linspace(-200, 200, 64)[None]
    w1 = np.zeros((64, 32), np.float32)
    w1[0, 0], w1[1, 0] = 1, -1
    w2 = np.zeros((33, 64), np.float32)
    w2[0, 0], w2[0, 1] = 1, -1
    decoder = Decoder(w1, np.zeros(64), w2, np.full(33, 300.0))
    field = TriplaneField(planes, np.zeros(3, np.float32), 1.0)
    points = np.zeros((200, 3), np.float32)
    points[:, 0] = np.linspace(-0.48, 0.48, 200)
    raw = shade([field], decoder, points, np.zeros(200, np.int32))
    sigma, _ = sample_field(field, decoder, torch.from_numpy(points))
    assert np.abs(raw[0] - sigma.detach().numpy()).max() < 400 * 1e-6


def test_aligned_arrays_start_on_a_cache_line():
    for count in (1, 33, 1000):
        array = aligned_empty((count, 3), np.float32)
        assert array.shape == (count, 3) and array.ctypes.data % 64 == 0


def test_compositing_follows_porter_duff():
    rng = np.random.default_rng(9)
    rgb, below = rng.random((2, 3, 4, 5)).astype(np.float32)
    alpha, alpha_below = rng.random((2, 1, 4, 5)).astype(np.float32)
    both, opacity = over(rgb, alpha, below, alpha_below)
    background = rng.random((3, 4, 5)).astype(np.float32)
    stepwise = over_background(rgb, alpha, over_background(below, alpha_below, background))
    assert np.allclose(over_background(both, opacity, background), stepwise, atol=1e-5)
    assert np.allclose(unpremultiply(rgb * alpha, alpha), rgb, atol=1e-4)
    assert not unpremultiply(rgb, np.zeros_like(alpha)).any()
    with pytest.raises(ValueError, match="does not fit"):
        over_background(rgb, alpha, background[:, :2])
