"""Pose: names, strict reading, mirroring, presets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from models.errors import BadInput
from models.pose import ARKIT_NAMES, PRESETS, Pose


def _array(size: int, low: float, high: float) -> st.SearchStrategy[Any]:
    return hnp.arrays(np.float32, size, elements=st.floats(low, high, width=32))


poses = st.builds(
    Pose,
    blendshapes=_array(52, 0, 1),
    jaw=_array(3, -1, 1),
    neck=_array(3, -1, 1),
    head=_array(3, -1, 1),
    gaze_left=_array(2, -1, 1),
    gaze_right=_array(2, -1, 1),
    translation=_array(3, -2, 2),
)
flame_poses = st.builds(Pose, expression=_array(100, -3, 3))


def test_there_are_52_distinct_names() -> None:
    assert len(ARKIT_NAMES) == len(set(ARKIT_NAMES)) == 52
    assert ARKIT_NAMES[0] == "browDownLeft"
    assert ARKIT_NAMES[24] == "jawOpen"
    assert ARKIT_NAMES[-2:] == ("noseSneerRight", "tongueOut")


@given(st.one_of(poses, flame_poses))
@settings(max_examples=50, deadline=None)
def test_json_round_trip_is_exact(pose: Pose) -> None:
    assert Pose.from_json(pose.to_json()) == pose
    assert Pose.from_json(json.dumps(pose.to_json(), allow_nan=False)) == pose


@given(poses)
@settings(max_examples=30, deadline=None)
def test_mirroring_twice_gives_the_pose_back(pose: Pose) -> None:
    assert pose.mirrored().mirrored() == pose


def test_mirroring_exchanges_sides() -> None:
    pose = (
        Pose.neutral()
        .with_blendshapes({"eyeBlinkLeft": 0.8, "jawLeft": 0.3, "jawOpen": 0.5})
        .replace(head=[0.1, 0.2, 0.3], gaze_left=[0.4, 0.1], translation=[0.1, 0.2, 0.3])
    )
    mirrored = pose.mirrored()
    assert mirrored.coefficient("eyeBlinkRight") == pytest.approx(0.8)
    assert mirrored.coefficient("eyeBlinkLeft") == 0.0
    assert mirrored.coefficient("jawRight") == pytest.approx(0.3)
    assert mirrored.coefficient("jawOpen") == pytest.approx(0.5)
    np.testing.assert_allclose(mirrored.head, [0.1, -0.2, -0.3])
    np.testing.assert_allclose(mirrored.gaze_right, [-0.4, 0.1])
    np.testing.assert_allclose(mirrored.translation, [-0.1, 0.2, 0.3])


def test_mirroring_leaves_an_expression_whose_mirror_image_is_unknown() -> None:
    pose = Pose(expression=np.arange(100)).with_blendshapes({"jawLeft": 0.3})
    mirrored = pose.mirrored()
    np.testing.assert_array_equal(mirrored.expression, pose.expression)
    assert mirrored.coefficient("jawRight") == pytest.approx(0.3)
    turned = np.eye(100, dtype=np.float32)[::-1]
    np.testing.assert_array_equal(pose.mirrored(turned).expression, np.arange(100)[::-1])


def test_lerp_meets_both_ends_and_the_middle() -> None:
    smile, flame = PRESETS["smile"], Pose(expression=np.ones(100), jaw=[0.2, 0, 0])
    assert smile.lerp(flame, 1.0) == flame
    assert smile.lerp(PRESETS["angry"], 0.0) == smile
    middle = smile.lerp(flame, 0.5)
    assert middle.expression is not None
    np.testing.assert_allclose(middle.expression, 0.5)
    np.testing.assert_allclose(middle.blendshapes, smile.blendshapes / 2)


def test_poses_are_values() -> None:
    array = np.zeros(3, np.float32)
    pose = Pose(jaw=array)
    array[0] = 1.0
    assert pose == Pose.neutral()
    assert hash(Pose(jaw=[-0.0, 0, 0])) == hash(Pose.neutral())
    assert pose != Pose(jaw=[0.1, 0, 0])
    with pytest.raises(ValueError, match="read-only"):
        pose.jaw[0] = 1.0
    with pytest.raises(ValueError, match="shape"):
        Pose(jaw=np.zeros(2))
    with pytest.raises(ValueError, match="finite"):
        pose.replace(neck=[np.nan, 0, 0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"blendshapes": {"smileyness": 1}}', "'smileyness' is not an ARKit coefficient"),
        ('{"blendshapes": {"eyeBlink_L": 1}}', "did you mean eyeBlinkLeft or eyeBlinkRight"),
        ('{"blendshapes": {"jawopen": 1}}', "did you mean jawOpen"),
        ('{"blendshapes": {"jawOpen": NaN}}', "not a finite number"),
        ('{"blendshapes": {"jawOpen": 1e999}}', "not a finite number"),
        ('{"blendshapes": {"jawOpen": 7}}', "outside -1 to 2"),
        ('{"blendshapes": {"jawOpen": true}}', "not a number"),
        ('{"blendshapes": {"jawOpen": "1"}}', "not a number"),
        ('{"blendshapes": {"jawOpen": 0.1, "jawOpen": 0.2}}', "given twice"),
        ('{"blendshapes": [1, 2]}', "must map"),
        ('{"jaw": [0, 0]}', "list of 3 numbers"),
        ('{"jaw": null}', "list of 3 numbers"),
        ('{"head": [0, 0, 100]}', "outside"),
        ('{"gaze_left": [0, -Infinity]}', "not a finite number"),
        ('{"expression": [1]}', "list of 100 numbers"),
        ('{"shape": []}', "'shape' is not part of a pose"),
        ("[1]", "JSON object"),
        ('{"jaw"', "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_faulty_documents_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wave.json"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        Pose.read(path)
    assert message in str(caught.value)
    assert "wave.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"missing\.json"):
        Pose.read(tmp_path / "missing.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x80abc")
    with pytest.raises(BadInput, match=r"binary\.json"):
        Pose.read(tmp_path / "binary.json")


def test_setting_an_unknown_coefficient_is_refused() -> None:
    with pytest.raises(BadInput, match="mouthSmileLeft"):
        Pose.neutral().with_blendshapes({"mouthSmile": 1.0})


def test_presets_are_complete_and_in_range() -> None:
    wanted = "neutral smile laugh surprise sad angry wink_left wink_right blink pucker jaw_open"
    visemes = "aa ee ih oh ou fv mbp l th ch"
    assert list(PRESETS) == f"{wanted} {visemes}".split()
    for name, pose in PRESETS.items():
        assert pose.blendshapes.min() >= 0.0
        assert pose.blendshapes.max() <= 1.0
        assert (pose == Pose.neutral()) == (name == "neutral")
    assert PRESETS["wink_left"].mirrored() == PRESETS["wink_right"]
    assert PRESETS["smile"].mirrored() == PRESETS["smile"]
