"""From motion to Pose: joints share the turn, transfer keeps what it promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.animate.rig import JOINTS
from models.animate.rotation import axis_angle_matrix
from models.camera import Camera
from models.pose import ARKIT_INDEX, Pose
from models.track.motion import Motion
from models.track.retarget import Retarget, carried, shared_turn
from tests.models.head.people import person

NECK, SKULL = np.array([0.0, -0.25, -0.06]), np.array([0.0, -0.06, 0.01])
CAMERA = Camera.orbit(yaw=10, pitch=-5)


def motion(**values: float) -> Motion:
    coefficients = np.zeros(52, np.float32)
    for name, value in values.items():
        coefficients[ARKIT_INDEX[name]] = value
    world2cam = CAMERA.world2cam
    gaze = np.array([[0.1, 0.0], [0.1, 0.0]], np.float32)
    return Motion(0.0, coefficients, gaze, world2cam[:3, :3], world2cam[:3, 3])


def moved(rest: Motion, angle: tuple[float, ...], shift: tuple[float, ...]) -> Motion:
    """The head turned and moved in its own canonical space."""
    turn = axis_angle_matrix(angle)
    return replace(
        rest,
        rotation=rest.rotation @ turn,
        translation=rest.translation + rest.rotation @ np.array(shift),
    )


def test_the_rigs_head_makes_the_whole_motion() -> None:
    rig = person(1).rig
    neck, skull = (rig.pivots[JOINTS.index(name)].astype(float) for name in ("neck", "head"))
    rotation, shift = axis_angle_matrix((0.2, -0.4, 0.1)), np.array([0.02, -0.01, 0.03])
    at_neck, at_skull, translation = shared_turn(rotation, shift, neck, skull)
    transform = rig.joint_transforms(Pose(neck=at_neck, head=at_skull, translation=translation))
    head = transform[JOINTS.index("head")]
    assert head[:, :3] == pytest.approx(rotation, abs=1e-5)
    assert head[:, 3] == pytest.approx(shift, abs=1e-5)
    assert 0.2 < np.linalg.norm(at_neck) / np.linalg.norm((0.2, -0.4, 0.1)) < 0.8


def test_a_turn_about_the_joints_leaves_the_torso() -> None:
    turn = axis_angle_matrix((0.0, 0.5, 0.0))
    at_neck = axis_angle_matrix((0.0, 0.45 * 0.5, 0.0))
    at_skull = at_neck.T @ turn
    shift = NECK - at_neck @ NECK + at_neck @ (SKULL - at_skull @ SKULL)
    _, _, translation = shared_turn(turn, shift, NECK, SKULL)
    assert translation == pytest.approx(np.zeros(3), abs=1e-9)


def test_rest_gives_the_base_back() -> None:
    rest = motion(jawOpen=0.3)
    base = Pose(gaze_left=(0.05, 0.1)).with_blendshapes({"mouthSmileLeft": 0.4, "jawOpen": 0.1})
    pose = Retarget(rest, base, NECK, SKULL).pose(rest)
    for name in ("blendshapes", "neck", "head", "translation", "gaze_left", "gaze_right"):
        assert getattr(pose, name) == pytest.approx(getattr(base, name), abs=1e-6), name


def test_lips_and_lids_that_shut_do_so_on_the_avatar() -> None:
    names = ("jawOpen", "eyeBlinkLeft", "mouthSmileLeft")
    rest = motion(jawOpen=0.3, eyeBlinkLeft=0.2).coefficients
    base = Pose().with_blendshapes({"jawOpen": 0.5, "eyeBlinkLeft": 0.05, "mouthSmileLeft": 0.2})
    shut = carried(motion(eyeBlinkLeft=1.0, mouthSmileLeft=0.5).coefficients, rest, base)
    jaw, blink, smile = (float(shut[ARKIT_INDEX[name]]) for name in names)
    assert (jaw, blink) == pytest.approx((0.0, 1.0), abs=1e-6)
    assert smile == pytest.approx(0.2 + 0.5 * 0.8, abs=1e-6)


def test_gain_stays_small_where_rest_is_near_nothing() -> None:
    rest = motion(mouthSmileLeft=0.01).coefficients
    base = Pose().with_blendshapes({"mouthSmileLeft": 0.8})
    less = carried(motion().coefficients, rest, base)
    assert less[ARKIT_INDEX["mouthSmileLeft"]] == pytest.approx(0.78, abs=1e-6)


def test_depth_is_locked_or_followed() -> None:
    rest = motion()
    nearer = replace(rest, translation=rest.translation * 0.8)
    locked = Retarget(rest, Pose(), NECK, SKULL).pose(nearer)
    free = Retarget(rest, Pose(), NECK, SKULL, steady_depth=False).pose(nearer)
    assert np.abs(locked.translation).max() < 1e-6
    towards = CAMERA.cam2world[:3, 3] / np.linalg.norm(CAMERA.cam2world[:3, 3])
    assert free.translation @ towards == pytest.approx(0.2 * rest.translation[2], rel=0.01)


def test_absolute_shows_the_performers_direction() -> None:
    rest = motion()
    turned = moved(rest, (0.0, 0.4, 0.0), (0.0, 0.0, 0.0))
    viewer = Camera.orbit(yaw=-25, pitch=8)
    base = Pose(gaze_left=(0.2, 0.0))
    way = Retarget(rest, base, NECK, SKULL, relative=False, camera=viewer)
    pose = way.pose(replace(turned, coefficients=motion(jawOpen=0.7).coefficients))
    shown = viewer.world2cam[:3, :3] @ axis_angle_matrix(pose.neck) @ axis_angle_matrix(pose.head)
    assert shown == pytest.approx(turned.rotation, abs=1e-5)
    assert pose.coefficient("jawOpen") == pytest.approx(0.7)
    assert pose.gaze_left == pytest.approx(base.gaze_left, abs=1e-6)
