from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.animate.rig import JOINTS, LOOK_PITCH, LOOK_YAW, Rig, effective_blendshapes, eye_angles
from models.animate.rotation import axis_angle_matrix, gaze_matrix
from models.head.assemble import HeadMesh, Region
from models.head.eyeball import EyeRegion
from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER, LID_LEFT, LID_RIGHT
from models.head.mouth import MouthRegion
from models.head.open_head import load_open_head
from models.pose import ARKIT_INDEX, ARKIT_NAMES, Pose
from tests.models.head.people import person, random_pose

NEUTRAL = Pose.neutral()
SEEDS = [0, 1, 2]


def _marks(mesh: HeadMesh, pose: Pose) -> np.ndarray:
    """MediaPipe's landmarks (468, 3) on the deformed skin."""
    head = load_open_head()
    corners = mesh.rig.deform(pose)[head.skin_faces[head.landmark_triangle]]
    return np.einsum("nkc,nk->nc", corners, head.landmark_barycentric)


def _lid_gap(mesh: HeadMesh, ring: tuple[int, ...], pose: Pose) -> float:
    """Mean height of the lid opening; negative where the lids overlap."""
    marks = _marks(mesh, pose)[:, 1]
    return float((marks[list(ring[3:6])] - marks[list(ring[13:10:-1])]).mean())


def _of_mouth(mesh: HeadMesh, region: MouthRegion) -> np.ndarray:
    return mesh.mouth_start + np.nonzero(mesh.mouth.region == region)[0]


def _optical_axis(mesh: HeadMesh, side: int, pose: Pose) -> np.ndarray:
    start, eye = mesh.eyes[side]
    vertices = mesh.rig.deform(pose)[start : start + len(eye.vertices)]
    axis = vertices[eye.region == EyeRegion.PUPIL].mean(0) - vertices[
        eye.region == EyeRegion.SCLERA
    ].mean(0)
    return np.asarray(axis / np.linalg.norm(axis))


@pytest.mark.parametrize("seed", SEEDS)
def test_neutral_pose_is_the_rest_shape(seed: int) -> None:
    rig = person(seed).rig
    rest = rig.rest.copy()
    moved = np.linalg.norm(rig.deform(NEUTRAL) - rest, axis=1)
    index = np.arange(len(rest))
    lids, lips = np.isin(index, rig.lid_vertices), np.isin(index, rig.seal_vertex)
    assert moved[~lids & ~lips].max() < 1e-6
    assert moved[lids].max() < 0.015  # only lids that lay inside the eyeball are pushed out
    assert moved[lips].max() < 0.01
    np.testing.assert_array_equal(rig.rest, rest)


def _unsealed(rig: Rig) -> Rig:
    return replace(rig, seal_vertex=rig.seal_vertex[:0], seal_delta=rig.seal_delta[:0])


def _inner_lip_gap(mesh: HeadMesh, pose: Pose) -> float:
    marks = _marks(mesh, pose)[:, 1]
    upper, lower = marks[list(INNER_LIPS_UPPER[3:8])], marks[list(INNER_LIPS_LOWER[3:8])]
    return float(np.abs(upper - lower).max())


@pytest.mark.parametrize("seed", SEEDS)
def test_neutral_lips_meet_and_an_open_mouth_is_left_alone(seed: int) -> None:
    mesh = person(seed)
    bare = replace(mesh, rig=_unsealed(mesh.rig))
    assert len(mesh.rig.seal_vertex) > 100
    assert _inner_lip_gap(mesh, NEUTRAL) < max(0.0015, 0.7 * _inner_lip_gap(bare, NEUTRAL))
    wide = NEUTRAL.with_blendshapes({"jawOpen": 0.5})
    np.testing.assert_array_equal(mesh.rig.deform(wide), bare.rig.deform(wide))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("side", "ring", "other"), [
    ("Left", LID_LEFT, LID_RIGHT), ("Right", LID_RIGHT, LID_LEFT),
])  # fmt: skip
def test_blink_closes_its_own_lid_gap(
    seed: int, side: str, ring: tuple[int, ...], other: tuple[int, ...]
) -> None:
    mesh = person(seed)
    gaps = [
        _lid_gap(mesh, ring, NEUTRAL.with_blendshapes({f"eyeBlink{side}": amount}))
        for amount in (0.0, 0.5, 1.0)
    ]
    assert gaps[0] > 0.01 and gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.1 * gaps[0]
    blink = NEUTRAL.with_blendshapes({f"eyeBlink{side}": 1.0})
    assert _lid_gap(mesh, other, blink) == pytest.approx(_lid_gap(mesh, other, NEUTRAL), abs=1e-4)


@pytest.mark.parametrize("amount", [0.0, 0.4, 0.7, 1.0])
def test_lids_never_cut_the_eyeball(amount: float) -> None:
    rig = person(1).rig
    pose = NEUTRAL.with_blendshapes({"eyeBlinkLeft": amount, "eyeSquintLeft": 0.5})
    lids = rig.deform(pose)[rig.lid_vertices]
    distance = np.linalg.norm(lids - rig.lid_sphere[:, :3], axis=1)
    assert (distance > rig.lid_sphere[:, 3] - 1e-6).all()


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("gaze", [(0.3, 0.0), (-0.3, 0.0), (0.0, 0.2), (0.0, -0.2), (0.25, 0.15)])
def test_eyes_turn_by_the_gaze(side: int, gaze: tuple[float, float]) -> None:
    mesh = person(1)
    name = ("gaze_left", "gaze_right")[side]
    axis = _optical_axis(mesh, side, NEUTRAL.replace(**{name: gaze}))
    assert np.arctan2(axis[0], axis[2]) == pytest.approx(gaze[0], abs=0.005)
    assert np.arcsin(axis[1]) == pytest.approx(gaze[1], abs=0.005)
    still = _optical_axis(mesh, 1 - side, NEUTRAL.replace(**{name: gaze}))
    np.testing.assert_allclose(still, [0, 0, 1], atol=1e-4)


def test_look_coefficients_turn_the_eyes() -> None:
    def angles(**values: float) -> np.ndarray:
        return np.array(eye_angles(NEUTRAL.with_blendshapes(values)))

    to_subjects_left = angles(eyeLookOutLeft=1.0, eyeLookInRight=1.0)
    np.testing.assert_allclose(to_subjects_left, [[LOOK_YAW, 0], [LOOK_YAW, 0]], atol=1e-6)
    cross_eyed = angles(eyeLookInLeft=0.5, eyeLookInRight=0.5)
    np.testing.assert_allclose(cross_eyed[:, 0], [-0.5 * LOOK_YAW, 0.5 * LOOK_YAW], atol=1e-6)
    up_down = angles(eyeLookUpLeft=1.0, eyeLookDownRight=1.0)
    np.testing.assert_allclose(up_down[:, 1], [LOOK_PITCH, -LOOK_PITCH], atol=1e-6)


def test_lids_follow_the_gaze() -> None:
    mesh = person(0)
    down = NEUTRAL.replace(gaze_left=(0, -0.35), gaze_right=(0, -0.35))
    up = NEUTRAL.replace(gaze_left=(0, 0.3), gaze_right=(0, 0.3))
    for ring in (LID_LEFT, LID_RIGHT):
        upper = [_marks(mesh, pose)[list(ring[3:6]), 1].mean() for pose in (down, NEUTRAL, up)]
        assert upper[0] < upper[1] - 0.002 and upper[1] < upper[2]
    assert effective_blendshapes(down)[ARKIT_INDEX["eyeLookDownLeft"]] == pytest.approx(
        0.35 / LOOK_PITCH
    )
    assert effective_blendshapes(down)[ARKIT_INDEX["eyeLookUpLeft"]] == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "pose", [NEUTRAL.with_blendshapes({"jawOpen": 1.0}), NEUTRAL.replace(jaw=(0.25, 0, 0))]
)
def test_open_jaw_lowers_the_lower_teeth_only(seed: int, pose: Pose) -> None:
    mesh = person(seed)
    moved = mesh.rig.deform(pose) - mesh.rig.deform(NEUTRAL)
    assert np.abs(moved[_of_mouth(mesh, MouthRegion.UPPER_TEETH)]).max() < 1e-6
    assert np.abs(moved[_of_mouth(mesh, MouthRegion.PALATE)]).max() < 1e-6
    front = mesh.rig.rest[_of_mouth(mesh, MouthRegion.LOWER_TEETH), 2]
    lower = moved[_of_mouth(mesh, MouthRegion.LOWER_TEETH)]
    assert lower[front > np.median(front), 1].max() < -0.01
    lips = (_marks(mesh, pose) - _marks(mesh, NEUTRAL))[[INNER_LIPS_UPPER[5], INNER_LIPS_LOWER[5]]]
    assert lips[1, 1] < -0.02 and abs(lips[0, 1]) < 0.3 * abs(lips[1, 1])
    # Lower incisors keep close to the lip that covers them.
    incisors = lower[front > np.quantile(front, 0.9), 1].mean()
    assert incisors == pytest.approx(lips[1, 1], rel=0.4)
    start = mesh.eyes[0][0]
    assert np.abs(moved[start : mesh.mouth_start]).max() < 1e-6


def test_teeth_stay_rigid() -> None:
    mesh = person(1)
    teeth = _of_mouth(mesh, MouthRegion.LOWER_TEETH)
    pose = NEUTRAL.with_blendshapes({"jawOpen": 0.8, "jawLeft": 0.5})
    before, after = mesh.rig.rest[teeth], mesh.rig.deform(pose)[teeth]
    pairs = np.random.default_rng(0).integers(0, len(teeth), (200, 2))
    lengths = [
        np.linalg.norm(shape[pairs[:, 0]] - shape[pairs[:, 1]], axis=1) for shape in (before, after)
    ]
    np.testing.assert_allclose(lengths[0], lengths[1], atol=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_neck_turns_the_head_and_not_the_root(seed: int) -> None:
    mesh = person(seed)
    rig, turn = mesh.rig, (0.0, 0.4, 0.1)
    before = rig.deform(NEUTRAL)
    after = rig.deform(NEUTRAL.replace(neck=turn))
    root = rig.weights[:, JOINTS.index("root")]
    assert root.max() > 0.4 and (root == 0).sum() > 5000
    pivot = rig.pivots[JOINTS.index("neck")]
    turned = (before - pivot) @ axis_angle_matrix(turn).T + pivot
    # What hangs on the root stays behind, in proportion.
    expected = before + (1 - root)[:, None] * (turned - before)
    np.testing.assert_allclose(after, expected, atol=1e-5)
    assert after[mesh.rig.rest[:, 2].argmax(), 0] > 0.05  # the nose goes to +X


def test_head_turns_on_the_neck() -> None:
    mesh, turn = person(0), (0.3, 0.0, 0.0)
    before = mesh.rig.deform(NEUTRAL)
    after = mesh.rig.deform(NEUTRAL.replace(head=turn))
    below = mesh.rig.weights[:, [JOINTS.index("root"), JOINTS.index("neck")]].sum(1)
    pivot = mesh.rig.pivots[JOINTS.index("head")]
    turned = (before - pivot) @ axis_angle_matrix(turn).T + pivot
    expected = before + (1 - below)[:, None] * (turned - before)
    np.testing.assert_allclose(after, expected, atol=1e-5)
    nose = mesh.rig.rest[:, 2].argmax()
    assert after[nose, 1] < before[nose, 1] - 0.02  # nods


@pytest.mark.parametrize("seed", SEEDS)
def test_translation_moves_everything(seed: int) -> None:
    rig, pose = person(seed).rig, random_pose(seed)
    shift = np.array([0.1, -0.2, 0.3], np.float32)
    still = rig.deform(pose.replace(translation=(0, 0, 0)))
    np.testing.assert_allclose(
        rig.deform(pose.replace(translation=shift)), still + shift, atol=2e-6
    )


def test_gaze_is_relative_to_the_head() -> None:
    mesh, neck = person(0), (0.1, 0.3, 0.0)
    axis = _optical_axis(mesh, 0, NEUTRAL.replace(neck=neck, gaze_left=(0.2, 0.1)))
    expected = axis_angle_matrix(neck) @ gaze_matrix(0.2, 0.1)[:, 2]
    np.testing.assert_allclose(axis, expected, atol=0.005)


def test_every_coefficient_does_something() -> None:
    rig = person(0).rig
    rest = rig.deform(NEUTRAL)
    idle = [
        name
        for name in ARKIT_NAMES
        if np.abs(rig.deform(NEUTRAL.with_blendshapes({name: 1.0})) - rest).max() < 1e-3
    ]
    assert not idle


def test_tongue_comes_out_between_the_teeth() -> None:
    mesh = person(0)
    pose = NEUTRAL.with_blendshapes({"jawOpen": 0.6, "tongueOut": 1.0})
    posed = mesh.rig.deform(pose)
    tongue, teeth = (
        posed[_of_mouth(mesh, region)] for region in (MouthRegion.TONGUE, MouthRegion.LOWER_TEETH)
    )
    lips = _marks(mesh, pose)
    tip = tongue[tongue[:, 2].argmax()]
    assert tip[2] > teeth[:, 2].max() + 0.02
    assert lips[INNER_LIPS_LOWER[5], 1] - 0.03 < tip[1] < lips[INNER_LIPS_UPPER[5], 1]


def test_mirrored_pose_gives_the_mirrored_face() -> None:
    mesh = person(0)
    pose = NEUTRAL.with_blendshapes({"mouthSmileLeft": 1.0, "eyeBlinkLeft": 0.7}).replace(
        neck=(0.1, 0.2, -0.1), gaze_left=(0.2, 0.1), gaze_right=(0.2, 0.1)
    )
    face = mesh.skin_region == Region.FACE
    there = mesh.rig.deform(pose.mirrored())[: mesh.skin_count][mesh.skin_mirror]
    here = mesh.rig.deform(pose)[: mesh.skin_count] * (-1.0, 1.0, 1.0)
    apart = np.linalg.norm(there - here, axis=1)[face]
    assert np.quantile(apart, 0.99) < 0.004 and np.median(apart) < 0.001


def test_arrays_rebuild_the_rig() -> None:
    rig, pose = person(2).rig, random_pose(4)
    again = Rig.of({name: array.copy() for name, array in rig.arrays().items()})
    np.testing.assert_array_equal(again.deform(pose), rig.deform(pose))


def test_without_lids_and_seal_nothing_moves() -> None:
    rig = person(1).rig
    bare = replace(
        rig,
        lid_vertices=rig.lid_vertices[:0],
        lid_sphere=rig.lid_sphere[:0],
        seal_vertex=rig.seal_vertex[:0],
        seal_delta=rig.seal_delta[:0],
    )
    np.testing.assert_allclose(bare.deform(NEUTRAL), rig.rest, atol=1e-6)
