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

FloatArray = NDArray[np.float32]


class VisibleSurfaceWarp:
    """Carries points along with the triangle through which the camera sees them.

    A point belongs to the nearest soft triangle on its ray when it lies up to ``band`` behind it,
    otherwise to the nearest other one in the same way; all else is empty. A triangle's frame is
    two edges and the unit normal; from behind the normal is mirrored, as the fast renderer does.

    Args:
        proxy: the mesh.
        posed: (V, 3) its vertices now.
        camera: the view.
        rays: rays along a side of the picture; only points on these rays may be asked for.
        band: depth behind the surface that is not empty, along the ray.
    """

    def __init__(
        self, proxy: Proxy, posed: FloatArray, camera: Camera, rays: int, band: float
    ) -> None:
        self._camera, self._rays, self._band = camera, rays, band
        self._posed = posed.astype(np.float64)[proxy.faces]
        canonical = proxy.canonical.astype(np.float64)[proxy.faces]
        self._origin = canonical[:, 0]
        self._part = proxy.part.astype(np.int64)
        where, depth = camera.project(posed)
        self._layers = []
        for members in (np.flatnonzero(proxy.soft), np.flatnonzero(~proxy.soft)):
            hits = rasterize(where * rays, depth, proxy.faces[members], rays, rays)
            triangle = np.where(hits.triangle >= 0, members[hits.triangle], -1)
            self._layers.append((triangle.reshape(-1), hits.depth.reshape(-1)))
        self._maps = self._frame_maps(canonical)

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper corner of the posed mesh, wider by the band."""
        corners = self._posed.reshape(-1, 3)
        low, high = corners.min(0) - self._band, corners.max(0) + self._band
        return low.astype(np.float32), high.astype(np.float32)

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

    def _triangles(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """Triangle (N,) that each point belongs to, -1 for none."""
        where, depth = self._camera.project(points)
        column, row = np.clip((where * self._rays).astype(np.int64), 0, self._rays - 1).T
        ray = row * self._rays + column
        distance = np.linalg.norm(points - self._camera.position, axis=1)
        along = depth / np.maximum(distance, 1e-9)
        (soft, soft_depth), (solid, solid_depth) = self._layers
        chosen = np.full(len(points), -1, np.int64)
        for triangle, start, limit in (
            (solid, solid_depth, np.inf),
            (soft, soft_depth, solid_depth[ray]),
        ):
            behind = np.divide(depth - start[ray], along)
            inside = (triangle[ray] >= 0) & (behind >= 0) & (behind <= self._band)
            inside &= start[ray] < limit
            chosen = np.where(inside, triangle[ray], chosen)
        return chosen

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
