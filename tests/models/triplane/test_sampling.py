from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField, fuse
from models.triplane.sampling import inside, sample_features, sample_field


def random_field(resolution: int = 7, box: float = 0.8) -> TriplaneField:
    planes = np.random.default_rng(1).normal(size=(3, 32, resolution, resolution))
    center = np.array([0.1, -0.05, 0.02], np.float32)
    return TriplaneField(planes.astype(np.float32), center, box)


def random_decoder() -> Decoder:
    rng = np.random.default_rng(2)
    shapes = ((64, 32), (64,), (33, 64), (33,))
    return Decoder(*(rng.normal(0, 0.4, shape).astype(np.float32) for shape in shapes))


def bilinear(plane: np.ndarray, across: float, down: float) -> float:
    """One channel at -1..1 coordinates: pixel centres, border continued."""
    size = plane.shape[0]
    value = 0.0
    column, row = ((across + 1) * size - 1) / 2, ((down + 1) * size - 1) / 2
    column, row = min(max(column, 0), size - 1), min(max(row, 0), size - 1)
    for i in range(size):
        for j in range(size):
            value += plane[i, j] * max(0, 1 - abs(i - row)) * max(0, 1 - abs(j - column))
    return value


def by_hand(field: TriplaneField, decoder: Decoder, point: np.ndarray) -> tuple[float, list[float]]:
    """Follow the definition with plain loops."""
    x, y, z = (np.asarray(point, float) - field.center) / (field.box_warp / 2)
    features = [
        (
            bilinear(field.planes[0, channel], x, y)
            + bilinear(field.planes[1, channel], x, z)
            + bilinear(field.planes[2, channel], z, y)
        )
        / 3
        for channel in range(32)
    ]
    hidden = []
    for unit in range(64):
        total = float(decoder.b1[unit])
        for channel in range(32):
            total += float(decoder.w1[unit, channel]) * features[channel]
        hidden.append(math.log1p(math.exp(total)))
    outputs = []
    for output in range(4):
        total = float(decoder.b2[output])
        for unit in range(64):
            total += float(decoder.w2[output, unit]) * hidden[unit]
        outputs.append(total)
    colour = [(1 / (1 + math.exp(-value))) * 1.002 - 0.001 for value in outputs[1:]]
    return math.log1p(math.exp(outputs[0] - 1)), colour


def test_sampling_equals_plain_loops_inside_and_outside_the_cube():
    field, decoder = random_field(), random_decoder()
    points = np.random.default_rng(3).uniform(-0.6, 0.6, (12, 3)).astype(np.float32)
    sigma, rgb = sample_field(field, decoder, torch.from_numpy(points))
    for number, point in enumerate(points):
        density, colour = by_hand(field, decoder, point)
        assert sigma[number].item() == pytest.approx(density, rel=1e-4, abs=1e-5)
        assert rgb[number].tolist() == pytest.approx(colour, abs=1e-5)


def test_each_plane_reads_its_own_axes():
    for plane, (column, row) in enumerate(((0, 1), (0, 2), (2, 1))):
        planes = np.zeros((3, 32, 16, 16), np.float32)
        planes[plane, 0] = np.linspace(0, 1, 16)[None, :]
        planes[plane, 1] = np.linspace(0, 1, 16)[:, None]
        field = TriplaneField(planes, np.zeros(3, np.float32), 1.0)
        points = torch.zeros(2, 3)
        points[0, column], points[1, row] = 0.3, 0.3
        base = sample_features(field, torch.zeros(1, 3))[0, :2]
        features = sample_features(field, points)
        assert features[0, 0] > base[0] and features[0, 1] == pytest.approx(base[1].item())
        assert features[1, 1] > base[1] and features[1, 0] == pytest.approx(base[0].item())


def test_inside_is_the_cube_around_its_centre():
    field = random_field()
    points = torch.tensor([[0.49, -0.44, 0.41], [0.51, 0.0, 0.0], [-0.31, 0.0, 0.0]])
    assert inside(field, points).tolist() == [True, False, False]


def test_gradients_reach_planes_and_decoder():
    field = random_field()
    planes = torch.from_numpy(field.planes).requires_grad_()
    module = random_decoder().module()
    sigma, rgb = sample_field(TriplaneField(planes, field.center, 0.8), module, torch.zeros(5, 3))
    (sigma.sum() + rgb.sum()).backward()
    assert planes.grad is not None and planes.grad.abs().sum() > 0
    assert module.w1.grad is not None and module.w1.grad.abs().sum() > 0
    assert np.array_equal(module.weights().w2, random_decoder().w2)


@pytest.mark.parametrize("shape", [(3, 16, 8, 8), (2, 32, 8, 8), (3, 32, 8, 4), (3, 32, 1, 1)])
def test_planes_of_another_shape_are_refused(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="planes must be"):
        TriplaneField(np.zeros(shape, np.float32), np.zeros(3, np.float32), 1.0)


def test_wrong_decoder_and_box_are_refused():
    with pytest.raises(ValueError, match="box_warp"):
        TriplaneField(np.zeros((3, 32, 4, 4), np.float32), np.zeros(3, np.float32), 0.0)
    with pytest.raises(ValueError, match="decoder w2"):
        Decoder(np.zeros((64, 32)), np.zeros(64), np.zeros((4, 64)), np.zeros(33))  # type: ignore


def test_branches_are_summed():
    field = random_field()
    point = torch.full((1, 3), 0.05)
    torch_field = TriplaneField(torch.from_numpy(field.planes), field.center, field.box_warp)
    for branches in ([field, field], [field, torch_field]):
        both = sample_features(fuse(branches), point)
        assert torch.allclose(both, 2 * sample_features(field, point), atol=1e-5)
    with pytest.raises(ValueError, match="share"):
        fuse([field, random_field(box=0.9)])
    with pytest.raises(ValueError, match="no branch"):
        fuse([])
