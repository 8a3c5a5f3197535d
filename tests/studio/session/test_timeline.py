"""Takes that layer, keyframes with easing, and their way through JSON, undo and projects."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInput
from models.pose import Pose
from studio.session.channels import CHANNELS, read_channel, with_channels
from studio.session.curves import Curve, Easing, Key
from studio.session.pose_parts import PARTS, taking
from studio.session.pose_track import PoseTrack
from studio.session.project import read_project, write_project
from studio.session.takes import Take
from studio.session.timeline import Timeline
from studio.session.view import View

NEUTRAL, VIEW = Pose.neutral(), View()


def ramp(name: str = "jawOpen", seconds: float = 2.0, rate: int = 10) -> PoseTrack:
    count = round(seconds * rate) + 1
    times = np.arange(count) / rate
    return PoseTrack.of(
        (t, NEUTRAL.with_blendshapes({name: t / seconds}).replace(head=(0, 0.1 * t, 0)))
        for t in times
    )


def jaw(timeline: Timeline, seconds: float) -> float:
    return timeline.at(seconds, NEUTRAL, VIEW)[0].coefficient("jawOpen")


def test_track_is_linear_in_between_and_held_outside():
    track = ramp()
    assert track.at(0.55).coefficient("jawOpen") == pytest.approx(0.275)
    assert track.at(-1).coefficient("jawOpen") == 0 and track.at(9).coefficient("jawOpen") == 1
    assert track.rate == pytest.approx(10) and track.duration == pytest.approx(2)
    assert len(track.between(0.45, 1.05)) == 6


@pytest.mark.parametrize(
    "times", [[0.0, 0.0], [1.0, 0.5], [0.0, math.nan]], ids=["equal", "falling", "nan"]
)
def test_track_refuses_times_that_do_not_grow(times):
    with pytest.raises(ValueError):
        PoseTrack(np.array(times), np.zeros((2, 68), np.float32))


def test_a_take_starts_is_trimmed_and_loops():
    take = Take("one", ramp(), start=1.0, loops=2).trimmed(0.5, 1.5)
    timeline = Timeline((take,))
    assert timeline.duration == pytest.approx(3.0)
    assert jaw(timeline, 0.9) == 0.0
    assert jaw(timeline, 1.0) == pytest.approx(0.25)
    assert jaw(timeline, 1.75) == pytest.approx(0.625)
    assert jaw(timeline, 2.25) == pytest.approx(0.375)
    assert jaw(timeline, 3.0) == pytest.approx(0.75)
    assert jaw(timeline, 3.1) == 0.0
    played = take.played()
    assert played.times[0] == 0 and played.duration == pytest.approx(1.0)


def test_layers_show_what_lies_below_where_they_are_not_armed():
    below = Take("mouth", ramp("jawOpen"))
    above = Take("brows", ramp("browInnerUp"), parts=frozenset({"brows"}))
    pose, _ = Timeline((below, above)).at(1.0, NEUTRAL, VIEW)
    assert pose.coefficient("jawOpen") == pytest.approx(0.5)
    assert pose.coefficient("browInnerUp") == pytest.approx(0.5)
    assert pose.head[1] == pytest.approx(0.1)
    muted = Timeline((below, Take("all", ramp("browInnerUp"), muted=True)))
    assert muted.at(1.0, NEUTRAL, VIEW)[0].coefficient("browInnerUp") == 0
    half = Timeline((Take("half", ramp("jawOpen"), weight=0.5),))
    assert jaw(half, 2.0) == pytest.approx(0.5)


def test_parts_share_out_everything_of_a_pose():
    other = Pose(
        np.linspace(0.1, 0.9, 52), *([0.1, 0.2, 0.3] for _ in range(3)), [0.1, 0.2], [0.3, 0.1]
    ).replace(translation=(0.1, 0.1, 0.1), expression=np.ones(100))
    pose = NEUTRAL
    for part in PARTS:
        pose = taking(pose, other, {part})
    assert pose.replace(expression=other.expression) == other
    assert taking(NEUTRAL, other, set(PARTS)) == other
    assert taking(NEUTRAL, other, set()) == NEUTRAL


EASED = {
    Easing.HOLD: 0.0,
    Easing.LINEAR: 0.25,
    Easing.IN: 0.25**3,
    Easing.OUT: 1 - 0.75**3,
    Easing.IN_OUT: 0.15625,
}


@pytest.mark.parametrize("easing", Easing)
def test_easing(easing):
    curve = Curve("jawOpen", (Key(1.0, 0.0, easing), Key(3.0, 1.0)))
    assert curve.at(1.5) == pytest.approx(EASED[easing])
    assert (curve.at(0), curve.at(3), curve.at(9)) == (0, 1, 1)


def test_keys_are_set_and_replaced():
    curve = Curve("jawOpen").with_keys([Key(2, 1), Key(1, 0)]).with_keys([Key(2.0001, 0.5)])
    assert [(k.seconds, k.value) for k in curve.keys] == [(1, 0), (2.0001, 0.5)]
    with pytest.raises(ValueError):
        Curve("jawOpen", (Key(1, 0), Key(1, 1)))


def test_a_key_that_stands_there_keeps_its_easing_and_values_stay_in_range():
    held = Timeline((), (Curve("jawOpen", (Key(1.0, 0.2, Easing.HOLD),)),))
    timeline = held.with_keys(1.0004, {"jawOpen": 7.0, "camera.yaw": 20.0})
    assert timeline.curve("jawOpen").keys == (Key(1.0, CHANNELS["jawOpen"][1], Easing.HOLD),)
    assert timeline.curve("camera.yaw").keys == (Key(1.0004, 20.0),)


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_reads_what_was_set(name):
    low, high = CHANNELS[name]
    value = low + 0.6 * (high - low)
    if name.endswith("pitch") and name.partition(".")[0] in ("head", "neck"):
        value = 20.0
    pose, view = with_channels(NEUTRAL, VIEW, {name: value})
    assert read_channel(name, pose, view) == pytest.approx(value, abs=1e-3)
    others = [other for other in CHANNELS if other != name]
    assert all(
        read_channel(other, pose, view)
        == pytest.approx(read_channel(other, NEUTRAL, VIEW), abs=1e-3)
        for other in others
    )


def test_curves_lie_over_takes_and_move_the_camera():
    timeline = Timeline((Take("one", ramp()),)).with_keys(0.0, {"jawOpen": 1, "camera.yaw": 0})
    timeline = timeline.with_keys(2.0, {"camera.yaw": 40})
    pose, view = timeline.at(1.0, NEUTRAL, VIEW)
    assert pose.coefficient("jawOpen") == 1 and view.yaw == pytest.approx(20)
    assert timeline.with_curve(Curve("jawOpen")).at(1.0, NEUTRAL, VIEW)[0].coefficient(
        "jawOpen"
    ) == pytest.approx(0.5)


def test_loop_wraps_the_time():
    timeline = Timeline(loop=(1.0, 3.0))
    assert [timeline.wrapped(t) for t in (0.5, 2.9, 3.0, 5.5)] == [0.5, 2.9, 1.0, 1.5]


def whole() -> Timeline:
    roll = np.full((21, 2), 0.01, np.float32)
    track = ramp()
    take = Take("Take 1", PoseTrack(track.times, track.rows, roll), 0.5, (0.1, 1.0), 3)
    flame = PoseTrack.of([(0.0, NEUTRAL.replace(expression=np.arange(100) / 100))])
    takes = (take, Take("Take 2", flame, parts=frozenset({"head"}), weight=0.25, muted=True))
    return Timeline(takes, loop=(0.0, 4.0)).with_keys(1.5, {"head.yaw": 12.5, "camera.zoom": 2})


def test_json_keeps_everything():
    timeline = whole()
    document = json.loads(json.dumps(timeline.to_json(), allow_nan=False))
    assert Timeline.from_json(document) == timeline
    assert Timeline.from_json(None) == Timeline()
    assert timeline.free_name() == "Take 3"


def test_takes_are_undone_and_saved_in_projects(session, tmp_path):
    session.change("Record", timeline=whole().to_json())
    write_project(tmp_path / "a.triptych", session.state)
    state = read_project(tmp_path / "a.triptych").state
    assert Timeline.from_json(state.timeline) == whole()
    session.undo()
    assert Timeline.from_json(session.state.timeline) == Timeline()
    session.redo()
    assert Timeline.from_json(session.state.timeline) == whole()


DAMAGE = {
    "version": lambda d: d.update(version=9),
    "not packed": lambda d: d["takes"][0].update(rows="?"),
    "short": lambda d: d["takes"][0].update(poses=22),
    "parts": lambda d: d["takes"][0].update(parts=["ears"]),
    "weight": lambda d: d["takes"][0].update(weight=7),
    "twice": lambda d: d["takes"].append(d["takes"][0]),
    "channel": lambda d: d["curves"][0].update(channel="ears"),
    "keys": lambda d: d["curves"][0]["keys"].append(d["curves"][0]["keys"][0]),
    "loop": lambda d: d.update(loop=[3, 1]),
    "unknown": lambda d: d.update(more=1),
    "key": lambda d: d["curves"][0]["keys"][0].update(value="x"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_timeline_is_told_in_one_sentence(damage):
    document = json.loads(json.dumps(whole().to_json()))
    damage(document)
    with pytest.raises(BadInput, match=r"^The timeline is damaged .*\.$"):
        Timeline.from_json(document)


def test_a_packed_bomb_is_not_unpacked():
    import base64
    import zlib

    document = whole().to_json()
    bomb = base64.b64encode(zlib.compress(bytes(200_000_000), 9)).decode()
    document["takes"][0]["rows"] = bomb
    with pytest.raises(BadInput):
        Timeline.from_json(document)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-1, 2)), min_size=1, max_size=20))
def test_curves_never_leave_their_keys(pairs):
    curve = Curve("jawOpen")
    for seconds, value in pairs:
        curve = curve.with_keys([Key(seconds, value, Easing.IN_OUT)])
    values = [key.value for key in curve.keys]
    for moment in np.linspace(-1, 101, 23):
        assert min(values) - 1e-9 <= curve.at(float(moment)) <= max(values) + 1e-9


def test_packing_is_done_once_for_a_track():
    take = Take("one", ramp())
    first = Timeline((take,)).to_json()["takes"][0]
    again = Timeline((take.trimmed(0.5, 1.0),)).to_json()["takes"][0]
    assert again["rows"] is first["rows"] and again["trim"] != first["trim"]
