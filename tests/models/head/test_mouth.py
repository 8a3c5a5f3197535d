"""The parametric mouth: teeth, gums, palate, tongue and cavity."""

from __future__ import annotations

import numpy as np
import pytest

from models.head.mouth import ARCH_WIDTH, MouthRegion, mouth, mouth_parts
from models.head.part_mesh import PartMesh

CLOSED = tuple(region for region in MouthRegion if region < MouthRegion.PALATE) + (
    MouthRegion.TONGUE,
)


@pytest.fixture(scope="module")
def parts() -> dict[MouthRegion, PartMesh]:
    return mouth_parts()


def _directed_edges(mesh: PartMesh) -> set[tuple[int, int]]:
    faces = mesh.faces
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    directed = {(int(a), int(b)) for a, b in edges}
    assert len(directed) == len(edges), "two faces run the same way along an edge"
    return directed


def _hits(mesh: PartMesh, x: float, y: float) -> np.ndarray:
    """z of every front-facing crossing of the ray through (x, y) along -Z."""
    corner = mesh.vertices[mesh.faces].astype(np.float64)
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    area = np.where(np.abs(area) < 1e-15, np.nan, area)
    p = np.array([x, y]) - a[:, :2]
    v = (p[:, 0] * (c - a)[:, 1] - p[:, 1] * (c - a)[:, 0]) / area
    w = ((b - a)[:, 0] * p[:, 1] - (b - a)[:, 1] * p[:, 0]) / area
    inside = (v >= 0) & (w >= 0) & (v + w <= 1) & (area > 0)
    return (a[:, 2] + v * (b - a)[:, 2] + w * (c - a)[:, 2])[inside]


def _opened(mesh: PartMesh, degrees: float) -> PartMesh:
    """The mouth with the jaw turned about an axis 9 cm behind and 4 cm above the incisors."""
    angle = np.deg2rad(degrees) * mesh.jaw
    y, z = mesh.vertices[:, 1] - 0.04, mesh.vertices[:, 2] + 0.09
    turned = [
        mesh.vertices[:, 0],
        y * np.cos(angle) - z * np.sin(angle) + 0.04,
        y * np.sin(angle) + z * np.cos(angle) - 0.09,
    ]
    return PartMesh(np.stack(turned, 1), mesh.faces, mesh.uv, mesh.region, mesh.jaw)


def test_counts_and_types(parts: dict[MouthRegion, PartMesh]) -> None:
    whole = mouth()
    assert set(parts) == set(MouthRegion)
    assert 3000 <= len(whole.vertices) <= 6000
    assert len(whole.vertices) == sum(len(part.vertices) for part in parts.values())
    assert set(np.unique(whole.region)) == set(MouthRegion)
    assert whole.vertices.dtype == np.float32
    assert whole.faces.dtype == np.int32
    assert (whole.faces >= 0).all()
    assert np.isfinite(whole.vertices).all()
    assert whole.uv.min() >= 0
    assert whole.uv.max() <= 1
    for region, part in parts.items():
        assert (part.region == region).all()


@pytest.mark.parametrize("region", CLOSED)
def test_solid_parts_are_closed_and_point_outward(
    parts: dict[MouthRegion, PartMesh], region: MouthRegion
) -> None:
    edges = _directed_edges(parts[region])
    assert all((b, a) in edges for a, b in edges)
    assert parts[region].signed_volume() > 0


def test_each_arch_has_fourteen_separate_teeth(parts: dict[MouthRegion, PartMesh]) -> None:
    for region in (MouthRegion.UPPER_TEETH, MouthRegion.LOWER_TEETH):
        mesh = parts[region]
        size = len(mesh.vertices) // 14
        assert (np.ptp(mesh.faces // size, axis=1) == 0).all()
        crowns = mesh.vertices.reshape(14, size, 3)
        for crown, faces in zip(crowns, mesh.faces.reshape(14, -1, 3), strict=True):
            local = PartMesh(crown, faces % size, mesh.uv, mesh.region, mesh.jaw)
            assert local.signed_volume() > 0
        assert (np.diff(crowns[:, :, 0].mean(1)) > 0).all()


def test_upper_incisors_are_the_widest_front_teeth(parts: dict[MouthRegion, PartMesh]) -> None:
    crowns = parts[MouthRegion.UPPER_TEETH].vertices.reshape(14, -1, 3)
    central, lateral = np.ptp(crowns[7, :, 0]), np.ptp(crowns[8, :, 0])
    assert 1.15 < central / lateral < 1.5
    lower = parts[MouthRegion.LOWER_TEETH].vertices.reshape(14, -1, 3)
    assert np.ptp(lower[7, :, 0]) < 0.75 * central


def test_open_parts_face_the_inside(parts: dict[MouthRegion, PartMesh]) -> None:
    palate = parts[MouthRegion.PALATE]
    assert palate.normals()[:, 1].mean() < -0.5
    cavity = parts[MouthRegion.CAVITY]
    inward = np.array([0, 0, -0.03]) - cavity.vertices
    facing = np.einsum("ij,ij->i", cavity.normals(), inward)
    assert (facing > 0).mean() > 0.95
    edges = _directed_edges(cavity)
    border = [a for a, b in edges if (b, a) not in edges]
    assert cavity.vertices[border, 2].min() > -0.03, "the sack is open only in front"


def test_mirror_symmetry(parts: dict[MouthRegion, PartMesh]) -> None:
    for part in parts.values():
        mirrored = part.vertices * np.array([-1, 1, 1], np.float32)
        gap = np.linalg.norm(part.vertices[:, None] - mirrored[None], axis=2).min(1)
        assert gap.max() < 1e-5


def test_jaw_weights(parts: dict[MouthRegion, PartMesh]) -> None:
    for region in (MouthRegion.UPPER_TEETH, MouthRegion.UPPER_GUM, MouthRegion.PALATE):
        assert (parts[region].jaw == 0).all()
    for region in (MouthRegion.LOWER_TEETH, MouthRegion.LOWER_GUM):
        assert (parts[region].jaw == 1).all()
    tongue = parts[MouthRegion.TONGUE]
    order = np.argsort(tongue.vertices[:, 2])
    assert tongue.jaw[order[-1]] == 1
    assert 0.5 < tongue.jaw[order[0]] < 0.8
    cavity = parts[MouthRegion.CAVITY]
    order = np.argsort(cavity.vertices[:, 1])
    assert cavity.jaw[order[0]] == 1
    assert cavity.jaw[order[-1]] == 0
    assert ((cavity.jaw > 0.2) & (cavity.jaw < 0.8)).any()


@pytest.mark.parametrize("degrees", [0.0, 12.0, 25.0])
def test_a_ray_through_the_lips_always_hits(degrees: float) -> None:
    mesh = _opened(mouth(), degrees)
    drop = 0.095 * np.sin(np.deg2rad(degrees))
    for x in np.linspace(-0.024, 0.024, 9):
        for y in np.linspace(-0.008 - 0.8 * drop, 0.008, 9):
            assert len(_hits(mesh, float(x), float(y))), (x, y)


def test_cavity_encloses_everything(parts: dict[MouthRegion, PartMesh]) -> None:
    cavity = parts[MouthRegion.CAVITY].vertices
    for region, part in parts.items():
        if region == MouthRegion.CAVITY:
            continue
        assert np.abs(part.vertices[:, :2]).max(0)[0] < cavity[:, 0].max()
        assert np.abs(part.vertices[:, 1]).max() < cavity[:, 1].max()
        assert part.vertices[:, 2].min() > cavity[:, 2].min()


def test_parameters_scale_the_mouth() -> None:
    wide = mouth_parts(0.07, depth=0.05, tooth_height=0.012, overbite=0.004)
    upper = wide[MouthRegion.UPPER_TEETH].vertices
    lower = wide[MouthRegion.LOWER_TEETH].vertices
    assert np.ptp(upper[:, 0]) == pytest.approx(0.07, rel=0.05)
    assert -upper[:, 1].min() == pytest.approx(0.002, abs=0.0006)
    assert lower[:, 1].max() == pytest.approx(0.002, abs=0.0006)
    usual = mouth_parts()[MouthRegion.UPPER_TEETH].vertices
    assert np.ptp(usual[:, 0]) == pytest.approx(ARCH_WIDTH, rel=0.05)
    assert upper[:, 1].max() > usual[:, 1].max()


def test_lower_front_teeth_stand_behind_the_upper_ones(
    parts: dict[MouthRegion, PartMesh],
) -> None:
    upper = _hits(parts[MouthRegion.UPPER_TEETH], 0.003, 0.0)
    lower = _hits(parts[MouthRegion.LOWER_TEETH], 0.003, 0.0)
    assert upper.max() > lower.max() + 0.0005


@pytest.mark.parametrize("wrong", [{"width": 0.0}, {"depth": -1.0}, {"overbite": 0.02}])
def test_bad_sizes_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        mouth_parts(**wrong)  # type: ignore[arg-type]
