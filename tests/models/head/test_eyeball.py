"""The parametric eyeball."""

from __future__ import annotations

import numpy as np
import pytest

from models.head.eyeball import (
    IRIS_RADIUS,
    MAX_ANGLE,
    EyeRegion,
    eyeball,
    uv_angle,
    uv_from_direction,
)


def test_size_types_and_regions() -> None:
    mesh = eyeball()
    assert 600 <= len(mesh.vertices) <= 1000
    assert mesh.vertices.dtype == np.float32
    assert mesh.faces.dtype == np.int32
    assert mesh.region.dtype == np.uint8
    assert set(np.unique(mesh.region)) == set(EyeRegion)
    assert mesh.faces.max() == len(mesh.vertices) - 1
    assert (mesh.jaw == 0).all()


def test_every_face_points_outward() -> None:
    mesh = eyeball()
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ij,ij->i", normal, corners.mean(1)) > 0).all()
    assert (np.einsum("ij,ij->i", mesh.normals(), mesh.vertices) > 0.9).all()


def test_only_the_back_is_open() -> None:
    mesh = eyeball(rings=10, segments=12)
    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
    directed = {(int(a), int(b)) for a, b in edges}
    assert len(directed) == len(edges)
    border = {a for a, b in directed if (b, a) not in directed}
    assert border == set(range(len(mesh.vertices) - 12, len(mesh.vertices)))
    assert uv_angle(mesh.uv[sorted(border)]) == pytest.approx(MAX_ANGLE, abs=1e-5)


def test_cornea_bulges_like_a_human_one() -> None:
    mesh = eyeball()
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert 1.08 < mesh.vertices[0, 2] < 1.11
    assert mesh.vertices[0, 2] == mesh.vertices[:, 2].max()
    assert radius[mesh.region == EyeRegion.SCLERA] == pytest.approx(1.0, abs=0.01)
    assert np.linalg.norm(eyeball(bulge=0.0).vertices, axis=1) == pytest.approx(1.0, abs=1e-6)


def test_regions_follow_the_iris_radius() -> None:
    for wanted in (0.4, IRIS_RADIUS, 0.6):
        mesh = eyeball(iris_radius=wanted, bulge=0.0)
        across = np.linalg.norm(mesh.vertices[:, :2], axis=1)
        iris = mesh.region == EyeRegion.IRIS
        assert across[iris].max() == pytest.approx(wanted, abs=1e-5)
        front = (mesh.region == EyeRegion.SCLERA) & (mesh.vertices[:, 2] > 0)
        assert across[front].min() > wanted


def test_uv_is_the_direction_from_the_axis() -> None:
    angle = np.array([0.0, 0.3, 1.0, 1.7])
    direction = np.stack([np.sin(angle), np.zeros(4), np.cos(angle)], 1)
    uv = uv_from_direction(direction)
    assert uv[:, 0] == pytest.approx(0.5 + 0.5 * angle / MAX_ANGLE, abs=1e-6)
    assert uv[:, 1] == pytest.approx(0.5)
    assert uv_angle(uv) == pytest.approx(angle, abs=1e-6)
    mesh = eyeball()
    top = mesh.vertices[:, 1].argmax()
    assert mesh.uv[top, 1] > 0.85
    assert mesh.uv[top, 0] == pytest.approx(0.5, abs=1e-6)
    assert (mesh.uv >= 0).all()
    assert (mesh.uv <= 1).all()


def test_left_and_right_are_alike() -> None:
    vertices = eyeball().vertices
    mirrored = vertices * np.array([-1, 1, 1], np.float32)
    gap = np.linalg.norm(vertices[:, None] - mirrored[None], axis=2).min(1)
    assert gap.max() < 1e-5


@pytest.mark.parametrize(
    "wrong", [{"rings": 4}, {"segments": 7}, {"iris_radius": 0.95}, {"pupil_ratio": 0.0}]
)
def test_bad_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        eyeball(**wrong)  # type: ignore[arg-type]
