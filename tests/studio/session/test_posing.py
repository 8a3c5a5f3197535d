"""Edits of a pose, as functions and as steps of the session."""

from __future__ import annotations

import json
import types
from dataclasses import replace

import numpy as np
import pytest

from models.errors import BadInput
from models.pose import ARKIT_NAMES, PRESETS, Pose
from studio.session import pose_edit
from studio.session.angles import Turn, axis_angle_of, turn_of
from studio.session.names import plain_name
from studio.session.posing import Posing
from studio.session.regions import REGIONS, other_side
from studio.session.state import Behaviour, OpenAvatar


@pytest.fixture
def posing(session) -> Posing:
    return Posing(session)


def test_every_coefficient_stands_in_one_region():
    listed = [name for names in REGIONS.values() for name in names]
    assert sorted(listed) == sorted(ARKIT_NAMES)


def test_other_sides_come_in_pairs_and_directions_have_none():
    pairs = {name: other_side(name) for name in ARKIT_NAMES}
    assert pairs["eyeBlinkLeft"] == "eyeBlinkRight" and pairs["jawOpen"] is None
    assert pairs["jawLeft"] is None and pairs["mouthRight"] is None
    assert all(pairs[twin] == name for name, twin in pairs.items() if twin)


def test_linked_sides_move_together(session, posing):
    session.change("Link", behaviour=Behaviour(sides_linked=True))
    posing.set("mouthSmileRight", 0.5)
    posing.set("jawOpen", 0.25)
    assert posing.pose == Pose.neutral().with_blendshapes(
        {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5, "jawOpen": 0.25}
    )


def test_typing_into_one_slider_is_one_step(session, posing):
    for value in (0.1, 0.12, 0.125):
        posing.set("jawOpen", value)
    posing.set("tongueOut", 1)
    assert [step.label for step in session.history.steps] == ["Start", "Jaw open", "Tongue out"]


def test_an_unknown_coefficient_is_refused_without_a_step(session, posing):
    with pytest.raises(BadInput, match="mouthSmile"):
        posing.set("mouthSmile", 0.5)
    assert len(session.history.steps) == 1


def test_gaze_moves_one_eye_or_both_and_ends_looking_at_the_camera(session, posing):
    session.change("Apart", behaviour=Behaviour(eyes_linked=False, look_at_camera=True))
    posing.set_gaze(0.2, 0.1, "left")
    assert posing.pose == Pose.neutral().replace(gaze_left=(0.2, 0.1))
    assert not session.state.behaviour.look_at_camera
    session.change("Link", behaviour=replace(session.state.behaviour, eyes_linked=True))
    posing.set_gaze(-0.1, 0.3, "right")
    assert np.allclose(posing.pose.gaze_left, posing.pose.gaze_right)
    session.jump(1)
    assert session.state.behaviour.look_at_camera


@pytest.mark.parametrize(
    "turn", [Turn(20, 0, 0), Turn(0, -35, 0), Turn(0, 0, 15), Turn(12, 30, -8)]
)
def test_dials_come_back_as_they_were_set(posing, turn):
    posing.set_turn("head", turn)
    assert posing.turn("head") == pytest.approx(turn, abs=1e-4)
    assert posing.turn("neck") == Turn()


def test_dials_turn_as_they_say():
    from models.animate.rotation import axis_angle_matrix

    forward = np.array([0, 0, 1.0])
    up = axis_angle_matrix(axis_angle_of(Turn(pitch=20))) @ forward
    right = axis_angle_matrix(axis_angle_of(Turn(yaw=20))) @ forward
    top = axis_angle_matrix(axis_angle_of(Turn(roll=20))) @ np.array([0, 1.0, 0])
    assert up[1] > 0.3 and right[0] > 0.3 and top[0] < -0.3


def test_dials_agree_with_the_command_line():
    from studio.commands.render import _rotation

    assert axis_angle_of(Turn(17, -25, 9)) == pytest.approx(_rotation(17, -25, 9), abs=1e-6)
    assert turn_of(_rotation(17, -25, 9)) == pytest.approx((17, -25, 9))


def test_mirroring_twice_is_nothing(session, posing):
    pose = pose_edit.randomised(Pose.neutral(), 3).replace(head=(0.1, 0.2, 0.3))
    session.change("Random", pose=pose)
    posing.mirror()
    assert posing.pose != pose
    posing.mirror()
    assert posing.pose == pose


def test_mirroring_says_when_the_expression_has_to_stay(session, posing):
    posing.set("jawLeft", 0.5)
    assert posing.mirror() == ""
    posing.set_expression(4, 1.5)
    assert "was left as it is" in posing.mirror()
    assert posing.pose.expression[4] == 1.5 and posing.pose.coefficient("jawLeft") == 0.5


def test_mirroring_takes_the_expression_along_on_a_flame_head(session, posing):
    handle = types.SimpleNamespace(
        source_pose=Pose.neutral(), expression_mirror=np.roll(np.eye(100, dtype=np.float32), 1, 1)
    )
    session.open_avatar(OpenAvatar(handle, "anna"))
    posing.set_expression(4, 1.5)
    assert posing.mirror() == ""
    assert posing.pose.expression[5] == 1.5 and posing.pose.expression[4] == 0


def test_the_shape_is_a_step_and_another_avatar_has_its_own(session, posing):
    posing.set_shape(3, 0.5)
    posing.set_shape(1, -1.0)
    assert session.state.shape == (0.0, -1.0, 0.0, 0.5)
    posing.set_shape(3, 0.0)
    assert session.state.shape == (0.0, -1.0)
    session.undo()
    assert session.state.shape == (0.0, -1.0, 0.0, 0.5)
    handle = types.SimpleNamespace(source_pose=Pose.neutral())
    session.open_avatar(OpenAvatar(handle, "berta"))
    assert session.state.shape == ()


def test_swapping_one_pair_leaves_the_rest(posing):
    posing.set("eyeBlinkLeft", 1.0)
    posing.set("mouthSmileLeft", 0.5)
    posing.swap_sides("eyeBlinkRight")
    expected = {"eyeBlinkRight": 1.0, "mouthSmileLeft": 0.5}
    assert posing.pose == Pose.neutral().with_blendshapes(expected)


def test_random_poses_repeat_by_seed_and_stay_in_range():
    faces = [pose_edit.randomised(Pose.neutral(), seed) for seed in range(20)]
    assert pose_edit.randomised(Pose.neutral(), 7) == faces[7] and len(set(faces)) == 20
    values = np.stack([face.blendshapes for face in faces])
    assert values.min() >= 0 and values.max() <= 1 and (values > 0.1).any(1).all()
    assert pose_edit.randomised(faces[0], 1, strength=0) == Pose.neutral()


def test_a_preset_replaces_the_face_and_keeps_the_head(session, posing):
    turned = Pose.neutral().with_blendshapes({"tongueOut": 1}).replace(head=(0, 0.3, 0))
    session.change("Turn", pose=turned)
    posing.apply_preset("smile", PRESETS["smile"], 0.5)
    half = PRESETS["smile"].coefficient("mouthSmileLeft") / 2
    assert posing.pose.coefficient("mouthSmileLeft") == pytest.approx(half)
    assert posing.pose.coefficient("tongueOut") == 0
    assert posing.turn("head").yaw == pytest.approx(np.degrees(0.3), abs=1e-4)
    posing.apply_preset("smile", PRESETS["smile"], 0.0)
    assert posing.pose == Pose.neutral().replace(head=(0, 0.3, 0))
    assert [step.label for step in session.history.steps] == ["Start", "Turn", "Preset smile"]


def test_resets(session, posing, avatar):
    posing.reset_to_source()
    assert posing.pose == Pose.neutral()
    session.open_avatar(avatar)
    posing.set("browInnerUp", 1)
    posing.set("jawLeft", 1)
    posing.reset_names(*REGIONS["brows"])
    assert posing.pose.coefficient("browInnerUp") == 0 and posing.pose.coefficient("jawLeft") == 1
    posing.reset()
    assert posing.pose == Pose.neutral()
    posing.reset_to_source()
    assert posing.pose == avatar.handle.source_pose


def test_copy_and_paste(session, posing):
    posing.randomise(5)
    posing.set_turn("neck", Turn(3, 4, 5))
    pose, text = posing.pose, posing.copy()
    posing.reset()
    posing.paste(text)
    assert posing.pose == pose and json.loads(text)["blendshapes"]


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[1]", '{"blendshapes": {"jawOpen": 1e9}}', '{"blendshapes": {"jawOpen": NaN}}',
     '{"jaw": [1, 2]}', '{"evil": 1}', "[" * 50_000, " " * 200_000],
)  # fmt: skip
def test_what_is_no_pose_is_refused_in_one_sentence(session, posing, text):
    posing.set("jawOpen", 0.5)
    with pytest.raises(BadInput, match="The clipboard") as caught:
        posing.paste(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300
    assert posing.pose.coefficient("jawOpen") == 0.5 and len(session.history.steps) == 2


def test_steps_are_called_by_plain_names(session, posing):
    posing.set("mouthSmileLeft", 0.4)
    posing.set("jawOpen", 0.4, "Own words")
    posing.swap_sides("mouthSmileLeft")
    posing.reset_names("mouthSmileRight")
    labels = [step.label for step in session.history.steps[-4:]]
    assert labels == ["Smile left", "Own words", "Mirror Smile left", "Reset Smile right"]
    assert len({plain_name(name) for name in ARKIT_NAMES}) == len(ARKIT_NAMES)
    assert not set(map(plain_name, ARKIT_NAMES)) & set(ARKIT_NAMES)
