"""Bringing two different head meshes into correspondence: similarity, then nearest surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Points = NDArray[np.float64]
_NEAR_VERTICES = 4


@dataclass(frozen=True, eq=False)
class Similarity:
    """The map ``scale * rotation @ p + translation``."""

    scale: float
    rotation: Points
    translation: Points

    def apply(self, points: NDArray[np.floating]) -> Points:
        """Map points (N, 3)."""
        return np.asarray(self.scale * points @ self.rotation.T + self.translation, np.float64)

    def unapply_vectors(self, vectors: NDArray[np.floating]) -> Points:
        """Map displacements (..., 3) back: the inverse without its translation."""
        return np.asarray(vectors @ self.rotation / self.scale, np.float64)


@dataclass(frozen=True, eq=False)
class SurfacePoints:
    """Points on triangles.

    Attributes:
        triangle: (N,) triangle indices.
        barycentric: (N, 3) weights of its corners.
        distance: (N,) distance from the points that were asked for.
    """

    triangle: NDArray[np.int64]
    barycentric: Points
    distance: Points

    def interpolate(self, values: NDArray[np.floating], faces: NDArray[np.integer]) -> Points:
        """Values (N, ...) at the points, from values (V, ...) at the vertices."""
        corners = values[faces[self.triangle]]
        return np.asarray(np.einsum("nk,nk...->n...", self.barycentric, corners), np.float64)


def fit_similarity(source: NDArray[np.floating], target: NDArray[np.floating]) -> Similarity:
    """Least-squares similarity between matched points (N, 3), N >= 3 (Umeyama 1991, eq. 40-42)."""
    a, b = source.astype(np.float64), target.astype(np.float64)
    centre_a, centre_b = a.mean(0), b.mean(0)
    u, singular, vt = np.linalg.svd((b - centre_b).T @ (a - centre_a) / len(a))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * signs) @ vt
    scale = float((singular * signs).sum() / ((a - centre_a) ** 2).sum(1).mean())
    return Similarity(scale, rotation, centre_b - scale * rotation @ centre_a)


def eye_alignment(
    source_eyes: NDArray[np.floating], target_eyes: NDArray[np.floating]
) -> Similarity:
    """Similarity without rotation that brings two upright heads' eye centres (2, 3) together."""
    a, b = source_eyes.astype(np.float64), target_eyes.astype(np.float64)
    scale = float(np.linalg.norm(b[1] - b[0]) / np.linalg.norm(a[1] - a[0]))
    return Similarity(scale, np.eye(3), b.mean(0) - scale * a.mean(0))


def closest_on_mesh(
    points: NDArray[np.floating], vertices: NDArray[np.floating], faces: NDArray[np.integer]
) -> SurfacePoints:
    """Nearest surface point for each point (N, D), among triangles at its nearest vertices.

    Points and vertices (V, D) have the same number of coordinates, three or more: a further one
    keeps apart what lies close in space.
    """
    used = np.unique(faces)
    tree = cKDTree(vertices[used])
    _, near = tree.query(points, k=min(_NEAR_VERTICES, len(used)))
    near = used[np.asarray(near).reshape(len(points), -1)]
    order = np.argsort(faces.ravel(), kind="stable")
    starts = np.searchsorted(faces.ravel()[order], np.arange(len(vertices) + 1))
    counts = (starts[1:] - starts[:-1])[near]
    total = counts.sum(1)
    point = np.repeat(np.arange(len(points)), total)
    first = np.repeat(starts[near].ravel(), counts.ravel())
    run = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts.ravel(), counts.ravel())
    triangle = order[first + run] // 3
    weights = _closest_barycentric(points[point], vertices[faces[triangle]])
    nearest = np.einsum("nk,nkx->nx", weights, vertices[faces[triangle]])
    distance = np.linalg.norm(nearest - points[point], axis=1)
    ranked = np.lexsort((distance, point))
    best = ranked[np.cumsum(total) - total]
    return SurfacePoints(triangle[best].astype(np.int64), weights[best], distance[best])


def align_to_mesh(
    points: NDArray[np.floating],
    vertices: NDArray[np.floating],
    faces: NDArray[np.integer],
    start: Similarity,
    *,
    iterations: int = 30,
    keep: float = 0.8,
) -> Similarity:
    """Refine ``start`` so that points (N, 3) come to lie on a mesh.

    Iterated closest points (Besl and McKay 1992) with scale, using only the share ``keep`` of the
    points that lie nearest, as different heads agree only in part.
    """
    current = start
    for _ in range(iterations):
        moved = current.apply(points)
        match = closest_on_mesh(moved, vertices, faces)
        near = match.distance <= np.quantile(match.distance, keep)
        target = match.interpolate(vertices, faces)
        update = fit_similarity(points[near], target[near])
        change = np.abs(update.apply(points) - moved).max()
        current = update
        if change < 1e-5 * np.ptp(vertices, axis=0).max():
            break
    return current


def _closest_barycentric(points: NDArray[np.floating], corners: NDArray[np.floating]) -> Points:
    """Barycentric weights (N, 3) of the points of triangles (N, 3, D) closest to points (N, D)."""
    inside = _plane_barycentric(points, corners)
    beyond = np.asarray(~np.all(inside >= 0, axis=1))
    # Above the triangle the foot on its plane wins; elsewhere one of the edges does.
    best = np.where(beyond[:, None], 0.0, inside)
    best_distance = np.where(beyond, np.inf, 0.0)
    outside = np.nonzero(beyond)[0]
    for i, j in ((0, 1), (1, 2), (2, 0)):
        a, b = corners[outside, i], corners[outside, j]
        edge = b - a
        length = np.maximum((edge * edge).sum(1), 1e-30)
        t = np.clip(((points[outside] - a) * edge).sum(1) / length, 0.0, 1.0)
        distance = np.linalg.norm(a + t[:, None] * edge - points[outside], axis=1)
        nearer = distance < best_distance[outside]
        rows = outside[nearer]
        best_distance[rows] = distance[nearer]
        best[rows] = 0.0
        best[rows, i], best[rows, j] = 1.0 - t[nearer], t[nearer]
    return best


def _plane_barycentric(points: NDArray[np.floating], corners: NDArray[np.floating]) -> Points:
    """Barycentric weights of the feet on the triangles' planes; NaN for slivers."""
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    w = points - corners[:, 0]
    uu, uv, vv = (u * u).sum(1), (u * v).sum(1), (v * v).sum(1)
    wu, wv = (w * u).sum(1), (w * v).sum(1)
    determinant = uu * vv - uv * uv
    determinant = np.where(determinant > 1e-12 * uu * vv, determinant, np.nan)
    b = (vv * wu - uv * wv) / determinant
    c = (uu * wv - uv * wu) / determinant
    return np.stack([1.0 - b - c, b, c], axis=1)
