"""Coloured triangle surfaces: refining them, and making them from volumes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from models.render.scene import vertex_normals

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]
IntArray = NDArray[np.int32]


@dataclass(frozen=True)
class Refined:
    """A finer mesh whose vertices are linear combinations (F, C) of coarse ones."""

    matrix: sp.csr_matrix
    faces: IntArray

    def __call__(self, values: FloatArray) -> FloatArray:
        """Values (F, ...) at the fine vertices, given those at the coarse ones."""
        return np.asarray(self.matrix @ values, np.float32)


@dataclass(frozen=True)
class Surface:
    """A coarse mesh, on which light is worked out, and the fine one that carries its colours.

    Attributes:
        vertices: (C, 3) coarse, canonical; faces: (T, 3) int32.
        normals: (F, 3) fine, unit, outward.
        fine: the fine mesh of F vertices.
        colours: (F, 3) sRGB reflectance 0..1.
        shine: (F,) share of the light that is mirrored.
        contrast: (F,) how much of the shading applies; parts painted with shades need less.
    """

    vertices: FloatArray
    faces: IntArray
    normals: FloatArray
    fine: Refined
    colours: FloatArray
    shine: FloatArray
    contrast: FloatArray

    @property
    def coarse_normals(self) -> FloatArray:
        """(C, 3): refining keeps the coarse vertices first."""
        return self.normals[: len(self.vertices)]


def refine(faces: IntArray, count: int, times: int) -> Refined:
    """Cut each of ``faces (F, 3)`` over ``count`` vertices into four, ``times`` times over."""
    matrix = sp.identity(count, np.float32, "csr")
    for _ in range(times):
        sides = np.sort(np.stack([faces, np.roll(faces, -1, 1)], -1).reshape(-1, 2), axis=1)
        keys, edge_of_side = np.unique(
            sides[:, 0].astype(np.int64) * count + sides[:, 1], return_inverse=True
        )
        edges = np.stack(np.divmod(keys, count), 1)
        rows = np.repeat(np.arange(len(edges)), 2)
        halves = np.full(2 * len(edges), 0.5, np.float32)
        middles = sp.csr_matrix((halves, (rows, edges.ravel())), (len(edges), count))
        matrix = sp.vstack([matrix, middles @ matrix]).tocsr()
        (a, b, c), (ab, bc, ca) = faces.T, count + edge_of_side.reshape(-1, 3).T
        fine = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], 1).reshape(-1, 3)
        faces, count = fine.astype(np.int32), count + len(edges)
    return Refined(matrix, faces)


def unit(vectors: NDArray[np.floating]) -> FloatArray:
    """Vectors (N, 3) scaled to length one."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)


def volume_surface(
    distance: Callable[[Floats], Floats], low: Floats, high: Floats, step: float
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Vertices, outward normals and faces of the zero level of a signed distance.

    ``distance`` maps points (N, 3) to values (N,), negative inside; it is sampled in the box from
    ``low`` to ``high`` every ``step``. The box is closed: what it cuts gets a flat end.
    """
    counts = np.ceil((high - low) / step).astype(int) + 1
    axes = [start + step * np.arange(n) for start, n in zip(low, counts, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    values = np.pad(distance(points).reshape(*counts), 1, constant_values=step)
    vertices, faces, _, _ = marching_cubes(values, 0.0)
    placed = np.asarray(low + step * (vertices - 1), np.float32)
    corners = np.ascontiguousarray(faces[:, ::-1], np.int32)
    normals = vertex_normals(placed, corners)
    outward = distance(placed + 0.5 * step * normals.astype(np.float64)) - distance(
        placed - 0.5 * step * normals.astype(np.float64)
    )
    if np.median(outward) < 0:
        corners, normals = np.ascontiguousarray(corners[:, ::-1]), -normals
    return placed, normals, corners


def stacked(faces: list[IntArray], counts: list[int]) -> IntArray:
    """Faces of several meshes over one list of vertices, to which each brings its ``counts``."""
    starts = np.cumsum([0, *counts[:-1]])
    return np.concatenate([f + s for f, s in zip(faces, starts, strict=True)]).astype(np.int32)
