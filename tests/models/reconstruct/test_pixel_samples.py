from __future__ import annotations

from functools import cache

import numpy as np

from models.animate.proxy import Part
from models.reconstruct.pixel_samples import PixelSamples, photo_samples, solid_hits
from tests.models.reconstruct import synthetic


@cache
def _samples() -> PixelSamples:
    return photo_samples(synthetic.surface(), synthetic.canvas(), synthetic.hits())


def _soft(samples: PixelSamples) -> np.ndarray:
    return synthetic.surface().proxy.soft[samples.triangle]


def test_arrays_agree() -> None:
    samples = _samples()
    count = len(samples.points)
    assert count > 10_000
    assert samples.points.shape == samples.rgb.shape == (count, 3)
    assert samples.pixels.shape == (count, 2)
    assert len(samples.opacity) == len(samples.triangle) == count
    for array in vars(samples).values():
        assert np.isfinite(array).all()


def test_pixels_lie_at_and_between_the_centres() -> None:
    samples = _samples()
    share = np.mod(samples.pixels, 1)
    centres, between = (share == 0.5).all(1), (share == 0).all(1)
    assert (centres | between).all()
    solid = ~_soft(samples)
    seen = int((synthetic.hits().triangle >= 0).sum())
    assert (centres & solid).sum() == seen
    assert abs(int((between & solid).sum()) - seen) < 0.02 * seen
    assert not (between & ~solid).any()


def test_samples_carry_the_photos_colour() -> None:
    """The colour is a gradient: it tells where it was taken."""
    samples, canvas = _samples(), synthetic.canvas()
    inner = canvas.pad + 1
    inside = ((samples.pixels > inner) & (samples.pixels < canvas.size - inner)).all(1)
    place = (samples.rgb[inside, :2] - 0.2) / 0.6 * synthetic.SIZE + canvas.pad
    assert inside.mean() > 0.8
    np.testing.assert_allclose(place, samples.pixels[inside], atol=0.05)


def test_points_lie_on_their_rays_a_little_behind_the_surface() -> None:
    """A canonical point, moved to the photo's pose in its triangle's frame, lies on its pixel."""
    samples, surface = _samples(), synthetic.surface()
    pick = np.random.default_rng(0).choice(len(samples.points), 800, replace=False)
    faces = surface.proxy.faces[samples.triangle[pick]]
    canonical, photo = surface.proxy.canonical[faces], surface.photo[faces]
    before, after = _frames(canonical.astype(np.float64)), _frames(photo.astype(np.float64))
    whole = np.abs(np.linalg.det(before)) > 1e-9
    assert whole.mean() > 0.95
    offset = (samples.points[pick] - canonical[:, 0])[whole].astype(np.float64)
    local = np.linalg.solve(before[whole], offset[:, :, None])
    moved = photo[whole, 0] + (after[whole] @ local)[:, :, 0]
    away = np.abs(synthetic.canvas().project(moved)[0] - samples.pixels[pick][whole])
    assert np.median(away) < 0.01 and np.percentile(away, 95) < 0.1
    height = np.abs(local[:, 2, 0])
    assert height.max() < 0.0016 and np.median(height) > 0.0005


def _frames(corners: np.ndarray) -> np.ndarray:
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    return np.stack([first, second, normal], 2)


def test_opacity_is_the_mattes_on_the_fringe_alone() -> None:
    samples, canvas = _samples(), synthetic.canvas()
    soft = _soft(samples)
    assert soft.sum() > 200 and (samples.opacity[~soft] == 1).all()
    column, row = samples.pixels[soft].astype(int).T
    np.testing.assert_allclose(samples.opacity[soft], canvas.alpha[row, column], atol=1e-5)
    assert samples.opacity[soft].min() < 0.02 and samples.opacity[soft].max() > 0.4
    # Nothing solid lies before it.
    _, depth = canvas.project(synthetic.surface().photo)
    nearest = depth[synthetic.surface().proxy.faces[samples.triangle[soft]]].min(1)
    assert (nearest <= synthetic.hits().depth[row, column] + 1e-5).all()


def test_shifted_hits_see_what_lies_half_a_pixel_on() -> None:
    surface, canvas = synthetic.surface(), synthetic.canvas()
    plain, shifted = synthetic.hits(), solid_hits(surface, canvas, 1.0)
    np.testing.assert_array_equal(shifted.triangle[:-1, :-1] >= 0, plain.triangle[1:, 1:] >= 0)
    face = surface.proxy.part[np.nonzero(~surface.proxy.soft)[0][plain.triangle]] == Part.HEAD
    assert face[plain.triangle >= 0].mean() > 0.9
    assert (shifted.triangle[:-1, :-1] == plain.triangle[1:, 1:]).mean() > 0.99
