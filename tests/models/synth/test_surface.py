"""Volumes, refinement, light and paint of synthetic heads."""

from __future__ import annotations

import numpy as np
import pytest

from models.synth.light import irradiance, studio
from models.synth.noise import smoothstep, waves
from models.synth.skin import outline_distance
from models.synth.surface import refine, stacked, unit, volume_surface
from models.synth.torso import body_distance


def ball(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points - (0.1, 0, 0), axis=1) - 0.5


def sphere() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return volume_surface(ball, np.full(3, -0.7), np.full(3, 0.7), 0.07)


def test_volume_surface() -> None:
    vertices, normals, faces = sphere()
    assert np.abs(ball(vertices)).max() < 0.01
    outward = unit(vertices - np.float32([0.1, 0, 0]))
    assert np.einsum("nd,nd->n", outward, normals).min() > 0.9
    a, b, c = vertices[faces].transpose(1, 0, 2)
    facing = np.einsum("nd,nd->n", np.cross(b - a, c - a), a - np.float32([0.1, 0, 0]))
    assert (facing > 0).mean() > 0.99


def test_refine_keeps_the_surface() -> None:
    vertices = np.float32([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]])
    faces = np.int32([[0, 1, 2], [1, 3, 2]])
    fine = refine(faces, 4, 2)
    assert len(fine.faces) == 32 and fine.faces.max() == 24
    points = fine(vertices)
    assert np.array_equal(points[:4], vertices)
    a, b, c = points[fine.faces].transpose(1, 0, 2)
    assert np.cross(b - a, c - a)[:, 2] == pytest.approx(1 / 16)


def test_stacked() -> None:
    joined = stacked([np.int32([[0, 1, 2]]), np.int32([[0, 2, 1]])], [3, 3])
    assert joined.tolist() == [[0, 1, 2], [3, 5, 4]]


def test_light_reaches_what_nothing_hides() -> None:
    vertices, normals, faces = sphere()
    lamps, strength = np.array([[0.0, 0.0, 1.0]]), np.array([2.0])
    light = irradiance(vertices, normals, faces, lamps, strength)
    facing = normals[:, 2]
    assert light[facing > 0.5] == pytest.approx(2 * facing[facing > 0.5], abs=1e-3)
    assert light[facing < -0.1].max() == 0
    plate = np.float32([[-1, -1, 1], [1, -1, 1], [0, 2, 1]])
    hidden = irradiance(
        np.concatenate([vertices, plate]),
        np.concatenate([normals, np.float32([[0, 0, 1]] * 3)]),
        stacked([faces, np.int32([[0, 1, 2]])], [len(vertices), 3]),
        lamps,
        strength,
    )
    assert hidden[: len(vertices)].max() < 0.05
    assert hidden[len(vertices) :] == pytest.approx(2)


def test_studio_lights_the_front() -> None:
    lamps, strength = studio(np.random.default_rng(1))
    assert np.linalg.norm(lamps, axis=1) == pytest.approx(1)
    towards = {
        name: float((strength * np.clip(lamps @ way, 0, 1)).sum())
        for name, way in {"front": (0, 0.3, 0.95), "back": (0, -0.3, -0.95)}.items()
    }
    assert 0.7 < towards["front"] < 1.05 and towards["front"] > 2 * towards["back"]


def test_outline_distance() -> None:
    square = np.array([[0.0, 0], [2, 0], [2, 2], [0, 2]])
    points = np.array([[1, 1], [1, 1.5], [3, 1], [3, 3], [-1, 1]], float)
    expected = [-1, -0.5, 1, np.sqrt(2), 1]
    assert outline_distance(points, square) == pytest.approx(expected)


def test_patterns() -> None:
    points = np.random.default_rng(0).uniform(0, 9, (4000, 3))
    first = waves(points, np.random.default_rng(5), 3.0)
    assert np.array_equal(first, waves(points, np.random.default_rng(5), 3.0))
    assert first.mean() == pytest.approx(0, abs=0.15) and first.std() == pytest.approx(1, abs=0.2)
    assert smoothstep(1, 0, np.array([-1.0, 0.5, 2])).tolist() == [1, 0.5, 0]


def test_body_joins_the_neck() -> None:
    inside = np.array([[0, -0.35, -0.04], [0.3, -0.55, -0.07], [0, -0.9, -0.05]])
    outside = np.array([[0, -0.1, 0], [0.3, -0.3, -0.07], [0.7, -0.5, 0], [0, -0.5, 0.4]])
    assert (body_distance(inside, 0.4, 0.0) < 0).all()
    assert (body_distance(outside, 0.4, 0.0) > 0).all()
