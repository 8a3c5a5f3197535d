"""The z-buffer in plain torch, for any device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

#: Slack of the inside test, as in the numba z-buffer but for float32.
_SLACK = -2e-6
#: Fragments tested at a time.
_CHUNK = 1 << 22


@dataclass(frozen=True)
class TriangleTensors:
    """Triangles with a box, on the device.

    Attributes:
        face: ``(T,)`` int64 number of the triangle in the mesh.
        edges: ``(T, 3, 3)`` edge planes relative to the box's corner.
        corner: ``(T, 2)`` int64 first column and row of the box.
        extent: ``(T, 2)`` int64 columns and rows of the box.
    """

    face: torch.Tensor
    edges: torch.Tensor
    corner: torch.Tensor
    extent: torch.Tensor

    @classmethod
    def upload(
        cls,
        chosen: NDArray[np.bool_],
        edges: NDArray[np.float64],
        boxes: NDArray[np.int32],
        device: torch.device,
    ) -> TriangleTensors:
        """Take the ``chosen (F,)`` triangles with a box from :func:`set_up_triangles`."""
        face = np.flatnonzero(chosen & (boxes[:, 3] >= boxes[:, 2]))
        planes, box = edges[face].reshape(-1, 3, 3).copy(), boxes[face].astype(np.int64)
        # Moved to the corner in float64; after that float32 is precise enough.
        planes[..., 2] += planes[..., 0] * box[:, None, 0] + planes[..., 1] * box[:, None, 2]
        return cls(
            torch.from_numpy(face).to(device),
            torch.from_numpy(planes.astype(np.float32)).to(device),
            torch.from_numpy(box[:, [0, 2]].copy()).to(device),
            torch.from_numpy(box[:, [1, 3]] - box[:, [0, 2]] + 1).to(device),
        )


def rasterise(
    triangles: TriangleTensors, size: int, nearest: float, limit: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return 1/depth ``(size * size,)`` and triangle number (-1: none) of every sample.

    Samples are taken only where they are nearer than ``limit (size * size,)``; ``nearest`` is
    the near plane's depth. Of equally near triangles the first wins.
    """
    device = triangles.edges.device
    nearness = torch.zeros(size * size, device=device)
    none = torch.iinfo(torch.int32).max
    owner = torch.full((size * size,), none, dtype=torch.int32, device=device)
    parts = [_fragments(triangles, part, size) for part in _chunks(triangles)]
    kept = []
    for pixel, near, face in parts:
        good = (near > 0) & (near < 1 / nearest)
        if limit is not None:
            good &= near > limit[pixel]
        pixel, near, face = pixel[good], near[good], face[good]
        nearness.scatter_reduce_(0, pixel, near, "amax")
        kept.append((pixel, near, face))
    for pixel, near, face in kept:
        wins = near == nearness[pixel]
        owner.scatter_reduce_(0, pixel[wins], face[wins].int(), "amin")
    return nearness, torch.where(owner == none, torch.full_like(owner, -1), owner).long()


def _chunks(triangles: TriangleTensors) -> list[torch.Tensor]:
    """Split triangles so that a part has about ``_CHUNK`` fragments."""
    if len(triangles.face) == 0:
        return []
    ends = triangles.extent.prod(1).cumsum(0)
    group = torch.div(ends, _CHUNK, rounding_mode="floor")
    return [(group == number).nonzero()[:, 0] for number in range(int(group[-1]) + 1)]


def _fragments(
    triangles: TriangleTensors, part: torch.Tensor, size: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Sample number, 1/depth and triangle number of all samples inside the triangles ``part``."""
    extent = triangles.extent[part]
    counts = extent.prod(1)
    row = torch.repeat_interleave(torch.arange(len(part), device=part.device), counts)
    place = torch.arange(len(row), device=part.device) - (counts.cumsum(0) - counts)[row]
    x, y = place % extent[row, 0], torch.div(place, extent[row, 0], rounding_mode="floor")
    planes = triangles.edges[part][row]
    values = planes[..., 0] * x[:, None] + planes[..., 1] * y[:, None] + planes[..., 2]
    inside = (values >= _SLACK).all(1)
    row, x, y, values = row[inside], x[inside], y[inside], values[inside]
    corner = triangles.corner[part][row]
    pixel = (corner[:, 1] + y) * size + corner[:, 0] + x
    return pixel, values.sum(1), triangles.face[part][row]
