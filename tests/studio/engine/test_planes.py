"""Pictures of the planes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from models.plane_storage import StoredField, StoredPlanes
from studio.engine.job import Cancelled
from studio.engine.planes import PLANES, plane_pictures

BRANCHES = {"canonical", "appearance", "expression", "compensation", "fused"}


@pytest.fixture(scope="module")
def pictures(sample_avatar):
    return plane_pictures(sample_avatar)


def test_every_branch_has_three_pictures_and_empty_ones_are_named(pictures, sample_avatar):
    side = sample_avatar.parts.fields[0].canonical.resolution
    assert set(pictures.pictures) == BRANCHES
    for planes in pictures.pictures.values():
        assert planes.shape == (len(PLANES), side, side, 3) and planes.dtype == np.uint8
    assert pictures.empty == {"expression", "compensation"}
    for name, planes in pictures.pictures.items():
        assert (np.ptp(planes) == 0) == (name in pictures.empty)


def test_up_and_the_front_are_at_the_top():
    """One texel stands out: x 5, y 2 of XY; x 1, z 6 of XZ; z 3, y 0 of ZY, from low to high."""
    planes = np.random.default_rng(0).normal(0, 0.01, (3, 32, 8, 8)).astype(np.float32)
    for plane, (row, column) in enumerate(((2, 5), (6, 1), (0, 3))):
        planes[plane, :, row, column] += 5
    field = StoredField(
        StoredPlanes.quantise(np.zeros_like(planes)),
        StoredPlanes.quantise(planes),
        np.zeros(3, np.float32),
        1.0,
    )
    everywhere = np.random.default_rng(1).uniform(-0.5, 0.5, (2000, 3)).astype(np.float32)
    drawn = plane_pictures(_avatar(field, everywhere)).pictures["appearance"].astype(int)
    distance = np.abs(drawn[..., 0] - 128)
    found = [tuple(np.unravel_index(plane.argmax(), plane.shape)) for plane in distance]
    assert found == [(5, 5), (1, 1), (7, 3)]


def test_a_checkerboard_and_what_is_beside_the_head_do_not_hide_the_head():
    """A disc in three channels, under patterns of every texel and a step outside of the head."""
    side = 64
    row, column = np.mgrid[:side, :side]
    planes = np.random.default_rng(0).normal(0, 0.01, (3, 32, side, side)).astype(np.float32)
    disc = np.hypot(row - 31.5, column - 31.5) < 8
    planes[:, 4:7] += disc
    planes[:, 10:20] += np.where((row + column) % 2, 4, -4)
    planes[:, 20:30] += np.where(column < 8, 50, 0)
    field = StoredField(
        StoredPlanes.quantise(planes),
        StoredPlanes.quantise(np.zeros_like(planes)),
        np.zeros(3, np.float32),
        1.0,
    )
    head = np.random.default_rng(1).uniform(-0.25, 0.25, (4000, 3)).astype(np.float32)
    drawn = plane_pictures(_avatar(field, head)).pictures["fused"][0].astype(float)
    inside, around = drawn[disc], drawn[~disc & (np.hypot(row - 31.5, column - 31.5) < 14)]
    apart = np.abs(inside.mean(0) - around.mean(0)).max()
    assert apart > 60
    assert max(inside.std(0).max(), around.std(0).max()) < 0.5 * apart


def _avatar(field, vertices):
    proxy = SimpleNamespace(canonical=vertices)
    return SimpleNamespace(parts=SimpleNamespace(fields=[field], proxy=proxy))


def test_it_is_the_same_every_time(pictures, sample_avatar):
    again = plane_pictures(sample_avatar)
    assert all((again.pictures[name] == pictures.pictures[name]).all() for name in BRANCHES)


def test_it_can_be_cancelled(sample_avatar):
    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        plane_pictures(sample_avatar, check)
