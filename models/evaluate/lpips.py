"""LPIPS, the learned perceptual distance, on AlexNet or VGG-16 features.

Zhang, Isola, Efros, Shechtman and Wang, "The Unreasonable Effectiveness of Deep Features as a
Perceptual Metric", CVPR 2018, equation 1, version 0.1 of the published heads. The weights are an
asset: one safetensors file with the convolutions ``features.N.weight|bias`` (torchvision's
numbering) and the five heads ``lin0.weight`` to ``lin4.weight`` of shape (1, C, 1, 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from models.assets import asset_path
from models.errors import BadInput
from models.evaluate.metrics import Image, Mask, check_pair, over_grey

Network = Literal["alex", "vgg"]

_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)
_EPSILON = 1e-10


@dataclass(frozen=True)
class Stage:
    """Convolutions between two taps: an optional max-pool, then (index, stride, padding)s."""

    pool: int | None
    convolutions: tuple[tuple[int, int, int], ...]


STAGES: dict[Network, tuple[Stage, ...]] = {
    "alex": (
        Stage(None, ((0, 4, 2),)),
        Stage(3, ((3, 1, 2),)),
        Stage(3, ((6, 1, 1),)),
        Stage(None, ((8, 1, 1),)),
        Stage(None, ((10, 1, 1),)),
    ),
    "vgg": (
        Stage(None, ((0, 1, 1), (2, 1, 1))),
        Stage(2, ((5, 1, 1), (7, 1, 1))),
        Stage(2, ((10, 1, 1), (12, 1, 1), (14, 1, 1))),
        Stage(2, ((17, 1, 1), (19, 1, 1), (21, 1, 1))),
        Stage(2, ((24, 1, 1), (26, 1, 1), (28, 1, 1))),
    ),
}


class Lpips(nn.Module):
    """The distance network; frozen, and differentiable with respect to its images."""

    def __init__(self, network: Network, weights: dict[str, Tensor]) -> None:
        """Take the tensors of one asset; KeyError names the first one that is missing."""
        super().__init__()
        self._stages = STAGES[network]
        self._names: dict[str, str] = {}
        for name in _tensor_names(self._stages):
            attribute = name.replace(".", "_")
            self._names[name] = attribute
            self.register_buffer(attribute, weights[name].float())
        self.register_buffer("_shift", torch.tensor(_SHIFT).view(1, 3, 1, 1))
        self.register_buffer("_scale", torch.tensor(_SCALE).view(1, 3, 1, 1))

    def _tensor(self, name: str) -> Tensor:
        return self.get_buffer(self._names.get(name, name))

    def features(self, images: Tensor) -> list[Tensor]:
        """Activations after each of the five taps for ``images`` (B,3,H,W) in 0..1."""
        x = (images * 2.0 - 1.0 - self._tensor("_shift")) / self._tensor("_scale")
        taps = []
        for stage in self._stages:
            if stage.pool is not None:
                x = functional.max_pool2d(x, stage.pool, stride=2)
            for index, stride, padding in stage.convolutions:
                weight = self._tensor(f"features.{index}.weight")
                bias = self._tensor(f"features.{index}.bias")
                x = functional.relu(functional.conv2d(x, weight, bias, stride, padding))
            taps.append(x)
        return taps

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Distance (B,) of two batches (B,3,H,W) in 0..1; at least 64 pixels a side."""
        total = a.new_zeros(a.shape[0])
        for layer, (fa, fb) in enumerate(zip(self.features(a), self.features(b), strict=True)):
            squared = (_unit(fa) - _unit(fb)) ** 2
            head = self._tensor(f"lin{layer}.weight")
            total = total + functional.conv2d(squared, head).mean(dim=(1, 2, 3))
        return total


def _unit(features: Tensor) -> Tensor:
    """Scale every pixel's channel vector to unit length."""
    length: Tensor = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    return features / (length + _EPSILON)


def _tensor_names(stages: tuple[Stage, ...]) -> list[str]:
    """Names of all tensors that an asset for ``stages`` must hold."""
    indices = [index for stage in stages for index, _, _ in stage.convolutions]
    names = [f"features.{index}.{part}" for index in indices for part in ("weight", "bias")]
    return names + [f"lin{layer}.weight" for layer in range(len(stages))]


def load_lpips(network: Network = "alex") -> Lpips:
    """Return the distance network from the asset ``lpips_alex`` or ``lpips_vgg``.

    Raises MissingAsset when the asset is absent and BadInput when its file cannot be used.
    """
    return _load(network, asset_path(f"lpips_{network}"))


@lru_cache(maxsize=2)
def _load(network: Network, path: Path) -> Lpips:
    try:
        return Lpips(network, load_file(path)).eval()
    except (SafetensorError, KeyError) as error:
        raise BadInput(
            f"{path} is not a usable LPIPS weight file ({error}); fetch it again with "
            f"`triptych assets fetch lpips_{network}`."
        ) from error


def lpips(a: Image, b: Image, mask: Mask | None = None, *, network: Network = "alex") -> float:
    """LPIPS distance of two images (3,H,W) in 0..1; 0 is identical.

    With a mask both pictures are composited over the same mid-grey outside it, so that only the
    foreground and its silhouette can differ; the mean still runs over the whole picture.
    """
    check_pair(a, b, mask)
    if mask is not None:
        a, b = over_grey(a, mask), over_grey(b, mask)
    pair = [torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))[None] for x in (a, b)]
    with torch.inference_mode():
        return float(load_lpips(network)(*pair))
