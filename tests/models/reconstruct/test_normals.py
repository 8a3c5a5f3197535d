from __future__ import annotations

import numpy as np
import trimesh

from models.reconstruct.normals import vertex_normals


def test_sphere_normals_are_radial() -> None:
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.2)
    normals = vertex_normals(np.asarray(ball.vertices, np.float32), np.asarray(ball.faces))
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    cosine = np.einsum("ij,ij->i", normals, ball.vertices / 0.2)
    assert cosine.min() > np.cos(np.radians(1.0))
    inward = vertex_normals(np.asarray(ball.vertices, np.float32), np.asarray(ball.faces)[:, ::-1])
    np.testing.assert_allclose(inward, -normals, atol=1e-6)


def test_large_triangles_count_more() -> None:
    """A corner of one large and one small right triangle, in planes at right angles."""
    vertices = np.array([[0, 0, 0], [3, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    expected = np.array([0.5, 0, 1.5]) / np.hypot(0.5, 1.5)
    np.testing.assert_allclose(vertex_normals(vertices, faces)[0], expected, atol=1e-6)
    np.testing.assert_allclose(vertex_normals(vertices, faces)[1], [0, 0, 1], atol=1e-6)


def test_unused_vertex_has_no_normal() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5]], np.float32)
    normals = vertex_normals(vertices, np.array([[0, 1, 2]], np.int32))
    assert not normals[3].any() and normals[:3].any(1).all()
