"""The small network that turns a tri-plane feature into density and colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.triplane.field import CHANNELS

if TYPE_CHECKING:
    import torch

    from models.triplane.decoder_module import DecoderModule

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
        # Not above: rendering on the processor does without torch.
        from models.triplane.decoder_module import DecoderModule

        return DecoderModule(self).to(device)
