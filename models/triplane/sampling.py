"""Plain torch lookups in a tri-plane field: the definition every fast path is tested against."""

from __future__ import annotations

import torch
from torch.nn import functional

from models.triplane.decoder import Decoder
from models.triplane.decoder_module import DecoderModule
from models.triplane.field import TriplaneField

#: For each plane the axis that runs along its columns and the one along its rows.
PLANE_AXES = ((0, 1), (0, 2), (2, 1))


def sample_features(field: TriplaneField, points: torch.Tensor) -> torch.Tensor:
    """Return the features ``(N, 32)`` at canonical ``points (N, 3)``.

    The mean of three bilinear lookups; outside the cube the border texels continue.
    """
    planes = field.tensor(points.device)
    coordinates = field.normalised(points)
    grid = torch.stack([coordinates[:, list(axes)] for axes in PLANE_AXES])[:, None]
    looked_up = functional.grid_sample(
        planes, grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return looked_up[:, :, 0].mean(0).T


def sample_field(
    field: TriplaneField, decoder: Decoder | DecoderModule, points: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return density ``(N,)`` per canonical unit and sRGB ``(N, 3)`` at ``points (N, 3)``."""
    module = decoder.module(points.device) if isinstance(decoder, Decoder) else decoder
    sigma, rgb = module(sample_features(field, points))
    return sigma, rgb


def inside(field: TriplaneField, points: torch.Tensor) -> torch.Tensor:
    """Tell which of ``points (N, 3)`` lie in the field's cube, ``(N,)`` bool."""
    return (field.normalised(points).abs() <= 1).all(-1)
