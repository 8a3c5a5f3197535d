"""The narrow-band renderer in plain torch: CUDA, MPS, or CPU as a check of the numba kernels.

Triangles are set up by the same kernels as on the CPU; drawing, grouping and shading run on the
device. The steps and their order are those of :mod:`models.render.narrowband`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from models.render.group import MERGE
from models.render.march import FAINT, OPAQUE
from models.render.packed import PackedDecoder, PackedField
from models.render.raster import NEAR
from models.render.scene import (
    Frame,
    FrameBuffers,
    Prepared,
    Scene,
    describe_all,
    ray_table,
    vertex_normals,
)
from models.render.torch_raster import TriangleTensors, rasterise
from models.triplane.decoder import COLOUR_MARGIN
from models.triplane.sampling import PLANE_AXES


@dataclass(frozen=True)
class _View:
    """What all steps need on the device."""

    scene: Scene
    records: torch.Tensor
    part: torch.Tensor
    planes: list[torch.Tensor]
    rays: torch.Tensor
    pixels: torch.Tensor


@torch.no_grad()
def render_torch(
    scene: Scene, prepared: Prepared, buffers: FrameBuffers, device_name: str
) -> Frame:
    """Draw ``scene`` on a torch device; the picture agrees with the numba kernels' to 40 dB."""
    device = torch.device(device_name)
    grid = 2 * scene.size
    describe_all(scene, prepared)
    opaque = TriangleTensors.upload(~scene.soft, prepared.edges, prepared.boxes, device)
    nearness, behind = rasterise(opaque, grid, NEAR)
    layers = [behind]
    if scene.soft.any():
        fringe = TriangleTensors.upload(scene.soft, prepared.edges, prepared.boxes, device)
        layers.insert(0, rasterise(fringe, grid, NEAR, nearness)[1])
    quads = [_quads(layer, scene.size) for layer in layers]
    covered = torch.stack([(quad >= 0).any(1) for quad in quads]).any(0).nonzero()[:, 0]
    view = _View(
        scene,
        torch.from_numpy(prepared.records).to(device),
        torch.from_numpy(scene.part).to(device).long(),
        [_device_planes(packed, buffers, device) for packed in scene.fields],
        torch.from_numpy(ray_table(scene.camera, scene.size)).to(device),
        covered,
    )
    buffers.forget_tensors(scene.fields)
    premultiplied = torch.zeros(len(covered), 4, 3, device=device)
    clear = torch.ones(len(covered), 4, device=device)
    for number, quad in enumerate(quads):
        solid = number == len(quads) - 1
        colour, through = _shade_layer(view, quad[covered], solid)
        premultiplied += clear[..., None] * colour
        clear = clear * through
    return _frame(view, prepared, quads, premultiplied, clear)


def _quads(owner: torch.Tensor, size: int) -> torch.Tensor:
    """Rearrange samples ``(4 size^2,)`` to four per pixel ``(size^2, 4)``."""
    grid = owner.reshape(size, 2, size, 2)
    return grid.permute(0, 2, 1, 3).reshape(size * size, 4)


def _device_planes(
    packed: PackedField, buffers: FrameBuffers, device: torch.device
) -> torch.Tensor:
    """Planes ``(3, C, R, R)`` as float32 features, kept between frames."""

    def upload() -> torch.Tensor:
        return 3 * torch.from_numpy(packed.planes).to(device).permute(0, 3, 1, 2).contiguous()

    return buffers.tensor(packed, device, upload)


def _sample_places(view: _View) -> tuple[torch.Tensor, torch.Tensor]:
    """Columns and rows ``(P, 4)`` of the covered pixels' samples."""
    offset = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], device=view.pixels.device)
    column, row = view.pixels % view.scene.size, view.pixels // view.scene.size
    return 2 * column[:, None] + offset[:, 0], 2 * row[:, None] + offset[:, 1]


def _surface(
    view: _View, quad: torch.Tensor, middle: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Canonical positions ``(P, 4, 3)`` and depths ``(P, 4)`` of the samples.

    With ``middle`` those of one triangle per pixel ``(P, 1)`` at the pixel's centre.
    """
    column, row = _sample_places(view)
    if middle:
        column, row = column[:, :1] + 0.5, row[:, :1] + 0.5
    record = view.records[quad.clamp_min(0)]
    x, y = column - record[..., 22], row - record[..., 23]
    planes = record[..., :12].reshape(*quad.shape, 4, 3)
    values = planes[..., 0] * x[..., None] + planes[..., 1] * y[..., None] + planes[..., 2]
    # Records of triangles out of sight were never written: no NaN may leak from free samples.
    values = torch.where((quad >= 0)[..., None], values, torch.ones_like(values))
    depth = 1 / values[..., 3]
    return values[..., :3] * depth[..., None], depth


def _group(
    view: _View, quad: torch.Tensor, positions: torch.Tensor, depth: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Join close samples of a pixel: slot of each ``(P, 4)``, mean positions ``(P, 4, 3)``."""
    slot = torch.full_like(quad, -1)
    mean, members = positions.clone(), torch.zeros_like(depth)
    part = view.part[quad.clamp_min(0)]
    reach = (float(MERGE) * view.rays[3, 0] * depth) ** 2
    for sample in range(4):
        free = quad[:, sample] >= 0
        for other in range(sample):
            near = (mean[:, other] - positions[:, sample]).square().sum(1) <= reach[:, sample]
            same = quad[:, other] == quad[:, sample]
            joins = free & (members[:, other] > 0)
            joins &= same | (near & (part[:, other] == part[:, sample]))
            share = joins / (members[:, other] + 1)
            mean[:, other] += (positions[:, sample] - mean[:, other]) * share[:, None]
            members[:, other] += joins
            slot[joins, sample] = other
            free &= ~joins
        members[:, sample] += free
        slot[free, sample] = sample
    return slot, mean


def _smooth(view: _View, quad: torch.Tensor) -> torch.Tensor:
    """Tell ``(P,)`` where the first sample's triangle stands for the pixel, as numba does."""
    column, row = _sample_places(view)
    first = view.records[quad[:, :1].clamp_min(0)]
    x, y = column - first[..., 22], row - first[..., 23]
    expected = first[..., 9] * x + first[..., 10] * y + first[..., 11]
    record = view.records[quad.clamp_min(0)]
    x, y = column - record[..., 22], row - record[..., 23]
    near = record[..., 9] * x + record[..., 10] * y + record[..., 11]
    part = view.part[quad.clamp_min(0)]
    reach = record[..., 27] + first[..., 27]
    apart = (record[..., 24:27] - first[..., 24:27]).square().sum(-1) > reach.square()
    joined = ((near - expected).abs() <= view.rays[3, 0] * near) & ~apart
    joined |= quad == quad[:, :1]
    return ((quad >= 0) & (part == part[:, :1]) & joined).all(1)


def _shade_layer(view: _View, quad: torch.Tensor, solid: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Premultiplied colour ``(P, 4, 3)`` and transmittance ``(P, 4)`` of a layer's samples."""
    positions, depth = _surface(view, quad)
    slot, mean = _group(view, quad, positions, depth)
    smooth = _smooth(view, quad)
    slot[smooth] = 0
    mean[smooth, 0] = _surface(view, quad[:, :1], middle=True)[0][smooth, 0]
    own = torch.arange(4, device=quad.device)
    pixel, place = (slot == own).nonzero(as_tuple=True)
    face = quad[pixel, place]
    rgb, through = _march(view, mean[pixel, place], view.pixels[pixel], face, solid)
    colours = torch.zeros(*quad.shape, 3, device=quad.device)
    clear = torch.ones(quad.shape, device=quad.device)
    colours[pixel, place], clear[pixel, place] = rgb, through
    chosen = slot.clamp_min(0)
    covered = slot >= 0
    colours = colours.gather(1, chosen[..., None].expand(-1, -1, 3)) * covered[..., None]
    clear = torch.where(covered, clear.gather(1, chosen), torch.ones_like(clear))
    return colours, clear


def _march(
    view: _View, entry: torch.Tensor, pixel: torch.Tensor, face: torch.Tensor, solid: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Follow rays through the band: premultiplied colour ``(M, 3)``, transmittance ``(M,)``.

    Behind ``solid`` triangles nothing is let through, whatever the field's density.
    """
    scene, size = view.scene, view.scene.size
    column, row = (pixel % size)[:, None], (pixel // size)[:, None]
    direction = view.rays[0] + column * view.rays[1] + row * view.rays[2]
    direction = functional.normalize(direction, dim=1)
    pull = view.records[face, 12:21].reshape(-1, 3, 3)
    inward = (pull @ direction[..., None])[..., 0]
    step = scene.band / scene.samples
    distance = (torch.arange(scene.samples, device=entry.device) + 0.5) * step
    points = entry[:, None] + inward[:, None] * distance[:, None]
    owner = view.part[face].repeat_interleave(scene.samples)
    sigma, rgb = _decode_points(view, points.reshape(-1, 3), owner)
    sigma, rgb = sigma.reshape(-1, scene.samples), rgb.reshape(-1, scene.samples, 3)
    after = torch.exp(-(sigma * step).cumsum(1))
    before = torch.cat([torch.ones_like(after[:, :1]), after[:, :-1]], 1)
    weights, through = before - after, after[:, -1:]
    if solid:
        weights[:, 0] += float(FAINT)
        colour = (weights[..., None] * rgb).sum(1) / weights.sum(1, keepdim=True)
        return colour, torch.zeros_like(through)[:, 0]
    colour = (weights[..., None] * rgb).sum(1)
    opaque = through <= float(OPAQUE)
    colour = torch.where(opaque, colour / (1 - through), colour)
    return colour, torch.where(opaque, torch.zeros_like(through), through)[:, 0]


def _decode_points(
    view: _View, points: torch.Tensor, owner: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Density ``(N,)`` and colour ``(N, 3)`` at canonical points of the fields ``owner``."""
    sigma, rgb = points.new_zeros(len(points)), torch.zeros_like(points)
    for number, packed in enumerate(view.scene.fields):
        mine = (owner == number).nonzero()[:, 0]
        if len(mine):
            center = torch.from_numpy(packed.center).to(points.device)
            place = (points[mine] - center) * (2 / packed.box_warp)
            density, colour = _decode(view.scene.decoder, view.planes[number], place)
            sigma[mine] = density * (place.abs() <= 1).all(1)
            rgb[mine] = colour
    return sigma, rgb


def _decode(
    decoder: PackedDecoder, planes: torch.Tensor, place: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    grid = torch.stack([place[:, list(axes)] for axes in PLANE_AXES])[:, None]
    features = functional.grid_sample(planes, grid, padding_mode="border", align_corners=False)
    feature = features[:, :, 0].mean(0).T
    w1, b1, w2, b2 = (
        torch.from_numpy(array).to(place.device)
        for array in (decoder.w1, decoder.b1, decoder.w2, decoder.b2)
    )
    output = functional.softplus(feature @ w1 + b1) @ w2.T + b2
    rgb = torch.sigmoid(output[:, 1:]) * (1 + 2 * COLOUR_MARGIN) - COLOUR_MARGIN
    return functional.softplus(output[:, 0]), rgb


def _frame(
    view: _View,
    prepared: Prepared,
    quads: list[torch.Tensor],
    premultiplied: torch.Tensor,
    clear: torch.Tensor,
) -> Frame:
    """Average samples to pixels and bring the result back."""
    opacity = 1 - clear.mean(1)
    solid = opacity.clamp_min(0.25e-6)[:, None]
    colour = (premultiplied.mean(1) / solid).clamp(0, 1)
    image = _scatter(view, torch.cat([colour, opacity[:, None]], 1))
    if not view.scene.guides:
        return Frame(image[:3], image[3:])
    guide = _guides(view, prepared, quads)
    return Frame(image[:3], image[3:], guide[:1], guide[1:4], guide[4:7])


def _scatter(
    view: _View, values: torch.Tensor
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Put values ``(P, K)`` of covered pixels into an image ``(K, H, W)``."""
    size = view.scene.size
    image = torch.zeros(size * size, values.shape[1], device=values.device)
    image[view.pixels] = values
    return image.T.reshape(-1, size, size).contiguous().cpu().numpy()


def _guides(
    view: _View, prepared: Prepared, quads: list[torch.Tensor]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Depth, normal and canonical position ``(7, H, W)``, means over covered samples."""
    quad = quads[-1][view.pixels]
    if len(quads) > 1:
        front = quads[0][view.pixels]
        quad = torch.where(front >= 0, front, quad)
    covered = (quad >= 0).float()
    positions, depth = _surface(view, quad)
    face = quad.clamp_min(0)
    column, row = _sample_places(view)
    device = quad.device
    edges = torch.from_numpy(prepared.edges.reshape(-1, 3, 3).copy())
    box = torch.from_numpy(prepared.boxes[:, [0, 2]].astype(np.float64))
    edges[..., 2] += edges[..., 0] * box[:, None, 0] + edges[..., 1] * box[:, None, 1]
    planes = edges.float().to(device)[face]
    x, y = column - view.records[face, 22], row - view.records[face, 23]
    shares = planes[..., 0] * x[..., None] + planes[..., 1] * y[..., None] + planes[..., 2]
    shares = shares * (depth * (1 - 2 * view.records[face, 21]))[..., None]
    smooth = torch.from_numpy(vertex_normals(view.scene.posed, view.scene.faces)).to(device)
    corners = smooth[torch.from_numpy(view.scene.faces).to(device).long()[face]]
    normal = functional.normalize(
        ((shares[..., None] * corners).sum(2) * covered[..., None]).sum(1), dim=1
    )
    count = covered.sum(1, keepdim=True)
    mean_depth = (depth * covered).sum(1, keepdim=True) / count
    mean_position = (positions * covered[..., None]).sum(1) / count
    return _scatter(view, torch.cat([mean_depth, normal, mean_position], 1))
