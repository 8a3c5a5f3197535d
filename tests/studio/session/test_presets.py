"""Presets: built-in, the user's, the project's."""

from __future__ import annotations

import pytest

from models.errors import BadInput
from models.pose import PRESETS, Pose
from studio.session.presets import UserPresets, all_presets, keep_in_project, remove_from_project

WINK = Pose.neutral().with_blendshapes({"eyeBlinkLeft": 1})


def test_own_presets_are_kept(tmp_path):
    path = tmp_path / "presets.json"
    UserPresets(path).put(" My wink ", WINK)
    again = UserPresets(path)
    assert again.poses == {"My wink": WINK} and again.warning is None
    again.remove("My wink")
    assert UserPresets(path).poses == {}


def test_the_nearer_owner_wins(session, tmp_path):
    user = UserPresets(tmp_path / "presets.json")
    user.put("smile", WINK)
    user.put("mine", WINK)
    keep_in_project(session, "mine", Pose.neutral())
    found = {preset.name: preset for preset in all_presets(session, user)}
    assert found["smile"].owner == "user" and found["mine"].owner == "project"
    assert found["laugh"].owner == "built-in" and set(PRESETS) <= set(found)


def test_project_presets_are_steps(session):
    keep_in_project(session, "mine", WINK)
    remove_from_project(session, "mine")
    assert session.state.presets == {}
    session.undo()
    assert session.state.presets == {"mine": WINK}


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 81])
def test_names_are_checked(session, name, tmp_path):
    with pytest.raises(BadInput, match="name"):
        keep_in_project(session, name, WINK)
    with pytest.raises(BadInput, match="name"):
        UserPresets(tmp_path / "presets.json").put(name, WINK)
    assert len(session.history.steps) == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '{"a": {"jaw": [1]}}', '{"": {}}'])
def test_a_damaged_file_is_kept_aside(tmp_path, text):
    path = tmp_path / "presets.json"
    path.write_text(text)
    user = UserPresets(path)
    assert user.poses == {} and user.warning and "\n" not in user.warning
    user.put("mine", WINK)
    assert path.with_name("presets.json.damaged").read_text() == text
