"""Dense volume rendering of tri-plane fields: slow, differentiable, the measure of all others.

Two passes as in NeRF (Mildenhall et al. 2020, section 5.2) and EG3D: coarse samples along each
ray, importance samples where the coarse weights are, both sorted together and composited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from models.camera import Camera
from models.triplane.decoder import Decoder
from models.triplane.decoder_module import DecoderModule
from models.triplane.field import TriplaneField
from models.triplane.sampling import inside, sample_field


class Warp(Protocol):
    """Says where points of a posed avatar lie in canonical space."""

    def bounds(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the lower and upper corner of the posed volume, each ``(3,)``."""
        ...

    def __call__(self, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Map posed ``(N, 3)`` to canonical ``(N, 3)``, field index ``(N,)``, valid ``(N,)``."""
        ...


#: Density that a field's colour counts with at least, where it is empty.
_TRACE = 1e-6
#: Weight of a solid layer's first sample beyond its own, for rays that meet no density at all.
_FAINT = 1 / 1024

PointMap = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Layer:
    """A stretch of every ray that is marched by itself.

    Attributes:
        warp: where its points lie in canonical space, as :class:`Warp`; ``None`` for there.
        near: ``(R,)`` distance from the camera at which each ray enters the layer.
        far: ``(R,)`` distance at which it leaves; rays miss the layer where ``far <= near``.
        solid: rays that enter it end in it: they take on the mean colour of the samples by
            weight, however little density they meet.
    """

    warp: PointMap | None
    near: torch.Tensor
    far: torch.Tensor
    solid: bool = False


@dataclass(frozen=True)
class ReferenceImage:
    """What the reference renderer returns.

    Attributes:
        rgb: ``(3, H, W)`` straight sRGB, 0 where nothing was hit.
        alpha: ``(1, H, W)`` opacity.
        depth: ``(1, H, W)`` opacity-weighted distance along the ray, 0 where nothing was hit.
    """

    rgb: torch.Tensor
    alpha: torch.Tensor
    depth: torch.Tensor


#: Premultiplied colour ``(N, 3)``, opacity ``(N,)`` and weighted depth ``(N,)`` of rays.
_Rays = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Quality:
    """How finely the reference samples.

    Attributes:
        coarse: samples of the first pass per ray.
        fine: importance samples of the second pass per ray.
        seed: jitter of the samples inside their strata; ``None`` takes the middles.
        chunk: rays at a time.
        supersample: rays per pixel along each axis.
    """

    coarse: int = 96
    fine: int = 96
    seed: int | None = None
    chunk: int = 4096
    supersample: int = 1


@dataclass(frozen=True)
class _Scene:
    fields: Sequence[TriplaneField]
    decoder: DecoderModule

    def bounds(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        corners = [field.bounds for field in self.fields]
        return np.min([low for low, _ in corners], 0), np.max([high for _, high in corners], 0)

    def sample(
        self, points: torch.Tensor, warp: PointMap | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Density ``(N,)`` summed over the fields and density-weighted colour ``(N, 3)``."""
        canonical, index, valid = points, None, None
        if warp is not None:
            canonical, index, valid = warp(points)
        sigma, weighted = points.new_zeros(len(points)), points.new_zeros(len(points), 3)
        shares = torch.zeros_like(sigma)
        for number, field in enumerate(self.fields):
            chosen = inside(field, canonical)
            if index is not None and valid is not None:
                chosen = chosen & valid & (index == number)
            where = chosen.nonzero()[:, 0]
            if len(where):
                density, rgb = sample_field(field, self.decoder, canonical[where])
                sigma = sigma.index_add(0, where, density)
                share = density + _TRACE
                weighted = weighted.index_add(0, where, share[:, None] * rgb)
                shares = shares.index_add(0, where, share)
        return sigma, weighted / shares.clamp_min(_TRACE)[:, None]


def render_reference(
    fields: Sequence[TriplaneField],
    decoder: Decoder | DecoderModule,
    camera: Camera,
    size: int,
    *,
    warp: Warp | None = None,
    layers: Sequence[Layer] | None = None,
    quality: Quality | None = None,
    device: torch.device | str = "cpu",
) -> ReferenceImage:
    """Render ``size x size`` pixels of ``fields`` as seen by ``camera``.

    Several fields share space: their densities add up and colours are weighted by density; a
    field is empty outside its cube. With ``warp`` the rays run through the posed avatar and each
    sample is looked up in the field that the warp names. With ``layers``, front to back, rays
    are followed through these alone. Gradients reach planes and decoder.
    """
    quality = quality or Quality()
    module = decoder.module(device) if isinstance(decoder, Decoder) else decoder
    scene = _Scene(fields, module)
    rays = size * quality.supersample
    origin, directions = camera.rays(rays, rays)
    start = torch.as_tensor(np.asarray(origin, np.float32), device=device)
    flat = torch.as_tensor(np.asarray(directions, np.float32), device=device).reshape(-1, 3)
    generator = _generator(quality.seed, device)
    if layers is None:
        box = scene.bounds() if warp is None else warp.bounds()
        layers = [Layer(warp, *_ray_box(start, flat, *box))]
    chunks = []
    for first in range(0, len(flat), quality.chunk):
        mine = slice(first, first + quality.chunk)
        marched = [
            _render_layer(scene, layer, mine, start, flat[mine], quality, generator)
            for layer in layers
        ]
        chunks.append(_stack(marched))
    premultiplied, alpha, depth = (torch.cat(parts) for parts in zip(*chunks, strict=True))
    return _assemble(premultiplied, alpha, depth, size, quality.supersample)


def _assemble(
    premultiplied: torch.Tensor, alpha: torch.Tensor, depth: torch.Tensor, size: int, factor: int
) -> ReferenceImage:
    """Average rays per pixel and divide by opacity."""

    def pixels(values: torch.Tensor) -> torch.Tensor:
        grid = values.reshape(size, factor, size, factor, -1)
        return grid.mean((1, 3)).permute(2, 0, 1)

    opacity = pixels(alpha)
    solid = opacity.clamp_min(1e-6)
    return ReferenceImage(pixels(premultiplied) / solid, opacity, pixels(depth) / solid)


def _generator(seed: int | None, device: torch.device | str) -> torch.Generator | None:
    return None if seed is None else torch.Generator(device).manual_seed(seed)


def _stack(layers: Sequence[_Rays]) -> _Rays:
    """Lay what rays found in layers, front to back, one over the other (Porter-Duff)."""
    rgb, alpha, depth = layers[0]
    for below, opacity, farther in layers[1:]:
        clear = 1 - alpha
        rgb, depth = rgb + clear[:, None] * below, depth + clear * farther
        alpha = alpha + clear * opacity
    return rgb, alpha, depth


def _render_layer(
    scene: _Scene,
    layer: Layer,
    mine: slice,
    origin: torch.Tensor,
    directions: torch.Tensor,
    quality: Quality,
    generator: torch.Generator | None,
) -> _Rays:
    """Follow the rays ``mine`` through a layer."""
    near, far = (torch.as_tensor(end[mine]).to(origin) for end in (layer.near, layer.far))
    rgb, alpha = directions.new_zeros(len(directions), 3), directions.new_zeros(len(directions))
    depth = alpha.clone()
    hit = (far > near).nonzero()[:, 0]
    if len(hit) == 0:
        return rgb, alpha, depth
    rays = directions[hit]
    coarse = _strata(near[hit], far[hit], quality.coarse, generator)
    sigma, colour = _sample_rays(scene, layer.warp, origin, rays, coarse)
    with torch.no_grad():
        weights = _weights(sigma, coarse)
        fine = _importance(coarse, weights, quality.fine, generator)
    fine_sigma, fine_colour = _sample_rays(scene, layer.warp, origin, rays, fine)
    distances, order = torch.cat([coarse, fine], 1).sort(1)
    sigma = torch.cat([sigma, fine_sigma], 1).gather(1, order)
    colour = torch.cat([colour, fine_colour], 1).gather(1, order[..., None].expand(-1, -1, 3))
    result = _composite(sigma, colour, distances)
    if layer.solid:
        result = _solidify(result, colour[:, 0], distances[:, 0])
    return (
        rgb.index_copy(0, hit, result[0]),
        alpha.index_copy(0, hit, result[1]),
        depth.index_copy(0, hit, result[2]),
    )


def _ray_box(
    origin: torch.Tensor,
    directions: torch.Tensor,
    low: NDArray[np.float32],
    high: NDArray[np.float32],
) -> tuple[torch.Tensor, torch.Tensor]:
    """Distances at which rays enter and leave a box (slab test); empty where far <= near."""
    safe = torch.where(directions.abs() < 1e-9, torch.full_like(directions, 1e-9), directions)
    first = (torch.as_tensor(low, device=origin.device) - origin) / safe
    second = (torch.as_tensor(high, device=origin.device) - origin) / safe
    near = torch.minimum(first, second).amax(1).clamp_min(0)
    return near, torch.maximum(first, second).amin(1)


def _strata(
    near: torch.Tensor, far: torch.Tensor, count: int, generator: torch.Generator | None
) -> torch.Tensor:
    """Distances ``(N, count)``, one in each of ``count`` equal intervals."""
    offset: torch.Tensor | float = 0.5
    if generator is not None:
        offset = torch.rand(len(near), count, generator=generator, device=near.device)
    steps = (torch.arange(count, device=near.device) + offset) / count
    return near[:, None] + (far - near)[:, None] * steps


def _sample_rays(
    scene: _Scene,
    warp: PointMap | None,
    origin: torch.Tensor,
    directions: torch.Tensor,
    distances: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Density ``(N, S)`` and colour ``(N, S, 3)`` at ``distances (N, S)`` along rays."""
    points = origin + directions[:, None] * distances[..., None]
    sigma, rgb = scene.sample(points.reshape(-1, 3), warp)
    return sigma.reshape(distances.shape), rgb.reshape(*distances.shape, 3)


def _weights(sigma: torch.Tensor, distances: torch.Tensor) -> torch.Tensor:
    """Compositing weights ``(N, S-1)`` of the intervals between samples (NeRF, equation 3)."""
    optical = (sigma[:, 1:] + sigma[:, :-1]) / 2 * distances.diff(dim=1)
    before = torch.cat([torch.zeros_like(optical[:, :1]), optical[:, :-1].cumsum(1)], 1)
    return torch.exp(-before) * (1 - torch.exp(-optical))


def _importance(
    distances: torch.Tensor, weights: torch.Tensor, count: int, generator: torch.Generator | None
) -> torch.Tensor:
    """Draw ``(N, count)`` distances from the piecewise constant density ``weights``.

    Weights are widened to their neighbours first (mip-NeRF, equation 18), so that a surface
    between two coarse samples is not missed.
    """
    padded = torch.nn.functional.pad(weights[:, None], (1, 1), mode="replicate")[:, 0]
    widest = torch.maximum(padded[:, :-1], padded[:, 1:])
    blurred = (widest[:, :-1] + widest[:, 1:]) / 2 + 1e-5
    cumulative = torch.cat([torch.zeros_like(blurred[:, :1]), blurred.cumsum(1)], 1)
    cumulative = cumulative / cumulative[:, -1:]
    unit = _strata(
        torch.zeros_like(distances[:, 0]), torch.ones_like(distances[:, 0]), count, generator
    )
    upper = torch.searchsorted(cumulative, unit, right=True).clamp(1, weights.shape[1])
    low, high = cumulative.gather(1, upper - 1), cumulative.gather(1, upper)
    share = (unit - low) / (high - low).clamp_min(1e-9)
    start, end = distances.gather(1, upper - 1), distances.gather(1, upper)
    return start + share * (end - start)


def _solidify(rays: _Rays, colour: torch.Tensor, distance: torch.Tensor) -> _Rays:
    """Make rays opaque: means by weight, where ``colour (N, 3)`` at ``distance`` comes first."""
    rgb, alpha, depth = rays
    total = alpha + _FAINT
    mean = (rgb + _FAINT * colour) / total[:, None]
    return mean, torch.ones_like(alpha), (depth + _FAINT * distance) / total


def _composite(sigma: torch.Tensor, colour: torch.Tensor, distances: torch.Tensor) -> _Rays:
    """Premultiplied colour, opacity and weighted depth; intervals blend their ends by density."""
    weights = _weights(sigma, distances)
    both = sigma[:, 1:] + sigma[:, :-1] + 1e-8
    ends = sigma[:, :-1, None] * colour[:, :-1] + sigma[:, 1:, None] * colour[:, 1:]
    rgb = (weights[..., None] * (ends / both[..., None])).sum(1)
    middle = (distances[:, 1:] + distances[:, :-1]) / 2
    return rgb, weights.sum(1), (weights * middle).sum(1)
