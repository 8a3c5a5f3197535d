"""ARKit on FLAME: alignment, transfer, regions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from models.head.flame_arkit import align_flame, apply_arkit_map, fit_arkit_map
from models.head.flame_regions import head_regions
from models.head.mesh_match import (
    Similarity,
    closest_on_mesh,
    eye_alignment,
    fit_similarity,
)
from models.pose import ARKIT_NAMES
from tests.models.head.flame_like import JOINTS, flame_arrays, spiral

FLAME = flame_arrays()
EYES = JOINTS[3:]
TRUE = Similarity(3.1, Rotation.from_rotvec([0.05, -0.04, 0.03]).as_matrix(), np.array([0.1, 0, 0]))


@pytest.fixture(scope="module")
def faces() -> NDArray[np.int32]:
    """Triangles of the egg: the hull of the sphere its vertices came from."""
    return ConvexHull(spiral()).simplices.astype(np.int32)


@pytest.fixture(scope="module")
def alignment(faces: NDArray[np.int32]) -> Similarity:
    other = TRUE.apply(FLAME.template)
    return align_flame(FLAME.template, EYES, other, faces, TRUE.apply(EYES))


def _turned(angle: list[float]) -> NDArray[np.float64]:
    arms = FLAME.template - JOINTS[2]
    return FLAME.weights[:, 2:3] * (Rotation.from_rotvec(angle).apply(arms) - arms)


def test_similarities_are_recovered_from_matched_points() -> None:
    points = np.random.default_rng(0).normal(size=(20, 3))
    found = fit_similarity(points, TRUE.apply(points))
    np.testing.assert_allclose(found.apply(points), TRUE.apply(points), atol=1e-12)
    vectors = points @ TRUE.rotation.T * TRUE.scale
    np.testing.assert_allclose(TRUE.unapply_vectors(vectors), points, atol=1e-12)


def test_closest_points_match_a_search_over_all_triangles() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    faces = np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]])
    points = np.random.default_rng(1).uniform(-1, 2, size=(200, 3))
    match = closest_on_mesh(points, vertices, faces)
    assert match.barycentric.min() >= 0.0
    np.testing.assert_allclose(match.barycentric.sum(1), 1.0)
    grid = np.array([(i, j, 40 - i - j) for i in range(41) for j in range(41 - i)]) / 40
    surface = (grid @ vertices[faces]).reshape(-1, 3)
    sampled = np.linalg.norm(points[:, None] - surface, axis=-1).min(1)
    assert (match.distance <= sampled + 1e-9).all()
    assert (match.distance >= sampled - 0.03).all()
    found = match.interpolate(vertices, faces)
    np.testing.assert_allclose(np.linalg.norm(found - points, axis=1), match.distance, atol=1e-12)


def test_heads_are_aligned(alignment: Similarity) -> None:
    def error(found: Similarity) -> float:
        difference = found.apply(FLAME.template) - TRUE.apply(FLAME.template)
        return float(np.linalg.norm(difference, axis=1).max() / TRUE.scale)

    # An egg lets itself slide; a face holds better.
    assert error(alignment) < 0.06 * np.linalg.norm(EYES[0] - EYES[1])
    assert error(alignment) < 0.3 * error(eye_alignment(EYES, TRUE.apply(EYES)))


def test_known_motion_is_recovered(faces: NDArray[np.int32]) -> None:
    random = np.random.default_rng(3)
    deltas = np.zeros((52, 5023, 3))
    smile, jaw_open, left = (ARKIT_NAMES.index(n) for n in ("mouthSmileLeft", "jawOpen", "jawLeft"))
    expression = random.normal(size=100)
    deltas[smile] = FLAME.expression_basis @ expression
    deltas[jaw_open] = _turned([0.35, 0, 0])
    deltas[left] = _turned([0, 0.1, 0]) + 0.5 * FLAME.expression_basis[..., 4]
    arkit_map = fit_arkit_map(
        FLAME.template,
        FLAME.expression_basis,
        TRUE.apply(FLAME.template),
        deltas @ TRUE.rotation.T * TRUE.scale,
        head_faces=faces,
        alignment=TRUE,
        flame_eyes=EYES,
        jaw_pivot=JOINTS[2],
        jaw_weights=FLAME.weights[:, 2],
        head_jaw_weights=FLAME.weights[:, 2],
        ridge=1e-8,
    )
    assert arkit_map.shape == (52, 103)
    face = head_regions(FLAME.template, EYES).face
    # Components that live outside of the face are not seen: compare displacements, not numbers.
    smiled = FLAME.expression_basis[face] @ arkit_map[smile, :100]
    np.testing.assert_allclose(smiled, deltas[smile, face], atol=2e-4)
    assert np.abs(deltas[smile, face]).max() > 0.01
    np.testing.assert_allclose(arkit_map[smile, 100:], 0)
    np.testing.assert_allclose(arkit_map[jaw_open, 100:], [0.35, 0, 0], atol=1e-3)
    assert np.abs(arkit_map[jaw_open, :100]).max() < 0.02
    assert arkit_map[left, 101] == pytest.approx(0.1, abs=0.02)
    np.testing.assert_allclose(arkit_map[ARKIT_NAMES.index("tongueOut")], 0, atol=1e-9)

    coefficients = np.zeros((2, 52))
    coefficients[1, jaw_open] = 0.5
    found_expression, found_jaw = apply_arkit_map(arkit_map, coefficients)
    assert found_expression.shape == (2, 100)
    np.testing.assert_allclose(found_jaw, [[0, 0, 0], [0.175, 0, 0]], atol=1e-3)


def test_ridge_keeps_coefficients_small(faces: NDArray[np.int32]) -> None:
    deltas = np.zeros((52, 5023, 3))
    deltas[5] = np.random.default_rng(4).normal(scale=0.002, size=(5023, 3))

    def size(ridge: float) -> float:
        found = fit_arkit_map(
            FLAME.template,
            FLAME.expression_basis,
            FLAME.template,
            deltas,
            head_faces=faces,
            alignment=Similarity(1.0, np.eye(3), np.zeros(3)),
            flame_eyes=EYES,
            jaw_pivot=JOINTS[2],
            jaw_weights=FLAME.weights[:, 2],
            head_jaw_weights=FLAME.weights[:, 2],
            ridge=ridge,
        )
        return float(np.linalg.norm(found[5]))

    assert size(1e-1) < 0.8 * size(1e-6)


def test_regions_by_position() -> None:
    regions = head_regions(FLAME.template, EYES)
    nose = int(FLAME.template[:, 2].argmax())
    crown, bottom = int(FLAME.template[:, 1].argmax()), int(FLAME.template[:, 1].argmin())
    back = int(FLAME.template[:, 2].argmin())
    assert regions.face[nose]
    assert regions.neck[bottom]
    for mask in (regions.face, regions.ears, regions.neck):
        assert 50 < mask.sum() < 3500
        assert not mask[crown]
    assert not regions.face[back]
    assert not (regions.face & regions.ears).any()
    assert not (regions.face & regions.neck).any()
    x = FLAME.template[regions.ears][:, 0]
    assert (x > 0.05).any() and (x < -0.05).any() and (np.abs(x) > 0.05).all()


def test_a_further_coordinate_keeps_lips_apart() -> None:
    # Two sheets a hair apart, upper (weight 0) and lower (weight 1); a low point of the upper one.
    square = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.0]])
    vertices = np.concatenate([square + (0, 0, 0.01), square])
    weights = np.repeat([0.0, 1.0], 4)
    faces = np.array([[0, 1, 2], [1, 3, 2], [4, 5, 6], [5, 7, 6]])
    point = np.array([[0.3, 0.3, -0.02]])
    assert closest_on_mesh(point, vertices, faces).triangle[0] == 2
    apart = closest_on_mesh(
        np.column_stack([point, [0.0]]), np.column_stack([vertices, weights]), faces
    )
    assert apart.triangle[0] == 0
