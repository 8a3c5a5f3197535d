from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from models.camera import Camera
from models.triplane.field import TriplaneField
from models.triplane.reference import Quality, render_reference
from models.triplane.surface_warp import NearestSurfaceWarp, point_triangle_distance
from tests.models.render.scenes import RADIUS, analytic_decoder, sphere_field, sphere_scene

QUICK = Quality(coarse=64, fine=48)


def test_a_sphere_is_a_disc_at_the_right_depth():
    camera = Camera.orbit(yaw=30)
    with torch.no_grad():
        image = render_reference([sphere_field()], analytic_decoder(), camera, 32, quality=QUICK)
    seen = math.tan(math.asin(RADIUS / 2.7)) * float(camera.intrinsics[0, 0])
    assert image.alpha.mean().item() == pytest.approx(math.pi * seen**2, rel=0.03)
    assert image.depth[0, 16, 16].item() == pytest.approx(2.7 - RADIUS, abs=0.004)
    assert image.rgb.shape == (3, 32, 32) and 0 <= image.rgb.min() and image.rgb.max() <= 1


def test_opacity_of_a_uniform_box_is_beer_lambert():
    decoder = analytic_decoder()
    decoder.w2[0], decoder.b2[0] = 0, 4.0
    field = TriplaneField(np.zeros((3, 32, 8, 8), np.float32), np.zeros(3, np.float32), 0.2)
    with torch.no_grad():
        image = render_reference([field], decoder, Camera.orbit(), 15, quality=Quality(64, 64))
    density = math.log1p(math.exp(3.0))
    # A few hundredths are lost before the first and after the last sample.
    assert image.alpha[0, 7, 7].item() == pytest.approx(1 - math.exp(-0.2 * density), rel=0.02)


def test_two_fields_sum_their_densities():
    decoder = analytic_decoder()
    decoder.w2[0], decoder.b2[0] = 0, 4.0
    field = TriplaneField(np.zeros((3, 32, 8, 8), np.float32), np.zeros(3, np.float32), 0.2)
    quality = Quality(64, 64)
    with torch.no_grad():
        one = render_reference([field], decoder, Camera.orbit(), 9, quality=quality)
        two = render_reference([field, field], decoder, Camera.orbit(), 9, quality=quality)
    clear, twice = 1 - one.alpha[0, 4, 4].item(), 1 - two.alpha[0, 4, 4].item()
    assert twice == pytest.approx(clear**2, rel=1e-3)
    assert torch.allclose(one.rgb[:, 4, 4], two.rgb[:, 4, 4], atol=1e-4)


def test_seeded_jitter_repeats_and_differs_from_midpoints():
    arguments = ([sphere_field()], analytic_decoder(), Camera.orbit(), 12)
    with torch.no_grad():
        first = render_reference(*arguments, quality=Quality(24, 24, seed=5)).rgb
        second = render_reference(*arguments, quality=Quality(24, 24, seed=5)).rgb
        middles = render_reference(*arguments, quality=Quality(24, 24)).rgb
    assert torch.equal(first, second)
    assert not torch.equal(first, middles)


def test_gradients_flow_to_planes_and_decoder():
    field = sphere_field(resolution=32)
    planes = torch.from_numpy(field.planes).requires_grad_()
    module = analytic_decoder().module()
    moving = TriplaneField(planes, field.center, field.box_warp)
    image = render_reference([moving], module, Camera.orbit(), 8, quality=Quality(24, 24))
    (image.rgb.sum() + image.alpha.sum()).backward()
    assert planes.grad is not None and torch.isfinite(planes.grad).all()
    assert planes.grad[0, 1].abs().sum() > 0
    assert module.w2.grad is not None and module.w2.grad[1].abs().sum() > 0


def test_warp_undoes_a_similarity_exactly():
    scene = sphere_scene(2)
    turn = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], np.float32)
    shift = np.array([0.1, 0.2, 0.3], np.float32)
    warp = NearestSurfaceWarp(
        scene.vertices @ turn.T + shift, scene.vertices, scene.faces, scene.part, band=0.05
    )
    rng = np.random.default_rng(4)
    direction = rng.normal(size=(200, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    canonical = direction * rng.uniform(0.2, 0.4, (200, 1))
    posed = torch.from_numpy((canonical @ turn.T + shift).astype(np.float32))
    found, index, valid = warp(posed)
    height = np.linalg.norm(canonical, axis=1)
    assert valid[np.abs(height - RADIUS) < 0.04].all()
    assert not valid[np.abs(height - RADIUS) > 0.06].any()
    assert np.abs(found.numpy() - canonical)[valid.numpy()].max() < 1e-5
    assert (index == 0).all()


def test_point_triangle_distance_in_every_region():
    triangle = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], float)
    cases = {(0.2, 0.2, 0.5): 0.5, (-1, 0, 0): 1, (2, 0, 0): 1, (0.5, -1, 0): 1,
             (1, 1, 0): math.sqrt(0.5), (0, 0, 0): 0}  # fmt: skip
    for point, expected in cases.items():
        found = point_triangle_distance(np.array([point], float), triangle)[0]
        assert found == pytest.approx(expected, abs=1e-9)
