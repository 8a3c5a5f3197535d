from __future__ import annotations

import numpy as np
import pytest

from models.camera import Camera
from models.render.zbuffer import rasterize

SIZE = 24


def _loop(
    pixels: np.ndarray, depth: np.ndarray, faces: np.ndarray, size: int, farthest: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Triangle and depth of each pixel, one pixel and one triangle at a time."""
    triangle, buffer = np.full((size, size), -1), np.full((size, size), np.inf)
    for row in range(size):
        for column in range(size):
            point = np.array([column + 0.5, row + 0.5, 1.0])
            for t, face in enumerate(faces):
                corners = np.vstack([pixels[face].T, np.ones(3)])
                if (depth[face] <= 0).any() or abs(np.linalg.det(corners)) < 1e-12:
                    continue
                weights = np.linalg.solve(corners, point)
                if weights.min() < 0:
                    continue
                z = 1 / (weights / depth[face]).sum()
                nearer = z > buffer[row, column] if farthest else z < buffer[row, column]
                if triangle[row, column] < 0 or nearer:
                    triangle[row, column], buffer[row, column] = t, z
    return triangle, buffer


def _triangles(seed: int, count: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    pixels = rng.uniform(-0.3 * SIZE, 1.3 * SIZE, (3 * count, 2))
    return pixels, rng.uniform(1, 4, 3 * count), np.arange(3 * count).reshape(-1, 3)


@pytest.mark.parametrize("farthest", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_agrees_with_a_plain_loop(seed: int, farthest: bool) -> None:
    pixels, depth, faces = _triangles(seed)
    depth[4] = -1.0  # behind the camera: its triangle is left out
    triangle, buffer = _loop(pixels, depth, faces, SIZE, farthest)
    hits = rasterize(pixels, depth, faces, SIZE, SIZE, farthest=farthest)
    assert (triangle >= 0).mean() > 0.4 and len(np.unique(triangle)) > 4
    assert 1 not in triangle
    np.testing.assert_array_equal(hits.triangle, triangle)
    np.testing.assert_allclose(hits.depth, buffer, rtol=1e-5)


def test_nearest_and_farthest_differ() -> None:
    pixels, depth, faces = _triangles(3)
    near = rasterize(pixels, depth, faces, SIZE, SIZE)
    far = rasterize(pixels, depth, faces, SIZE, SIZE, farthest=True)
    seen = near.triangle >= 0
    np.testing.assert_array_equal(seen, far.triangle >= 0)
    assert (near.depth[seen] <= far.depth[seen]).all()
    assert (near.depth[seen] < far.depth[seen]).mean() > 0.3


def test_weights_are_perspective_correct() -> None:
    """A steep plane: interpolated positions lie on each pixel's own ray."""
    camera = Camera.orbit(fov=60.0, radius=2.0)
    points = np.array([[-1, -0.6, 1.2], [1, -0.6, -0.5], [0.9, 0.7, -3.0], [-1, 0.8, 0.5]])
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    where, depth = camera.project(points)
    hits = rasterize(where * SIZE, depth, faces, SIZE, SIZE)
    found = hits.interpolate(faces, points)
    rows, columns = np.nonzero(hits.triangle >= 0)
    assert len(rows) > 100
    seen, z = camera.project(found)
    np.testing.assert_allclose(seen * SIZE, np.stack([columns, rows], 1) + 0.5, atol=1e-3)
    np.testing.assert_allclose(z, hits.depth[rows, columns], rtol=1e-5)
    np.testing.assert_allclose(hits.barycentric[rows, columns].sum(1), 1, atol=1e-5)
    # Weights of the picture plane instead would miss by more than a pixel here.
    assert np.ptp(depth) > 1.5


def test_both_sides_of_a_triangle_are_drawn() -> None:
    pixels = np.array([[2.0, 2.0], [20.0, 4.0], [6.0, 21.0]])
    depth = np.array([1.0, 2.0, 3.0])
    front = rasterize(pixels, depth, np.array([[0, 1, 2]]), SIZE, SIZE)
    back = rasterize(pixels, depth, np.array([[0, 2, 1]]), SIZE, SIZE)
    assert (front.triangle == 0).sum() > 100
    np.testing.assert_array_equal(front.triangle, back.triangle)
    np.testing.assert_allclose(front.depth, back.depth)


def test_adjacent_triangles_leave_no_gap() -> None:
    """A closed fan over the whole picture covers every pixel."""
    rng = np.random.default_rng(5)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    rim = SIZE / 2 + SIZE * np.stack([np.cos(angle), np.sin(angle)], 1)
    pixels = np.concatenate([[[SIZE / 2 + 0.21, SIZE / 2 - 0.13]], rim])
    faces = np.stack([np.zeros(40, int), 1 + np.arange(40), 1 + (np.arange(40) + 1) % 40], 1)
    assert np.diff(angle, append=angle[0] + 2 * np.pi).max() < 1.2
    hits = rasterize(pixels, np.ones(41), faces, SIZE, SIZE)
    assert (hits.triangle >= 0).all()


def test_empty_picture() -> None:
    hits = rasterize(np.zeros((3, 2)), np.ones(3), np.array([[0, 1, 2]]), 3, 5)
    assert hits.triangle.shape == (3, 5) and (hits.triangle == -1).all()
    assert np.isinf(hits.depth).all() and not hits.barycentric.any()
    assert hits.interpolate(np.array([[0, 1, 2]], np.int32), np.zeros((3, 2))).shape == (0, 2)
