"""The small network that turns a tri-plane feature into density and colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from models.triplane.field import CHANNELS

HIDDEN = 64
OUTPUTS = 33
#: EG3D widens the sigmoid by this much so that black and white are reached.
COLOUR_MARGIN = 0.001


@dataclass(frozen=True)
class Decoder:
    """Weights of the EG3D decoder: 32 -> 64 softplus -> density and 32 features.

    Attributes:
        w1: ``(64, 32)``; b1: ``(64,)``; w2: ``(33, 64)``; b2: ``(33,)``, all float32.

    Raises:
        ValueError: for arrays of other shapes.
    """

    w1: NDArray[np.float32]
    b1: NDArray[np.float32]
    w2: NDArray[np.float32]
    b2: NDArray[np.float32]

    def __post_init__(self) -> None:
        shapes = {"w1": (HIDDEN, CHANNELS), "b1": (HIDDEN,), "w2": (OUTPUTS, HIDDEN)}
        for name, shape in {**shapes, "b2": (OUTPUTS,)}.items():
            array = np.ascontiguousarray(getattr(self, name), np.float32)
            if array.shape != shape:
                raise ValueError(f"decoder {name} must be {shape}, not {array.shape}")
            object.__setattr__(self, name, array)

    def module(self, device: torch.device | str | None = None) -> DecoderModule:
        """Return the trainable torch twin with a copy of these weights."""
        return DecoderModule(self).to(device)


class DecoderModule(nn.Module):
    """Torch twin of :class:`Decoder`; parameters have the same names and shapes."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.w1 = nn.Parameter(torch.from_numpy(decoder.w1.copy()))
        self.b1 = nn.Parameter(torch.from_numpy(decoder.b1.copy()))
        self.w2 = nn.Parameter(torch.from_numpy(decoder.w2.copy()))
        self.b2 = nn.Parameter(torch.from_numpy(decoder.b2.copy()))

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Decode ``(..., 32)`` into density ``(...,)`` per unit length and sRGB ``(..., 3)``."""
        hidden = functional.softplus(functional.linear(features, self.w1, self.b1))
        output = functional.linear(hidden, self.w2[:4], self.b2[:4])
        sigma = functional.softplus(output[..., 0] - 1)
        rgb = torch.sigmoid(output[..., 1:4]) * (1 + 2 * COLOUR_MARGIN) - COLOUR_MARGIN
        return sigma, rgb

    def weights(self) -> Decoder:
        """Return the present weights as numpy."""
        arrays = (self.w1, self.b1, self.w2, self.b2)
        return Decoder(*(array.detach().cpu().numpy().copy() for array in arrays))
