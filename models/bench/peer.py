"""The peers' way: EG3D's volume renderer in plain torch, as its paper describes it.

Chan et al., "Efficient Geometry-aware 3D Generative Adversarial Networks", CVPR 2022, section 4
and its supplement: 48 stratified and 48 importance samples a ray between fixed distances (2.25 and
3.3 for a camera 2.7 away), three bilinear ``grid_sample`` lookups and their mean, a decoder of one
hidden layer of 64 softplus units for every sample, all 32 feature channels composited. GOHA, LP3D,
Portrait4D and Triplane Fusion render so, at 64 to 128 pixels, before a super-resolution network
(not included here).
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from models.camera import Camera
from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField
from models.triplane.sampling import sample_features

COARSE, FINE = 48, 48
_BEFORE, _BEHIND = 0.45, 0.60
"""Stretch of the rays that is sampled, before and behind the camera's distance to the origin."""
_CHUNK = 1 << 14


@torch.no_grad()
def render_eg3d(
    field: TriplaneField,
    decoder: Decoder,
    camera: Camera,
    size: int,
    *,
    coarse: int = COARSE,
    fine: int = FINE,
    device: str = "cpu",
) -> torch.Tensor:
    """Feature image (33, size, size): 32 composited channels, sRGB first, and opacity."""
    origin, directions = camera.rays(size, size)
    start = torch.as_tensor(np.asarray(origin, np.float32), device=device)
    rays = torch.as_tensor(np.ascontiguousarray(directions), device=device).reshape(-1, 3)
    weights = [torch.as_tensor(w, device=device) for w in _arrays(decoder)]
    distance = float(np.linalg.norm(camera.position))
    near, far = distance - _BEFORE, distance + _BEHIND
    # The planes move once, not for each chunk.
    placed = TriplaneField(field.tensor(device), field.center, field.box_warp)
    parts = [
        _march(placed, weights, start, rays[first : first + _CHUNK], near, far, coarse, fine)
        for first in range(0, len(rays), _CHUNK)
    ]
    return torch.cat(parts).T.reshape(-1, size, size)


def _arrays(decoder: Decoder) -> tuple[np.ndarray, ...]:
    return decoder.w1, decoder.b1, decoder.w2, decoder.b2


def _march(
    field: TriplaneField,
    weights: list[torch.Tensor],
    origin: torch.Tensor,
    rays: torch.Tensor,
    near: float,
    far: float,
    coarse: int,
    fine: int,
) -> torch.Tensor:
    """Features and opacity (N, 33) of rays (N, 3)."""
    strata = (torch.arange(coarse, device=rays.device) + 0.5) / coarse
    first = (near + (far - near) * strata).expand(len(rays), coarse)
    sigma, colour = _shade(field, weights, origin, rays, first)
    second = _importance(first, _ray_weights(sigma, first), fine)
    more_sigma, more_colour = _shade(field, weights, origin, rays, second)
    depths, order = torch.cat([first, second], 1).sort(1)
    sigma = torch.cat([sigma, more_sigma], 1).gather(1, order)
    colour = torch.cat([colour, more_colour], 1)
    colour = colour.gather(1, order[..., None].expand(-1, -1, colour.shape[-1]))
    share = _ray_weights(sigma, depths)
    middle = (colour[:, 1:] + colour[:, :-1]) / 2
    return torch.cat([(share[..., None] * middle).sum(1), share.sum(1, keepdim=True)], 1)


def _shade(
    field: TriplaneField,
    weights: list[torch.Tensor],
    origin: torch.Tensor,
    rays: torch.Tensor,
    depths: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Density (N, S) and features (N, S, 32) at distances (N, S)."""
    points = origin + rays[:, None] * depths[..., None]
    features = sample_features(field, points.reshape(-1, 3))
    w1, b1, w2, b2 = weights
    output = functional.linear(functional.softplus(functional.linear(features, w1, b1)), w2, b2)
    sigma = functional.softplus(output[:, 0] - 1)
    colour = torch.sigmoid(output[:, 1:]) * 1.002 - 0.001
    return sigma.reshape(depths.shape), colour.reshape(*depths.shape, -1)


def _ray_weights(sigma: torch.Tensor, depths: torch.Tensor) -> torch.Tensor:
    """Weights (N, S - 1) of the stretches between samples, by their mean density."""
    optical = (sigma[:, 1:] + sigma[:, :-1]) / 2 * depths.diff(dim=1)
    alpha = 1 - torch.exp(-optical)
    clear = torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-10], 1).cumprod(1)
    return alpha * clear[:, :-1]


def _importance(depths: torch.Tensor, weights: torch.Tensor, count: int) -> torch.Tensor:
    """Distances (N, count) drawn evenly from the smoothed coarse weights."""
    padded = functional.pad(weights[:, None], (1, 1))
    smooth = functional.avg_pool1d(functional.max_pool1d(padded, 2, 1), 2, 1)[:, 0] + 0.01
    cumulative = functional.pad((smooth / smooth.sum(1, keepdim=True)).cumsum(1), (1, 0))
    place = (torch.arange(count, device=depths.device) + 0.5) / count
    wanted = place.expand(len(depths), count).contiguous()
    above = torch.searchsorted(cumulative, wanted, right=True).clamp(1, smooth.shape[1])
    low, high = cumulative.gather(1, above - 1), cumulative.gather(1, above)
    share = (wanted - low) / (high - low).clamp_min(1e-5)
    start, end = depths.gather(1, above - 1), depths.gather(1, above)
    return start + share * (end - start)
