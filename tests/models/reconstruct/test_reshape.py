"""What a change of identity moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.animate.rig import JOINTS, Rig
from models.animate.shape_basis import SHAPE_COUNT, ShapeBasis
from models.head.open_head import load_open_head
from models.pose import Pose
from models.reconstruct.reshape import shape_basis
from tests.models.reconstruct import synthetic

EYE = JOINTS.index("eye_left")


@pytest.fixture(scope="module")
def basis() -> ShapeBasis:
    surface = synthetic.surface()
    return shape_basis(load_open_head(), surface.head, surface.proxy.rig)


def test_the_head_moves_as_its_identity_says(basis: ShapeBasis) -> None:
    head, mesh = load_open_head(), synthetic.head()
    change = np.zeros(64, np.float32)
    change[:SHAPE_COUNT] = np.linspace(1, -1, SHAPE_COUNT)
    moved, joints = basis.moved(change[:SHAPE_COUNT])
    wanted = head.points(change) - head.template
    skin = head.subdivision @ wanted[: head.control_count]
    free = mesh.rig.rest[: mesh.skin_count, 1] > -0.1
    np.testing.assert_allclose(moved[: mesh.skin_count][free], skin[free], atol=1e-4)
    assert free.mean() > 0.5 and np.abs(skin[free]).max() > 0.01
    start, eye = mesh.eyes[0]
    place = wanted[head.point("eye_left")]
    np.testing.assert_allclose(
        moved[start : start + len(eye.vertices)], np.tile(place, (len(eye.vertices), 1)), atol=1e-4
    )
    np.testing.assert_allclose(joints[EYE], place, atol=1e-6)
    teeth = moved[mesh.mouth_start : mesh.mouth_start + len(mesh.mouth.vertices)]
    assert np.ptp(teeth, axis=0).max() < 1e-6 < np.abs(teeth).max()


def test_hair_follows_the_scalp_and_the_torso_stays(basis: ShapeBasis) -> None:
    surface = synthetic.surface()
    rig, count = surface.proxy.rig, surface.shell_start
    moved, _ = basis.moved([1.0, -1.0, 1.0])
    body = rig.rest[:, 1] < rig.pivots[JOINTS.index("neck"), 1] - 0.03
    assert body[:count].sum() > 20 and body[count:].sum() > 20 and not moved[body].any()
    skin = surface.head.rig.rest[: surface.head.skin_count]
    hair = count + np.flatnonzero(rig.rest[count:, 1] > -0.05)
    nearest = cKDTree(skin).query(rig.rest[hair])[1]
    apart = np.linalg.norm(moved[hair] - moved[nearest], axis=1)
    assert len(hair) > 100
    assert np.median(apart) < 0.15 * np.linalg.norm(moved[hair], axis=1).mean()


def test_lids_of_a_changed_person_close_on_the_skin(basis: ShapeBasis) -> None:
    rig = replace(synthetic.surface().proxy.rig, shape=basis)
    changed = rig.reshaped([1.0, -1.0, 1.0, 1.0])
    as_built, moved = _lids_off_the_skin(rig), _lids_off_the_skin(changed)
    assert (as_built < (0.004, 0.008)).all()
    assert (moved < 1.15 * as_built).all()


def _lids_off_the_skin(rig: Rig) -> NDArray[np.float64]:
    """Median and 95th percentile of how far shut lids lie from their own skin."""
    surface = synthetic.surface()
    shut = Pose.neutral().with_blendshapes({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})
    posed = rig.deform(shut)
    apart = [
        np.linalg.norm(posed[start : start + len(veil.skin)] - posed[veil.skin], axis=1)
        for veil, start in zip(surface.lids, surface.lid_starts, strict=True)
    ]
    return np.percentile(np.concatenate(apart), [50, 95])
