"""Maps points near a posed proxy mesh to canonical space, for the reference renderer."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

FloatArray = NDArray[np.float32]
_CANDIDATES = 8


class NearestSurfaceWarp:
    """Carries a point along with the affine frame of the nearest proxy triangle.

    A triangle's frame is two edge vectors and the unit normal; the map from the posed frame to
    the canonical one is exact on the triangle and continues it to both sides. Points further
    than ``band`` from the posed surface are empty.

    Args:
        proxy_posed: ``(V, 3)`` vertices of the posed proxy.
        proxy_canonical: ``(V, 3)`` the same vertices in the pose the field was baked in.
        faces: ``(F, 3)`` vertex numbers.
        part: ``(F,)`` number of the field that belongs to each triangle.
        band: distance in units on both sides of the surface that is not empty.
    """

    def __init__(
        self,
        proxy_posed: FloatArray,
        proxy_canonical: FloatArray,
        faces: NDArray[np.int32],
        part: NDArray[np.uint8],
        band: float = 0.02,
    ) -> None:
        self._posed = proxy_posed.astype(np.float64)[faces]
        posed_frame = _frames(self._posed)
        usable = np.abs(np.linalg.det(posed_frame)) > 1e-16
        self._posed, posed_frame = self._posed[usable], posed_frame[usable]
        canonical = proxy_canonical.astype(np.float64)[faces][usable]
        self._map = _frames(canonical) @ np.linalg.inv(posed_frame)
        self._origin = canonical[:, 0]
        self._part = part[usable].astype(np.int64)
        self._band = band
        self._samples, self._owner = _surface_samples(self._posed)
        self._tree = cKDTree(self._samples)
        longest = np.linalg.norm(self._posed - np.roll(self._posed, 1, 1), axis=2).max()
        self._reach = band + float(longest) / 2

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper corner of the posed mesh, wider by the band."""
        corners = self._posed.reshape(-1, 3)
        low, high = corners.min(0) - self._band, corners.max(0) + self._band
        return low.astype(np.float32), high.astype(np.float32)

    def __call__(self, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Map posed ``(N, 3)`` to canonical ``(N, 3)``, field index ``(N,)``, valid ``(N,)``."""
        posed = points.detach().cpu().numpy().astype(np.float64)
        canonical, index = np.zeros_like(posed), np.zeros(len(posed), np.int64)
        distance, nearest = self._tree.query(posed, k=_CANDIDATES, distance_upper_bound=self._reach)
        near = np.flatnonzero(np.isfinite(distance[:, 0]))
        triangle, gap = self._closest(posed[near], nearest[near])
        valid = np.zeros(len(posed), bool)
        valid[near] = gap <= self._band
        offset = posed[near] - self._posed[triangle, 0]
        canonical[near] = self._origin[triangle] + np.einsum(
            "nij,nj->ni", self._map[triangle], offset
        )
        index[near] = self._part[triangle]
        device = points.device
        return (
            torch.as_tensor(canonical, dtype=points.dtype, device=device),
            torch.as_tensor(index, device=device),
            torch.as_tensor(valid, device=device),
        )

    def _closest(
        self, points: NDArray[np.float64], nearest: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest candidate triangle ``(N,)`` and its exact distance ``(N,)``."""
        best = np.full(len(points), np.inf)
        triangle = np.zeros(len(points), np.int64)
        for column in nearest.T:
            candidate = self._owner[np.minimum(column, len(self._owner) - 1)]
            gap = point_triangle_distance(points, self._posed[candidate])
            closer = gap < best
            best[closer], triangle[closer] = gap[closer], candidate[closer]
        return triangle, best


def _frames(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns edge, edge, unit normal of ``(F, 3, 3)`` triangles."""
    first = triangles[:, 1] - triangles[:, 0]
    second = triangles[:, 2] - triangles[:, 0]
    normal = np.cross(first, second)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    return np.stack([first, second, normal], 2)


def _surface_samples(
    triangles: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Centroids and points between centroid and corners, with the triangle each lies on."""
    centroid = triangles.mean(1, keepdims=True)
    samples = np.concatenate([centroid, (centroid + 2 * triangles) / 3], 1)
    owner = np.repeat(np.arange(len(triangles)), samples.shape[1])
    return samples.reshape(-1, 3), owner


def point_triangle_distance(
    points: NDArray[np.float64], triangles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance ``(N,)`` of each point ``(N, 3)`` to its triangle ``(N, 3, 3)``."""
    corner = triangles[:, 0]
    normal = _frames(triangles)[:, :, 2]
    offset = points - corner
    height = np.einsum("ni,ni->n", offset, normal)
    foot = points - height[:, None] * normal
    inside = np.ones(len(points), bool)
    distance = np.full(len(points), np.inf)
    for number in range(3):
        start, end = triangles[:, number], triangles[:, (number + 1) % 3]
        edge = end - start
        inside &= np.einsum("ni,ni->n", np.cross(edge, foot - start), normal) >= 0
        length = np.maximum(np.einsum("ni,ni->n", edge, edge), 1e-30)
        share = np.clip(np.einsum("ni,ni->n", points - start, edge) / length, 0, 1)
        gap = np.linalg.norm(points - start - share[:, None] * edge, axis=1)
        distance = np.minimum(distance, gap)
    return np.where(inside, np.abs(height), distance)
