"""Loop subdivision of triangle meshes as one sparse linear map."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

IntArray = NDArray[np.int32]


def loop_subdivision(faces: IntArray, vertex_count: int) -> tuple[sp.csr_matrix, IntArray]:
    """Subdivide once (Loop 1987 with Warren's weights; borders follow the cubic B-spline rule).

    Args:
        faces: (T, 3) corners, counter-clockwise seen from outside.
        vertex_count: number of coarse vertices, each in some triangle.

    Returns:
        (V, vertex_count) map whose rows sum to one, and (4 T, 3) fine triangles. Fine vertices
        are the coarse ones, then one for each edge.
    """
    sides = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1)
    ends = np.sort(sides.reshape(-1, 2), axis=1)
    edges, edge_of_side, uses = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    edge_of_side = edge_of_side.reshape(-1)
    inner = uses == 2
    opposite = np.roll(faces, -2, axis=1).reshape(-1)
    shape = (len(edges), vertex_count)
    on_ends = sp.csr_matrix(
        (
            np.repeat(np.where(inner, 0.375, 0.5), 2),
            (np.repeat(np.arange(len(edges)), 2), edges.ravel()),
        ),
        shape,
    )
    across = sp.csr_matrix(
        (np.where(inner[edge_of_side], 0.125, 0.0), (edge_of_side, opposite)), shape
    )
    matrix = sp.vstack([_vertex_rule(edges, inner, vertex_count), on_ends + across]).tocsr()
    middle = vertex_count + edge_of_side.reshape(-1, 3)
    a, b, c = faces.T
    ab, bc, ca = middle.T
    fine = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], axis=1).reshape(-1, 3)
    return matrix.astype(np.float32), fine.astype(np.int32)


def _vertex_rule(edges: IntArray, inner: NDArray[np.bool_], count: int) -> sp.csr_matrix:
    """(count, count) new places of the coarse vertices."""
    border = _links(edges[~inner], count)
    on_border = np.asarray(border.sum(1)).ravel()
    links = _links(edges, count)
    valence = np.asarray(links.sum(1)).ravel()
    share = np.where(valence == 3, 3 / 16, 3 / (8 * np.maximum(valence, 1)))
    share = np.where(on_border > 0, 0.0, share)
    # A vertex where several borders meet stays where it is.
    along = np.where(on_border == 2, 0.125, 0.0)
    stay = 1 - share * valence - along * on_border
    return (sp.diags(stay) + sp.diags(share) @ links + sp.diags(along) @ border).tocsr()


def _links(edges: IntArray, count: int) -> sp.csr_matrix:
    links = sp.csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count))
    return links + links.T
