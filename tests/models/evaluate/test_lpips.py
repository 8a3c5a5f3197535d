"""LPIPS: arithmetic against a plain version, and published values where the weights are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from scipy.ndimage import gaussian_filter
from skimage.data import astronaut
from torch import Tensor, nn

from models.assets import find_asset
from models.errors import BadInput, MissingAsset
from models.evaluate import lpips as module
from models.evaluate.lpips import Lpips, Network, load_lpips, lpips

ALEX = (("c", 0, 3, 8, 11, 4, 2), ("r",), ("p", 3), ("c", 3, 8, 9, 5, 1, 2), ("r",), ("p", 3),
        ("c", 6, 9, 7, 3, 1, 1), ("r",), ("c", 8, 7, 6, 3, 1, 1), ("r",), ("c", 10, 6, 5, 3, 1, 1),
        ("r",))  # fmt: skip
VGG_LAYOUT = (2, 2, 3, 3, 3)


def vgg() -> tuple[tuple[object, ...], ...]:
    layers: list[tuple[object, ...]] = []
    index, width = 0, 3
    for block, count in enumerate(VGG_LAYOUT):
        for _ in range(count):
            layers += [("c", index, width, 4 + block, 3, 1, 1), ("r",)]
            index, width = index + 2, 4 + block
        if block < len(VGG_LAYOUT) - 1:
            layers.append(("p", 2))
            index += 1
    return tuple(layers)


TAPS = {"alex": (0, 3, 6, 8, 10), "vgg": (2, 7, 14, 21, 28)}


def random_weights(network: Network) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(7)
    weights: dict[str, Tensor] = {}
    for layer in ALEX if network == "alex" else vgg():
        if layer[0] == "c":
            _, index, wide, out, kernel, *_ = layer
            shape = (out, wide, kernel, kernel)
            weights[f"features.{index}.weight"] = torch.randn(shape, generator=generator) * 0.2
            weights[f"features.{index}.bias"] = torch.randn(out, generator=generator) * 0.1
    for number, index in enumerate(TAPS[network]):
        channels = weights[f"features.{index}.bias"].shape[0]
        weights[f"lin{number}.weight"] = torch.rand((1, channels, 1, 1), generator=generator)
    return weights


def plain_lpips(network: Network, weights: dict[str, Tensor], a: Tensor, b: Tensor) -> float:
    """The published recipe, layer by layer in torch.nn modules and numpy sums."""

    def activations(image: Tensor) -> list[np.ndarray]:
        shift = torch.tensor([-0.030, -0.088, -0.188])[None, :, None, None]
        scale = torch.tensor([0.458, 0.448, 0.450])[None, :, None, None]
        x, index, taps = ((2 * image - 1) - shift) / scale, 0, []
        for kind, *numbers in ALEX if network == "alex" else vgg():
            if kind == "c":
                index, wide, out, kernel, stride, padding = numbers
                convolution = nn.Conv2d(wide, out, kernel, stride, padding)
                convolution.weight.data = weights[f"features.{index}.weight"]
                convolution.bias.data = weights[f"features.{index}.bias"]
                x = convolution(x)
            elif kind == "r":
                x = nn.ReLU()(x)
                if index in TAPS[network]:
                    taps.append(x[0].detach().numpy().astype(np.float64))
            else:
                x = nn.MaxPool2d(numbers[0], 2)(x)
        return taps

    total = 0.0
    for number, (fa, fb) in enumerate(zip(activations(a), activations(b), strict=True)):
        head = weights[f"lin{number}.weight"].numpy().reshape(-1, 1, 1)
        unit_a = fa / (np.sqrt((fa**2).sum(0)) + 1e-10)
        unit_b = fb / (np.sqrt((fb**2).sum(0)) + 1e-10)
        total += float((head * (unit_a - unit_b) ** 2).sum(0).mean())
    return total


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Tensor]:
    """A small network with random weights in the place of the asset."""
    weights = random_weights("alex")
    path = tmp_path / "lpips_alex.safetensors"
    save_file(weights, path)
    monkeypatch.setattr(module, "asset_path", lambda name: path)
    return weights


def pictures(seed: int = 0, size: int = 72) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random((3, size, size), np.float32), rng.random((3, size, size), np.float32)


@pytest.mark.parametrize("network", ["alex", "vgg"])
def test_arithmetic(network: Network) -> None:
    weights = random_weights(network)
    a, b = (torch.from_numpy(x)[None] for x in pictures())
    expected = plain_lpips(network, weights, a, b)
    assert expected > 0.01
    model = Lpips(network, weights)
    assert model(a, b).item() == pytest.approx(expected, abs=1e-5)
    assert model(a, a).item() == 0
    both = model(torch.cat((a, b)), torch.cat((b, b)))
    assert both.detach().numpy() == pytest.approx([expected, 0], abs=1e-5)


def test_function_and_mask(installed: dict[str, Tensor]) -> None:
    a, b = pictures()
    expected = plain_lpips("alex", installed, *(torch.from_numpy(x)[None] for x in (a, b)))
    assert lpips(a, b) == pytest.approx(expected, abs=1e-5)
    mask = np.zeros((1, 72, 72), np.float32)
    mask[:, 20:50, 20:50] = 1
    c = a.copy()
    c[:, :15] = 0
    assert lpips(a, c, mask) == 0 < lpips(a, c)
    c[:, 30:40, 30:40] = 0
    assert lpips(a, c, mask) > 0


def test_is_differentiable() -> None:
    model = Lpips("alex", random_weights("alex"))
    a, b = (torch.from_numpy(x)[None] for x in pictures())
    a.requires_grad_(True)
    model(a, b).sum().backward()
    assert a.grad is not None
    assert float(a.grad.abs().max()) > 0
    assert not list(model.parameters())


def test_missing_and_damaged_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Path:
        raise MissingAsset(f"{name} is not installed.")

    monkeypatch.setattr(module, "asset_path", absent)
    with pytest.raises(MissingAsset, match="lpips_vgg"):
        load_lpips("vgg")
    half = random_weights("alex")
    del half["lin3.weight"]
    for name, write in (
        ("noise", lambda path: path.write_bytes(b"no tensors here")),
        ("half", lambda path: save_file(half, path)),
    ):
        path = tmp_path / f"{name}.safetensors"
        write(path)
        monkeypatch.setattr(module, "asset_path", lambda asset, path=path: path)
        with pytest.raises(BadInput, match=f"{name}.safetensors"):
            load_lpips("alex")


PUBLISHED: dict[Network, dict[str, float]] = {
    "alex": {"noise": 0.4330668, "blur": 0.3636998, "flip": 0.3679208},
    "vgg": {"noise": 0.4886059, "blur": 0.3576782, "flip": 0.4571246},
}


@pytest.mark.parametrize("network", ["alex", "vgg"])
def test_published_values(network: Network) -> None:
    """Values of the published implementation (PyPI lpips 0.1.4, version 0.1)."""
    if find_asset(f"lpips_{network}") is None:
        pytest.skip("the LPIPS weights are optional")
    a = astronaut().transpose(2, 0, 1)[:, :256, 96:352].astype(np.float32) / 255
    noise = np.random.default_rng(0).normal(0, 0.1, a.shape)
    others = {
        "noise": np.clip(a + noise, 0, 1).astype(np.float32),
        "blur": gaussian_filter(a, (0, 2, 2)).astype(np.float32),
        "flip": np.ascontiguousarray(a[:, :, ::-1]),
    }
    found = {name: lpips(a, other, network=network) for name, other in others.items()}
    assert found == pytest.approx(PUBLISHED[network], abs=1e-4)
    assert lpips(a, a, network=network) == 0
