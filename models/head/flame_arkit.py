"""ARKit coefficients on FLAME, by least-squares transfer from a head that has ARKit shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from models.head.flame_regions import head_regions
from models.head.mesh_match import Similarity, align_to_mesh, closest_on_mesh, eye_alignment
from models.pose import ARKIT_NAMES

JAW_AXES = {"jawOpen": (0,), "jawLeft": (1,), "jawRight": (1,)}
"""Which axes of the jaw joint a coefficient may turn; all else is expression."""

_ALIGN_POINTS = 600
_JAW_LIMIT = 0.7
"""Largest turn of the jaw in radians; keeps the fit sane when no vertex is bound to it."""

_MATCH_LIMIT = 0.35
"""Farthest correspondence that is trusted, in distances between the eyes."""


def align_flame(
    flame_vertices: NDArray[np.floating],
    flame_eyes: NDArray[np.floating],
    head_vertices: NDArray[np.floating],
    head_faces: NDArray[np.integer],
    head_eyes: NDArray[np.floating],
) -> Similarity:
    """Similarity from FLAME's space to another head's, both neutral and upright.

    Args:
        flame_vertices: (5023, 3).
        flame_eyes: (2, 3) FLAME's eye joints, left, right.
        head_vertices: (V, 3) the other head.
        head_faces: (F, 3) its skin, without eyes, teeth and tongue.
        head_eyes: (2, 3) its eye centres, left, right.
    """
    face = np.nonzero(head_regions(flame_vertices, flame_eyes).face)[0]
    start = eye_alignment(flame_eyes, head_eyes)
    # Six hundred points decide seven numbers as well as all of them, and much faster.
    some = flame_vertices[face[:: max(1, len(face) // _ALIGN_POINTS)]]
    return align_to_mesh(some, head_vertices, head_faces, start)


def fit_arkit_map(
    flame_vertices: NDArray[np.floating],
    flame_expression_basis: NDArray[np.floating],
    head_vertices: NDArray[np.floating],
    head_arkit_deltas: NDArray[np.floating],
    *,
    head_faces: NDArray[np.integer],
    alignment: Similarity,
    flame_eyes: NDArray[np.floating],
    jaw_pivot: NDArray[np.floating],
    jaw_weights: NDArray[np.floating],
    head_jaw_weights: NDArray[np.floating],
    ridge: float = 1e-3,
) -> NDArray[np.float32]:
    """How each ARKit coefficient moves FLAME's expression and jaw.

    The other head's displacements are read at the points of its skin nearest to FLAME's aligned
    face vertices. What the jaw joint can explain of jawOpen, jawLeft and jawRight goes there; the
    rest is fitted in the expression space by ridge regression.

    Args:
        flame_vertices: (5023, 3) neutral.
        flame_expression_basis: (5023, 3, E) displacements.
        head_vertices: (V, 3) the other head, neutral.
        head_arkit_deltas: (52, V, 3) its displacements, in the order of ``ARKIT_NAMES``.
        head_faces: (F, 3) its skin.
        alignment: FLAME to the other head (``align_flame``).
        flame_eyes: (2, 3) FLAME's eye joints.
        jaw_pivot: (3,) FLAME's jaw joint.
        jaw_weights: (5023,) FLAME's skinning weights of the jaw.
        head_jaw_weights: (V,) the other head's.
        ridge: weight of the coefficients' size, relative to the mean energy of a basis vector.

    Returns:
        (52, E + 3) matrix: coefficients times it give expression, then jaw axis-angle in radians.
    """
    unit = float(np.linalg.norm(flame_eyes[0] - flame_eyes[1]))
    face = np.nonzero(head_regions(flame_vertices, flame_eyes).face)[0]
    # The jaw's weight as a fourth coordinate keeps upper and lower lips apart, whose places differ
    # from head to head by more than their distance.
    size = unit * alignment.scale
    places = alignment.apply(flame_vertices[face])
    match = closest_on_mesh(
        np.column_stack([places, size * jaw_weights[face]]),
        np.column_stack([head_vertices, size * head_jaw_weights]),
        head_faces,
    )
    found = match.interpolate(head_vertices, head_faces)
    trusted = np.linalg.norm(found - places, axis=1) < _MATCH_LIMIT * size
    moved = match.interpolate(np.moveaxis(head_arkit_deltas, 0, 1), head_faces)
    targets = alignment.unapply_vectors(moved)[trusted]  # (N, 52, 3)
    rows = face[trusted]
    arms = flame_vertices[rows].astype(np.float64) - jaw_pivot
    jaw = np.zeros((len(ARKIT_NAMES), 3))
    for name, axes in JAW_AXES.items():
        index = ARKIT_NAMES.index(name)
        jaw[index] = _fit_jaw(targets[:, index], arms, jaw_weights[rows], axes)
        targets[:, index] -= _jaw_motion(jaw[index], arms, jaw_weights[rows])
    expression = _ridge(flame_expression_basis[rows], targets, ridge)
    return np.concatenate([expression, jaw], axis=1).astype(np.float32)


def apply_arkit_map(
    arkit_map: NDArray[np.floating], blendshapes: NDArray[np.floating]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Expression (..., E) and jaw rotation (..., 3) in radians for coefficients (..., 52)."""
    values = np.asarray(blendshapes @ arkit_map, np.float32)
    return values[..., :-3], values[..., -3:]


def _jaw_motion(
    rotation: NDArray[np.float64], arms: NDArray[np.float64], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Displacements (N, 3) of linear blend skinning when the jaw turns by an axis-angle (3,)."""
    turned = Rotation.from_rotvec(rotation).apply(arms)
    return np.asarray(weights[:, None] * (turned - arms), np.float64)


def _fit_jaw(
    target: NDArray[np.float64],
    arms: NDArray[np.float64],
    weights: NDArray[np.floating],
    axes: tuple[int, ...],
) -> NDArray[np.float64]:
    """Jaw rotation about some axes whose motion is nearest to displacements (N, 3)."""
    scale = float(np.abs(arms).max())

    def rotation(angles: NDArray[np.float64]) -> NDArray[np.float64]:
        full = np.zeros(3)
        full[list(axes)] = angles
        return full

    def residual(angles: NDArray[np.float64]) -> NDArray[np.float64]:
        difference = _jaw_motion(rotation(angles), arms, weights) - target
        return np.asarray(difference.ravel() / scale, np.float64)

    found = least_squares(residual, np.zeros(len(axes)), bounds=(-_JAW_LIMIT, _JAW_LIMIT))
    return rotation(found.x)


def _ridge(
    basis: NDArray[np.floating], targets: NDArray[np.float64], ridge: float
) -> NDArray[np.float64]:
    """Coefficients (T, E) of targets (N, T, 3) in a basis (N, 3, E)."""
    flat = basis.reshape(-1, basis.shape[-1]).astype(np.float64)
    wanted = np.moveaxis(targets, 1, -1).reshape(len(flat), -1)
    gram = flat.T @ flat
    gram[np.diag_indices_from(gram)] += ridge * np.trace(gram) / len(gram)
    return np.asarray(np.linalg.solve(gram, flat.T @ wanted).T, np.float64)
