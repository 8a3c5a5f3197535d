"""What lies over the session's pose, and in which order."""

from __future__ import annotations

import pytest

from models.pose import Pose
from studio.session.state import State
from studio.session.view import View
from studio.ui.live_pose import LivePose

BASE = Pose.neutral().with_blendshapes({"browInnerUp": 0.5})
DRIVEN = Pose.neutral().with_blendshapes({"jawOpen": 0.6, "browInnerUp": 0.1})
PLAYED = Pose.neutral().with_blendshapes({"jawOpen": 0.2, "mouthPucker": 0.3})


def values(pose: Pose) -> dict[str, float]:
    return {name: pose.coefficient(name) for name in ("jawOpen", "browInnerUp", "mouthPucker")}


@pytest.fixture
def live() -> LivePose:
    return LivePose()


def test_nothing_lies_over_the_state_at_first(live):
    state = State(pose=BASE)
    assert not live.active and live.over(state) is state


def test_a_driven_pose_covers_its_parts_only(live):
    live.drive(DRIVEN, frozenset({"jaw"}))
    assert values(live.pose(BASE)) == pytest.approx(
        {"jawOpen": 0.6, "browInnerUp": 0.5, "mouthPucker": 0.0}
    )
    live.drive(None)
    assert not live.active


def test_playing_covers_what_is_driven_but_recording_does_not(live):
    live.drive(DRIVEN, frozenset({"jaw"}))
    live.play(PLAYED)
    assert live.pose(BASE) is PLAYED
    live.play(PLAYED, recording=True)
    assert values(live.pose(BASE)) == pytest.approx(
        {"jawOpen": 0.6, "browInnerUp": 0.0, "mouthPucker": 0.3}
    )


def test_a_played_view_is_shown_and_goes_away(live):
    state, view = State(pose=BASE), View(yaw=30.0)
    live.play(PLAYED, view)
    assert live.over(state).view == view
    live.play(None)
    assert live.over(state) is state


def test_the_same_pose_comes_out_until_something_changes(live):
    live.drive(DRIVEN, frozenset({"jaw"}))
    first = live.pose(BASE)
    assert live.pose(BASE) is first and live.pose(PLAYED) is not first


def test_it_tells_of_changes_but_not_of_echoes(live):
    told = []
    live.changed.connect(told.append)
    live.drive(DRIVEN)
    live.drive(DRIVEN)
    live.play(None)
    assert told == [live]
    live.play(PLAYED, recording=True)
    assert told == [live], "the next driven pose shows it"
