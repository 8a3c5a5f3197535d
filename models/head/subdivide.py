"""Catmull-Clark subdivision of quad meshes as one sparse linear map.

A parametric head stores its bases on a coarse control mesh.  Because subdivision is linear
in the vertex positions, the fine mesh and all its deltas are ``matrix @ control``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


class Subdivision(NamedTuple):
    """One subdivision step."""

    matrix: sp.csr_matrix
    """(V_fine, V_coarse) weights; every row sums to one."""
    quads: NDArray[np.int32]
    """(4 Q, 4) fine quads; quad ``i`` of the coarse mesh becomes rows ``4 i .. 4 i + 3``."""


def catmull_clark(quads: NDArray[np.int32], vertex_count: int) -> Subdivision:
    """Subdivide once (Catmull and Clark 1978; boundary edges follow the cubic B-spline rule).

    Args:
        quads: (Q, 4) corner indices, counter-clockwise seen from outside.
        vertex_count: number of coarse vertices, at least ``quads.max() + 1``.

    Returns:
        The map and the fine quads.  Fine vertices are ordered vertex points, edge points,
        face points.
    """
    quad_count = len(quads)
    ends = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, edge_of_side, uses = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    edge_of_side = edge_of_side.reshape(quad_count, 4)
    edge_count = len(edges)
    inner = uses == 2

    face_points = _rows(
        np.repeat(np.arange(quad_count), 4), quads.ravel(), 0.25, (quad_count, vertex_count)
    )
    faces_of_edge = _rows(
        edge_of_side.ravel(), np.repeat(np.arange(quad_count), 4), 1.0, (edge_count, quad_count)
    )
    midpoints = _rows(
        np.repeat(np.arange(edge_count), 2), edges.ravel(), 0.5, (edge_count, vertex_count)
    )
    edge_points = _diagonal(np.where(inner, 0.5, 1.0)) @ midpoints + _diagonal(
        np.where(inner, 0.25, 0.0)
    ) @ (faces_of_edge @ face_points)

    vertex_points = _vertex_points(quads, edges, inner, face_points, midpoints, vertex_count)
    corner = vertex_count + edge_of_side
    centre = vertex_count + edge_count + np.arange(quad_count)
    fine = np.stack(
        [np.stack([quads[:, i], corner[:, i], centre, corner[:, i - 1]], axis=1) for i in range(4)],
        axis=1,
    ).reshape(-1, 4)
    matrix = sp.vstack([vertex_points, edge_points, face_points]).tocsr()
    return Subdivision(matrix, fine.astype(np.int32))


def _vertex_points(
    quads: NDArray[np.int32],
    edges: NDArray[np.int32],
    inner: NDArray[np.bool_],
    face_points: sp.csr_matrix,
    midpoints: sp.csr_matrix,
    vertex_count: int,
) -> sp.csr_matrix:
    """Moved coarse vertices: (F + 2 E + (n - 3) V) / n inside, (E_rim + V) / 2 on a boundary."""
    quad_count, edge_count = len(quads), len(edges)
    faces_at = _rows(
        quads.ravel(), np.repeat(np.arange(quad_count), 4), 1.0, (vertex_count, quad_count)
    )
    edges_at = _rows(
        edges.ravel(), np.repeat(np.arange(edge_count), 2), 1.0, (vertex_count, edge_count)
    )
    rim_at = edges_at @ _diagonal((~inner).astype(float))
    valence = np.asarray(edges_at.sum(1)).ravel()
    face_valence = np.maximum(np.asarray(faces_at.sum(1)).ravel(), 1)
    rim_valence = np.asarray(rim_at.sum(1)).ravel()
    identity = sp.identity(vertex_count, format="csr")
    n = np.maximum(valence, 1)
    inside = (
        _diagonal(1 / (n * face_valence)) @ faces_at @ face_points
        + _diagonal(2 / n**2) @ edges_at @ midpoints
        + _diagonal((n - 3) / n) @ identity
    )
    rim = _diagonal(0.5 / np.maximum(rim_valence, 1)) @ rim_at @ midpoints + 0.5 * identity
    on_rim = rim_valence > 0
    loose = valence == 0
    return (
        _diagonal((~on_rim & ~loose).astype(float)) @ inside
        + _diagonal(on_rim.astype(float)) @ rim
        + _diagonal(loose.astype(float)) @ identity
    ).tocsr()


def _rows(
    row: NDArray[np.integer], column: NDArray[np.integer], value: float, shape: tuple[int, int]
) -> sp.csr_matrix:
    return sp.csr_matrix((np.full(len(row), value), (row, column)), shape)


def _diagonal(values: NDArray[np.float64]) -> sp.dia_matrix:
    return sp.diags(values)
