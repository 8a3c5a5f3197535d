from __future__ import annotations

import numpy as np

from models.head.subdivide import catmull_clark

CUBE = np.array(
    [[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)], np.float64
)
CUBE_QUADS = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], np.int32
)


def _grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:side, :side].astype(np.float64)
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(side * side)], 1)
    index = np.arange(side * side).reshape(side, side)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], -1)
    return vertices, quads.reshape(-1, 4).astype(np.int32)


def test_cube_has_the_textbook_points() -> None:
    fine = catmull_clark(CUBE_QUADS, 8).matrix @ CUBE
    assert fine.shape == (8 + 12 + 6, 3)
    # (F + 2 E + (n - 3) V) / n with n = 3: mean face point 1/3, mean edge midpoint 2/3.
    np.testing.assert_allclose(np.abs(fine[:8]), 5 / 9)
    np.testing.assert_array_equal(np.sign(fine[:8]), np.sign(CUBE))
    np.testing.assert_allclose(np.sort(np.abs(fine[8:20]), axis=1), [[0, 0.75, 0.75]] * 12)
    np.testing.assert_allclose(np.sort(np.abs(fine[20:]), axis=1), [[0, 0, 1]] * 6)


def test_fine_quads_keep_orientation_order_and_tile_the_surface() -> None:
    step = catmull_clark(CUBE_QUADS, 8)
    assert step.quads.shape == (24, 4)
    np.testing.assert_array_equal(np.unique(step.quads), np.arange(26))
    sides = np.stack([step.quads, np.roll(step.quads, -1, axis=1)], -1).reshape(-1, 2)
    assert len(np.unique(sides, axis=0)) == len(sides)  # each directed edge once: oriented
    np.testing.assert_array_equal(
        sides[np.lexsort(sides.T)], sides[:, ::-1][np.lexsort(sides[:, ::-1].T)]
    )
    for coarse, fine in zip(CUBE_QUADS, step.quads.reshape(6, 4, 4), strict=True):
        np.testing.assert_array_equal(fine[:, 0], coarse)


def test_flat_grid_stays_flat_and_interior_is_linear() -> None:
    vertices, quads = _grid(6)
    step = catmull_clark(quads, len(vertices))
    fine = step.matrix @ vertices
    np.testing.assert_allclose(fine[:, 2], 0)
    inner = ((vertices[:, :2] > 0) & (vertices[:, :2] < 5)).all(1)
    np.testing.assert_allclose(fine[: len(vertices)][inner], vertices[inner], atol=1e-12)
    assert fine.min() >= 0 and fine.max() <= 5


def test_boundary_follows_the_b_spline_rule() -> None:
    vertices, quads = _grid(4)
    bent = vertices.copy()
    bent[1, 1] = -1.0  # second vertex of the lower edge
    step = catmull_clark(quads, len(bent))
    fine = step.matrix @ bent
    # 1/8 (left neighbour) + 3/4 + 1/8 (right neighbour); inner vertices have no say.
    np.testing.assert_allclose(fine[1], [1, -0.75, 0])
    np.testing.assert_allclose(fine[2], [2, -0.125, 0])


def test_rows_sum_to_one_and_loose_vertices_stay() -> None:
    vertices, quads = _grid(4)
    loose = np.array([[7.0, 8.0, 9.0]])
    matrix = catmull_clark(quads, len(vertices) + 1).matrix
    np.testing.assert_allclose(np.asarray(matrix.sum(1)).ravel(), 1)
    fine = matrix @ np.concatenate([vertices, loose])
    np.testing.assert_allclose(fine[len(vertices)], loose[0])
