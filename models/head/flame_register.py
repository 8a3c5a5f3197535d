"""The open head bent into FLAME's average face, so that points of one are found on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.head.mesh_match import SurfacePoints, closest_on_mesh
from models.head.open_head import OpenHeadData

FloatArray = NDArray[np.float32]
Points = NDArray[np.float64]

_ITERATIONS = 16
_POINTS = 1800
_NOISE = 0.002
"""How exactly a matched point is believed, canonical units."""
_ALONG_SURFACE = 0.15
"""Weight of a match's sideways part: nearest points slide."""
_KEPT = 0.92
_TURN, _SHIFT, _GROWTH = 0.08, 0.03, 0.06
"""How far the first alignment may be off: radians, canonical units, share of the size."""
_JAW_UNIT = 0.15
"""Canonical length of a jaw weight of 1 in matching; keeps upper and lower lip apart."""


@dataclass(frozen=True, eq=False)
class Registration:
    """The open head in FLAME's average shape.

    Attributes:
        points: (P, 3) its control vertices and named points, canonical units.
        skin: (V, 3) its skin, canonical units.
        faces: (F, 3) its outer skin, without mouth and eye sockets.
        jaw: (V,) its jaw weights, 0..1.
        distance: mean distance to FLAME's surface, canonical units.
    """

    points: FloatArray
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

    Iterated closest points, point to plane (Chen and Medioni 1992), in the space of the open
    head's identities.

    Args:
        head: the open head.
        faces: its outer skin (``outer_faces``).
        movable: (V,) skin vertices that are matched: the face.
        target, target_faces, target_jaw: vertices (N, 3), triangles and unit jaw weights (N,).
    """
    rows = np.nonzero(movable)[0]
    rows = rows[:: max(1, len(rows) // _POINTS)]
    to_rows = head.subdivision[rows]
    count = head.control_count
    free = _freedoms(head)
    mean = np.asarray(to_rows @ head.template[:count], np.float64)
    basis = np.stack([to_rows @ move[:count] for move in free], -1)
    jaw = unit_jaw(head.skin_weights[:, 3])
    wanted = lifted(target, target_jaw)
    normals = _normals(target, target_faces)
    amount = np.zeros(basis.shape[-1])
    distance = 0.0
    for _ in range(_ITERATIONS):
        here = mean + basis @ amount
        match = closest_on_mesh(lifted(here, jaw[rows]), wanted, target_faces)
        there = match.interpolate(target, target_faces)
        gap = np.linalg.norm(there - here, axis=1)
        kept = gap <= np.quantile(gap, _KEPT)
        distance = float(gap[kept].mean())
        amount = _solve(basis[kept], (there - mean)[kept], normals[match.triangle[kept]])
    points = (head.template + np.tensordot(amount, free, 1)).astype(np.float32)
    skin = np.asarray(head.subdivision @ points[:count], np.float32)
    return Registration(points, skin, faces, jaw, distance)


def _freedoms(head: OpenHeadData) -> Points:
    """(64 + 7, P, 3) identity components, then small similarities, each at unit variance."""
    arms = head.template - head.template[: head.control_count].mean(0)
    turns = [np.cross(axis, arms) for axis in np.eye(3)]
    shifts = [np.broadcast_to(axis, arms.shape) for axis in np.eye(3)]
    similar = [*(_TURN * turn for turn in turns), *(_SHIFT * s for s in shifts), _GROWTH * arms]
    return np.concatenate([head.shape_basis, np.stack(similar)]).astype(np.float64)


def _solve(basis: Points, wanted: Points, normals: Points) -> Points:
    """Amounts (K,) that take the points nearest to where they are wanted (N, 3)."""
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
