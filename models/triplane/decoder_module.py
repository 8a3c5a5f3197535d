"""The decoder as a torch module, for training and for the reference renderer."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from models.triplane.decoder import COLOUR_MARGIN, Decoder


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
