"""Maps points behind the visible proxy surface to canonical space, for the reference renderer.

The fast renderer attaches each ray to the triangles that it sees; this warp does the same for
dense samples, so that both show the same avatar and differ in nothing but sampling. (The nearest
triangle, as `models.triplane.surface_warp` takes, is another one inside mouth and lids.)
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from models.animate.proxy import Proxy
from models.camera import Camera
from models.render.zbuffer import rasterize
from models.triplane.reference import Layer

FloatArray = NDArray[np.float32]


def visible_layers(
    proxy: Proxy, posed: FloatArray, camera: Camera, rays: int, band: float
) -> list[Layer]:
    """Layers for ``render_reference``: the nearest soft triangles, then the nearest solid ones.

    Each ray is followed from the triangle that it sees to ``band`` behind it; soft triangles count
    only before the solid one.

    Args:
        proxy: the mesh.
        posed: (V, 3) its vertices now.
        camera: the view.
        rays: rays along a side of the picture.
        band: length of the stretch, along the ray.
    """
    where, depth = camera.project(posed)
    ahead = np.asarray(camera.cam2world, np.float64)[:3, 2]
    along = (camera.rays(rays, rays)[1] @ ahead).reshape(-1)
    layers: list[Layer] = []
    limit = np.full(rays * rays, np.inf)
    for soft in (False, True):
        members = np.flatnonzero(proxy.soft == soft)
        hits = rasterize(where * rays, depth, proxy.faces[members], rays, rays)
        start = hits.depth.reshape(-1)
        seen = (hits.triangle.reshape(-1) >= 0) & (start < limit)
        triangle = np.full(rays * rays, -1)
        triangle[seen] = members[hits.triangle.reshape(-1)[seen]]
        near = np.where(seen, start, 0) / along
        warp = VisibleSurfaceWarp(proxy, posed, camera, triangle.reshape(rays, rays))
        far = near + np.where(seen, band, 0)
        layers.insert(0, Layer(warp, torch.from_numpy(near), torch.from_numpy(far), not soft))
        limit = start
    return layers


class VisibleSurfaceWarp:
    """Carries points along with the triangle through which the camera sees them.

    A triangle's frame is two edges and the unit normal; from behind the normal is mirrored, as
    the fast renderer does.

    Args:
        proxy: the mesh.
        posed: (V, 3) its vertices now.
        camera: the view.
        triangle: (H, W) triangle that carries the points on each ray, -1 for none. Only points on
            these rays may be asked for.
    """

    def __init__(
        self, proxy: Proxy, posed: FloatArray, camera: Camera, triangle: NDArray[np.integer]
    ) -> None:
        self._camera, self._triangle = camera, triangle
        self._posed = posed.astype(np.float64)[proxy.faces]
        canonical = proxy.canonical.astype(np.float64)[proxy.faces]
        self._origin = canonical[:, 0]
        self._part = proxy.part.astype(np.int64)
        self._maps = self._frame_maps(canonical)

    def __call__(self, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Map posed ``(N, 3)`` to canonical ``(N, 3)``, field index ``(N,)``, valid ``(N,)``."""
        posed = points.detach().cpu().numpy().astype(np.float64)
        triangle = self._triangles(posed)
        found = np.flatnonzero(triangle >= 0)
        mine = triangle[found]
        canonical, index = np.zeros_like(posed), np.zeros(len(posed), np.int64)
        offset = posed[found] - self._posed[mine, 0]
        canonical[found] = self._origin[mine] + np.einsum("nij,nj->ni", self._maps[mine], offset)
        index[found] = self._part[mine]
        device = points.device
        return (
            torch.as_tensor(canonical, dtype=points.dtype, device=device),
            torch.as_tensor(index, device=device),
            torch.as_tensor(triangle >= 0, device=device),
        )

    def _triangles(self, points: NDArray[np.float64]) -> NDArray[np.integer]:
        """Triangle (N,) that each point belongs to, -1 for none."""
        height, width = self._triangle.shape
        where, depth = self._camera.project(points)
        column = np.clip((where[:, 0] * width).astype(np.int64), 0, width - 1)
        row = np.clip((where[:, 1] * height).astype(np.int64), 0, height - 1)
        return np.where(depth > 0, self._triangle[row, column], -1)

    def _frame_maps(self, canonical: NDArray[np.float64]) -> NDArray[np.float64]:
        """Linear maps (F, 3, 3) from posed to canonical offsets."""
        before, after = _frames(self._posed), _frames(canonical)
        to_eye = self._camera.position - self._posed[:, 0]
        after[np.einsum("ni,ni->n", to_eye, before[:, :, 2]) < 0, :, 2] *= -1
        usable = np.abs(np.linalg.det(before)) > 1e-16
        before[~usable] = np.eye(3)
        return np.asarray(after @ np.linalg.inv(before))


def _frames(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns edge, edge, unit normal of (F, 3, 3) triangles."""
    first = triangles[:, 1] - triangles[:, 0]
    second = triangles[:, 2] - triangles[:, 0]
    normal = np.cross(first, second)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    return np.stack([first, second, normal], 2)
