"""Baked fields: density, colours on every side, opacity, branches, determinism."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import trimesh

from models.reconstruct.analytic_decoder import (
    analytic_decoder,
    logits,
    opacity_solidity,
    solidity_density,
)
from models.reconstruct.field_bake import BakedField, SurfaceSamples, bake_field
from models.reconstruct.field_decode import decode_points
from models.triplane.sampling import sample_field
from tests.models.reconstruct.blob import (
    BAND,
    blob,
    draw_samples,
    look,
    paint,
    psnr,
    solid_samples,
    sphere,
)

BOX = {"center": np.array([0.01, -0.02, 0.03], np.float32), "box_warp": 0.7}


@pytest.fixture(scope="module")
def head() -> tuple[trimesh.Trimesh, BakedField]:
    mesh = blob()
    points, normals = draw_samples(mesh, 80_000, seed=1)
    samples = solid_samples(points, paint(points, normals))
    return mesh, bake_field(mesh.vertices, mesh.faces, samples, resolution=128, **BOX)


@pytest.mark.parametrize("make", [blob, sphere])
def test_density_is_a_sharp_solid_below_the_surface(
    make: Callable[[], trimesh.Trimesh],
) -> None:
    mesh = make()
    points, normals = draw_samples(mesh, 5000, seed=2)
    samples = solid_samples(points, paint(points, normals))
    baked = bake_field(mesh.vertices, mesh.faces, samples, resolution=128, **BOX)
    decoder = analytic_decoder()
    # Where parts of the blob hide each other from all six sides the solid may stand outside.
    outside, _ = decode_points(baked.field, decoder, points + 0.004 * normals)
    assert np.mean(outside * BAND > 0.01) < 0.003
    for depth in (0.0, 0.002, 0.004):
        inside, _ = decode_points(baked.field, decoder, points - depth * normals)
        assert inside.min() > 1500
    # Rays from the surface are opaque from every side, however they slant.
    for direction in ((0, 0, -1), (0.6, 0, -0.8), (-0.8, 0, -0.6), (0, -0.5, -0.86)):
        seen = normals @ np.array(direction) < -0.1
        _, opacity = look(baked.field, points[seen], np.array(direction))
        assert opacity.min() > 0.995


def test_empty_space_holds_no_floaters(head: tuple[trimesh.Trimesh, BakedField]) -> None:
    mesh, baked = head
    random = np.random.default_rng(3)
    points = (random.random((20_000, 3)) - 0.5) * 0.68 + BOX["center"]
    distance = trimesh.proximity.ProximityQuery(mesh).vertex
    far = distance(points)[0] > 0.02
    empty = far & _outside(points)
    sigma, _ = decode_points(baked.field, analytic_decoder(), points[empty].astype(np.float32))
    assert empty.sum() > 1000
    assert sigma.max() < 0.01


def _outside(points: np.ndarray) -> np.ndarray:
    return ((points / (0.25, 0.26, 0.27)) ** 2).sum(1) > 1


def test_colours_of_unseen_points(head: tuple[trimesh.Trimesh, BakedField]) -> None:
    mesh, baked = head
    points, normals = draw_samples(mesh, 20_000, seed=4)
    colour, _ = look(baked.field, points, -normals)
    truth = paint(points, normals)
    assert psnr(colour, truth) > 31
    for axis in range(3):
        for sign in (-1, 1):
            side = sign * normals[:, axis] > 0.75
            assert psnr(colour[side], truth[side]) > 33, (axis, sign)


def test_front_detail_does_not_show_behind() -> None:
    mesh = blob()
    points, normals = draw_samples(mesh, 80_000, seed=5)
    rgb = np.full((len(points), 3), 0.5, np.float32)
    front = normals[:, 2] > 0.3
    rgb[front] = (np.floor(points[front] * 60).sum(1) % 2)[:, None]
    baked = bake_field(mesh.vertices, mesh.faces, solid_samples(points, rgb), resolution=128, **BOX)
    behind = normals[:, 2] < -0.3
    colour, _ = look(baked.field, points[behind], -normals[behind])
    assert np.abs(colour - 0.5).mean() < 0.01
    assert np.quantile(np.abs(colour - 0.5), 0.99) < 0.06


def test_detail_is_finer_than_the_texels() -> None:
    mesh = sphere()
    x, y = np.meshgrid(*[np.linspace(-0.12, 0.12, 200)] * 2)
    points = np.stack([x, y, np.sqrt(0.04 - x**2 - y**2)], -1).reshape(-1, 3).astype(np.float32)
    # Straight lines between texels follow a wave of three texels to 26.5 dB only.
    grey = 0.5 + 0.3 * np.sin(2 * np.pi * points[:, 0] / (3 * 0.7 / 128))
    rgb = np.repeat(grey[:, None], 3, 1).astype(np.float32)
    baked = bake_field(mesh.vertices, mesh.faces, solid_samples(points, rgb), resolution=128, **BOX)
    colour, _ = look(baked.field, points, np.array([0, 0, -1.0]))
    assert psnr(colour, rgb) > 30
    smooth, _ = look(baked.canonical_field, points, np.array([0, 0, -1.0]))
    inner = np.abs(points[:, :2]).max(1) < 0.09
    assert np.abs(smooth - 0.5)[inner].max() < 0.05


def test_opacity_of_a_sheet() -> None:
    mesh = sphere(0.15)
    grid = np.linspace(-0.25, 0.25, 60)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    sheet = np.stack([x, y, 0 * x - 0.02], 1)
    cells = np.arange(3600).reshape(60, 60)
    corners = [cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]]
    a, b, c, d = (corner.ravel() for corner in corners)
    faces = np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])
    ring = np.hypot(*sheet[faces].mean(1)[:, :2].T) > 0.14
    vertices = np.concatenate([mesh.vertices, sheet])
    every = np.concatenate([mesh.faces, faces[ring] + len(mesh.vertices)])
    fine = np.stack(np.meshgrid(*[np.linspace(-0.24, 0.24, 250)] * 2), -1).reshape(-1, 2)
    radius = np.hypot(*fine.T)
    fine = np.c_[fine, np.full(len(fine), -0.02)][(radius > 0.15) & (radius < 0.24)]
    radius = np.hypot(*fine[:, :2].T)
    opacity = np.clip(1.1 - (radius - 0.15) / 0.08, 0, 1)
    body, _ = draw_samples(mesh, 30_000, seed=6)
    samples = SurfaceSamples(
        np.concatenate([body, fine]),
        np.full((len(body) + len(fine), 3), 0.4),
        np.concatenate([np.ones(len(body)), opacity]),
        np.ones(len(body) + len(fine)),
    )
    baked = bake_field(vertices, every, samples, resolution=128, **BOX)
    colour, reached = look(baked.field, fine.astype(np.float32), np.array([0, 0, -1.0]))
    clear_of_body = radius > 0.166  # three texels
    assert np.abs(reached - opacity)[clear_of_body].max() < 0.08
    assert np.abs(colour - 0.4)[opacity > 0.1].max() < 0.02
    _, solid = look(baked.field, body, -body / 0.15)
    assert solid.min() > 0.98


def test_canonical_branch_is_smooth_and_complete(
    head: tuple[trimesh.Trimesh, BakedField],
) -> None:
    mesh, baked = head
    points, normals = draw_samples(mesh, 10_000, seed=7)
    smooth, opacity = look(baked.canonical_field, points, -normals)
    assert opacity.min() > 0.995
    assert 14 < psnr(smooth, paint(points, normals)) < 32
    total = baked.canonical_planes + baked.appearance_planes
    assert np.array_equal(total, baked.field.planes)
    assert np.isfinite(total).all()
    assert np.abs(baked.appearance_planes).max() < 40


def test_decoding_agrees_with_the_torch_reference(
    head: tuple[trimesh.Trimesh, BakedField],
) -> None:
    mesh, baked = head
    points, _ = draw_samples(mesh, 3000, seed=8)
    points += np.random.default_rng(9).normal(0, 0.002, points.shape).astype(np.float32)
    sigma, rgb = decode_points(baked.field, analytic_decoder(), points)
    with torch.no_grad():
        truth = sample_field(baked.field, analytic_decoder(), torch.from_numpy(points))
    assert np.abs(sigma - truth[0].numpy()).max() < 1.0  # of 3000
    assert np.abs(rgb - truth[1].numpy()).max() < 5e-4


def test_same_input_same_field() -> None:
    mesh = sphere()
    points, normals = draw_samples(mesh, 20_000, seed=10)
    samples = solid_samples(points, paint(points, normals))
    first, second = (
        bake_field(mesh.vertices, mesh.faces, samples, resolution=64, **BOX) for _ in range(2)
    )
    assert np.array_equal(first.canonical_planes, second.canonical_planes)
    assert np.array_equal(first.appearance_planes, second.appearance_planes)


def test_solidity_and_logits_invert_the_decoder() -> None:
    opacity = np.linspace(0.02, 0.98, 50, dtype=np.float32)
    reached = -np.expm1(-BAND * solidity_density(opacity_solidity(opacity, BAND)))
    assert np.abs(reached - opacity).max() < 0.01
    grey = np.linspace(0, 1, 50, dtype=np.float32)
    decoded = 1.002 / (1 + np.exp(-logits(grey))) - 0.001
    assert np.abs(decoded - grey).max() < 0.005


def test_bad_input_is_refused() -> None:
    mesh = sphere()
    points, normals = draw_samples(mesh, 100, seed=11)
    with pytest.raises(ValueError, match="finite"):
        solid_samples(points * np.nan, paint(points, normals))
    with pytest.raises(ValueError, match="rgb must be"):
        solid_samples(points, paint(points, normals)[:50])
    samples = solid_samples(points, paint(points, normals))
    with pytest.raises(ValueError, match="inside the box"):
        bake_field(mesh.vertices + 9, mesh.faces, samples, resolution=64, **BOX)
