"""The open head bent into FLAME's average face, so that points of one are found on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.head.mesh_match import SurfacePoints, closest_on_mesh
from models.head.open_head import OpenHeadData

FloatArray = NDArray[np.float32]
Points = NDArray[np.float64]

_ITERATIONS = 12
_POINTS = 2500
_NOISE = 0.004
"""How exactly a matched point is believed, canonical units."""
_ALONG_SURFACE = 0.15
"""Weight of a match's sideways part: nearest points slide."""
_KEPT = 0.92
_JAW_UNIT = 0.15
"""Canonical length of a jaw weight of 1 in matching; keeps upper and lower lip apart."""


@dataclass(frozen=True, eq=False)
class Registration:
    """The open head in FLAME's average shape.

    Attributes:
        shape: (64,) its identity coefficients.
        skin: (V, 3) its skin, canonical units.
        faces: (F, 3) its outer skin, without mouth and eye sockets.
        jaw: (V,) its jaw weights, 0..1.
        distance: mean distance to FLAME's surface, canonical units.
    """

    shape: Points
    skin: FloatArray
    faces: NDArray[np.int32]
    jaw: NDArray[np.floating]
    distance: float

    def find(self, points: NDArray[np.floating], jaw: NDArray[np.floating]) -> SurfacePoints:
        """Where on the open head points (N, 3) of FLAME with jaw weights (N,) lie."""
        return closest_on_mesh(lifted(points, jaw), lifted(self.skin, self.jaw), self.faces)


def outer_faces(head: OpenHeadData, outside: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Skin triangles all of whose corners are ``outside`` (V,)."""
    return np.asarray(head.skin_faces[outside[head.skin_faces].all(1)], np.int32)


def unit_jaw(weights: NDArray[np.floating]) -> FloatArray:
    """Jaw weights as 0..1: models differ in how much of the chin they leave to the skull."""
    return np.asarray(weights / max(float(weights.max()), 1e-6), np.float32)


def register(
    head: OpenHeadData,
    faces: NDArray[np.int32],
    movable: NDArray[np.bool_],
    target: NDArray[np.floating],
    target_faces: NDArray[np.integer],
    target_jaw: NDArray[np.floating],
) -> Registration:
    """Fit the open head's identity to another head in canonical space.

    Iterated closest points, point to plane (Chen and Medioni 1992), with the identity basis as
    the only freedom.

    Args:
        head: the open head.
        faces: its outer skin (``outer_faces``).
        movable: (V,) skin vertices that are matched: the face.
        target, target_faces, target_jaw: vertices (N, 3), triangles and unit jaw weights (N,).
    """
    count = head.control_count
    rows = np.nonzero(movable)[0]
    rows = rows[:: max(1, len(rows) // _POINTS)]
    to_rows = head.subdivision[rows]
    mean = np.asarray(to_rows @ head.template[:count], np.float64)
    basis = np.stack([to_rows @ shape[:count] for shape in head.shape_basis], -1)
    jaw = unit_jaw(head.skin_weights[:, 3])
    wanted = lifted(target, target_jaw)
    normals = _normals(target, target_faces)
    shape = np.zeros(basis.shape[-1])
    distance = 0.0
    for _ in range(_ITERATIONS):
        here = mean + basis @ shape
        match = closest_on_mesh(lifted(here, jaw[rows]), wanted, target_faces)
        there = match.interpolate(target, target_faces)
        gap = np.linalg.norm(there - here, axis=1)
        kept = gap <= np.quantile(gap, _KEPT)
        distance = float(gap[kept].mean())
        shape = _solve(
            basis[kept], (there - mean)[kept], normals[match.triangle[kept]]
        )
    skin = head.subdivision @ head.points(shape)[:count]
    return Registration(shape, np.asarray(skin, np.float32), faces, jaw, distance)


def _solve(basis: Points, wanted: Points, normals: Points) -> Points:
    """Identity (64,) that takes the points nearest to where they are wanted (N, 3)."""
    across = np.einsum("nc,nck->nk", normals, basis)
    along = _ALONG_SURFACE * basis.reshape(-1, basis.shape[-1])
    system = np.concatenate([across, along]) / _NOISE
    right = np.concatenate(
        [np.einsum("nc,nc->n", normals, wanted), _ALONG_SURFACE * wanted.ravel()]
    )
    # Neighbouring points say the same: a hundredth of them counts.
    gram = system.T @ system / 100 + np.eye(basis.shape[-1])
    return np.asarray(np.linalg.solve(gram, system.T @ right / _NOISE / 100), np.float64)


def lifted(points: NDArray[np.floating], jaw: NDArray[np.floating]) -> Points:
    """(N, 4) points with their unit jaw weight as a further coordinate."""
    return np.column_stack([points, _JAW_UNIT * jaw]).astype(np.float64)


def _normals(vertices: NDArray[np.floating], faces: NDArray[np.integer]) -> Points:
    """(F, 3) unit normals of triangles."""
    corners = vertices[faces].astype(np.float64)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-20))
