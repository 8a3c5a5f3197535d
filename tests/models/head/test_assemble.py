from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.animate.proxy import Part
from models.animate.rig import JOINTS
from models.animate.rotation import gaze_matrix
from models.head.assemble import LIP_WIDTHS, Region, assemble_head
from models.head.eyeball import EyeRegion
from models.head.gaze import EYE_RADIUS
from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER, OUTER_LIPS
from models.head.mouth import MouthRegion
from models.head.open_head import load_open_head
from models.pose import ARKIT_INDEX
from tests.models.head.people import identity, person

SEEDS = [0, 1, 2]


def _eye(seed: int, side: int) -> np.ndarray:
    mesh = person(seed)
    start, eye = mesh.eyes[side]
    return mesh.rig.rest[start : start + len(eye.vertices)]


def _mouth(seed: int, region: MouthRegion) -> np.ndarray:
    mesh = person(seed)
    return mesh.rig.rest[mesh.mouth_start :][mesh.mouth.region == region]


@pytest.mark.parametrize("seed", SEEDS)
def test_arrays_agree_in_size(seed: int) -> None:
    mesh = person(seed)
    count = len(mesh.rig.rest)
    assert mesh.faces.min() == 0 and mesh.faces.max() == count - 1
    assert len(mesh.part) == len(mesh.faces)
    assert mesh.rig.weights.shape == (count, len(JOINTS))
    np.testing.assert_allclose(mesh.rig.weights.sum(1), 1, atol=1e-5)
    assert len(np.unique(mesh.faces)) == count
    assert mesh.mouth_start + len(mesh.mouth.vertices) == count
    assert set(np.unique(mesh.part)) == set(Part)


def test_parts_follow_the_vertices() -> None:
    mesh = person(1)
    for side, part in enumerate((Part.EYE_LEFT, Part.EYE_RIGHT)):
        start, eye = mesh.eyes[side]
        own = mesh.faces[mesh.part == part]
        assert own.min() == start and own.max() == start + len(eye.vertices) - 1
    lining = mesh.faces[(mesh.part == Part.MOUTH) & (mesh.faces[:, 0] < mesh.skin_count)]
    assert len(lining) > 100
    assert (mesh.skin_region[lining] == Region.INNER_MOUTH).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("side", [0, 1])
def test_eyes_sit_in_their_sockets(seed: int, side: int) -> None:
    mesh = person(seed)
    joint = JOINTS.index(("eye_left", "eye_right")[side])
    eye, centre = _eye(seed, side), mesh.rig.pivots[joint]
    distance = np.linalg.norm(eye - centre, axis=1)
    assert 0.99 * EYE_RADIUS < distance.min() and distance.max() < 1.15 * EYE_RADIUS
    start = mesh.eyes[side][0]
    rows = mesh.rig.weights[start : start + len(eye)]
    assert (rows[:, joint] == 1).all()
    pupil = eye[mesh.eyes[side][1].region == EyeRegion.PUPIL]
    assert (pupil[:, 2] > centre[2]).all()
    assert (centre[0] > 0) == (side == 0)
    lids = mesh.rig.rest[mesh.rig.lid_vertices[mesh.rig.lid_sphere[:, 0] == centre[0]]]
    assert len(lids) > 100
    assert np.abs(lids - centre).max() < 2 * EYE_RADIUS


@pytest.mark.parametrize("seed", SEEDS)
def test_mouth_sits_behind_the_lips(seed: int) -> None:
    head, mesh = load_open_head(), person(seed)
    marks = head.landmark_map @ head.points(identity(seed).shape)[: head.control_count]
    upper, lower = _mouth(seed, MouthRegion.UPPER_TEETH), _mouth(seed, MouthRegion.LOWER_TEETH)
    lips = marks[[INNER_LIPS_UPPER[5], INNER_LIPS_LOWER[5]]].mean(0)
    assert upper[:, 2].max() < lips[2]
    assert lower[:, 1].mean() < lips[1] < upper[:, 1].mean()
    corners = marks[[OUTER_LIPS[0], OUTER_LIPS[10]]]
    assert corners[0, 0] < upper[:, 0].min() + 0.02 and upper[:, 0].max() - 0.02 < corners[1, 0]
    jaw = mesh.rig.weights[mesh.mouth_start :, JOINTS.index("jaw_bone")]
    assert (jaw[mesh.mouth.region == MouthRegion.UPPER_TEETH] == 0).all()
    assert (jaw[mesh.mouth.region == MouthRegion.LOWER_TEETH] == 1).all()
    assert not (mesh.mouth.region == MouthRegion.CAVITY).any()  # the skin has its own sack


def test_mouth_grows_with_the_lips() -> None:
    head = load_open_head()
    widths = []
    for seed in range(1, 5):
        marks = head.landmark_map @ head.points(identity(seed).shape)[: head.control_count]
        lips = np.linalg.norm(np.subtract(*marks[[OUTER_LIPS[0], OUTER_LIPS[10]]]))
        widths.append((lips, np.ptp(_mouth(seed, MouthRegion.UPPER_TEETH)[:, 0])))
    # Lips wider than that are taken for a smile's.
    ratios = np.array([teeth / np.clip(lips, *LIP_WIDTHS) for lips, teeth in widths])
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-3)
    assert np.ptp([lips for lips, _ in widths]) > 0.002


def test_offsets_move_the_skin_only() -> None:
    head = load_open_head()
    plain, someone = person(1), identity(1)
    offsets = np.zeros_like(someone.offsets)
    offsets[:, 1] = 0.01
    away = plain.skin_region != Region.FACE  # the mouth makes way for the face
    offsets[~away] = 0.0
    moved = assemble_head(head, replace(someone, offsets=offsets))
    difference = moved.rig.rest - plain.rig.rest
    np.testing.assert_allclose(difference[: plain.skin_count], offsets, atol=1e-6)
    np.testing.assert_allclose(difference[plain.skin_count :], 0, atol=1e-4)


def test_eye_axis_turns_the_resting_eye() -> None:
    axis = np.array([[0.2, -0.1], [0.0, 0.0]], np.float32)
    turned = assemble_head(load_open_head(), replace(identity(1), eye_axis=axis))
    start, eye = turned.eyes[0]
    centre = turned.rig.pivots[JOINTS.index("eye_left")]
    now = turned.rig.rest[start : start + len(eye.vertices)] - centre
    expected = (_eye(1, 0) - centre) @ gaze_matrix(0.2, -0.1).T
    np.testing.assert_allclose(now, expected, atol=1e-6)
    np.testing.assert_array_equal(
        turned.rig.rest[turned.eyes[1][0] : turned.mouth_start], _eye(1, 1)
    )


def test_iris_has_the_given_size() -> None:
    small, large = (
        assemble_head(load_open_head(), replace(identity(0), iris_ratio=ratio))
        for ratio in (0.3, 0.45)
    )
    for mesh, ratio in ((small, 0.3), (large, 0.45)):
        start, eye = mesh.eyes[0]
        iris = mesh.rig.rest[start : start + len(eye.vertices)][eye.region == EyeRegion.IRIS]
        across = np.linalg.norm((iris - mesh.rig.pivots[JOINTS.index("eye_left")])[:, :2], axis=1)
        assert across.max() == pytest.approx(ratio * EYE_RADIUS, rel=0.03)


def test_jaw_bone_follows_the_chin() -> None:
    rig = person(0).rig
    opened = rig.jaw_motion[ARKIT_INDEX["jawOpen"]]
    assert 0.1 < opened[0] < 0.6 and np.abs(opened[1:3]).max() < 0.02  # about +x: the chin sinks
    forward = rig.jaw_motion[ARKIT_INDEX["jawForward"]]
    assert forward[5] > 0.003 and forward[5] > np.abs(forward[3:5]).max()
    left, right = (rig.jaw_motion[ARKIT_INDEX[name]] for name in ("jawLeft", "jawRight"))
    assert left[3] + 0.1 * left[1] > 0 > right[3] + 0.1 * right[1]
    others = [i for name, i in ARKIT_INDEX.items() if not name.startswith("jaw")]
    assert not rig.jaw_motion[others].any()


def test_teeth_grow_with_the_mouth_but_not_with_a_smile() -> None:
    def teeth_width(stretch: float) -> float:
        head, someone = load_open_head(), identity(1)
        skin = person(1).rig.rest[: person(1).skin_count]
        offsets = np.zeros_like(someone.offsets)
        offsets[:, 0] = (stretch - 1) * skin[:, 0]
        mesh = assemble_head(head, replace(someone, offsets=offsets))
        teeth = mesh.mouth.region == MouthRegion.UPPER_TEETH
        return float(np.ptp(mesh.rig.rest[mesh.mouth_start :][teeth, 0]))

    assert teeth_width(0.9) < 0.95 * teeth_width(1.0)
    assert teeth_width(1.8) == pytest.approx(teeth_width(1.5), rel=0.01)
