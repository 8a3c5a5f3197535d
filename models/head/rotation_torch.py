"""Differentiable twins of ``models.animate.rotation``, batched."""

from __future__ import annotations

import torch
from torch import Tensor

from models.head.flame import rotation_matrix

_SMALL_SINE = 1e-4


def gaze_rotation(gaze: Tensor) -> Tensor:
    """Rotations (..., 3, 3) of eyes by yaw towards +X, then pitch up; ``gaze`` (..., 2) radians."""
    zero = torch.zeros_like(gaze[..., 0])
    yaw = torch.stack([zero, gaze[..., 0], zero], -1)
    pitch = torch.stack([-gaze[..., 1], zero, zero], -1)
    return rotation_matrix(yaw) @ rotation_matrix(pitch)


def rotation_vector(rotation: Tensor) -> Tensor:
    """Axis-angle (..., 3) in radians of rotations (..., 3, 3) by less than 180 degrees."""
    axis = 0.5 * torch.stack(
        [
            rotation[..., 2, 1] - rotation[..., 1, 2],
            rotation[..., 0, 2] - rotation[..., 2, 0],
            rotation[..., 1, 0] - rotation[..., 0, 1],
        ],
        -1,
    )
    cosine = 0.5 * (rotation.diagonal(dim1=-2, dim2=-1).sum(-1) - 1.0)
    squared = (axis * axis).sum(-1)
    small = squared < _SMALL_SINE**2
    # Both branches of where() are differentiated: keep the unused one away from 0 / 0.
    sine = torch.where(small, torch.ones_like(squared), squared).sqrt()
    ratio = torch.where(small, 1.0 + squared / 6.0, torch.atan2(sine, cosine) / sine)
    return axis * ratio[..., None]


def rigid_fit(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Rotation (..., 3, 3) and shift (..., 3) with ``target ~ R source + t`` (Kabsch 1976).

    Args:
        source: (..., N, 3) points that do not lie on a line.
        target: (..., N, 3) where they go.
    """
    centre_a, centre_b = source.mean(-2, keepdim=True), target.mean(-2, keepdim=True)
    u, _, vt = torch.linalg.svd((target - centre_b).mT @ (source - centre_a))
    flip = torch.ones_like(u[..., 0])
    flip[..., 2] = torch.linalg.det((u @ vt).detach()).sign()
    rotation = (u * flip[..., None, :]) @ vt
    shift = centre_b[..., 0, :] - (rotation @ centre_a.mT)[..., 0]
    return rotation, shift
