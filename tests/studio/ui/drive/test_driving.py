"""The live flow: poses arrive, are steps only at the end, takes are kept whatever happens."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from models.errors import BadInput
from models.pose import PRESETS, Pose
from studio.ui.drive.driving import Driving
from studio.ui.drive.newest import Newest
from studio.ui.drive.phase import Phase
from studio.ui.timeline.playing import playing_of
from tests.studio.ui.drive.conftest import drive_threads, smile
from tests.studio.ui.panel_fixtures import steps


def test_a_pose_arrives_without_a_step_and_stays_as_one(desk, running, puppet, until):
    for amount in (0.25, 0.5, 0.75):
        puppet.smile(amount)
        until(lambda amount=amount: smile(desk.live.over(desk.session.state).pose) == amount)
    assert steps(desk) == ["Open anna"] and smile(desk.session.state.pose) == 0.0
    running.stop()
    assert running.phase is Phase.IDLE and not desk.live.active
    assert steps(desk) == ["Open anna", "Drive"] and smile(desk.session.state.pose) == 0.75
    desk.session.undo()
    assert smile(desk.session.state.pose) == 0.0


def test_frames_are_asked_for_with_the_live_pose(desk, running, puppet, until):
    puppet.smile(0.5)
    until(lambda: desk.live.active and smile(desk.live.pose(desk.session.state.pose)) == 0.5)
    state = desk.live.over(desk.session.state)
    assert state.avatar is desk.session.avatar and state.view == desk.session.state.view
    assert smile(state.pose) == 0.5


def test_stopping_ends_threads_and_lets_go_of_the_source(desk, running, puppet, until):
    assert drive_threads()
    running.stop()
    assert puppet.closed.wait(5)
    until(lambda: not drive_threads())


def test_closing_the_desk_ends_threads_at_once(desk, running, puppet):
    assert desk.close()
    assert puppet.closed.is_set() and not drive_threads()
    assert len(desk.session.pose_changed) == 0


def test_damaged_settings_of_a_project_are_told_and_the_usual_ones_count(desk, driving):
    told, usual = [], driving.settings
    desk.notice.connect(told.append)
    desk.session.change("Open", driving={"steadiness": "very"})
    assert driving.settings == usual
    assert len(told) == 1 and told[0].endswith("set them anew.")
    driving.transfer.change("Steadiness", replace(usual, steadiness=0.5))
    assert driving.settings.steadiness == 0.5 and len(told) == 1


def test_only_armed_parts_follow_and_the_rest_stays_editable(desk, running, puppet, until):
    running.transfer.change("Arm", replace(running.settings, parts=frozenset({"jaw"})))
    puppet.send(Pose.neutral().with_blendshapes({"mouthSmileLeft": 0.5, "jawOpen": 0.5}))
    live = desk.live
    until(lambda: live.pose(desk.session.state.pose).coefficient("jawOpen") > 0.5)
    assert smile(live.pose(desk.session.state.pose)) == 0.0
    desk.posing.set("mouthSmileLeft", 0.3)
    assert smile(live.pose(desk.session.state.pose)) == pytest.approx(0.3)


def test_what_is_set_while_live_is_what_the_face_rests_in(desk, running, puppet, until):
    desk.posing.apply_preset("Smile", PRESETS["smile"], 1.0)
    rest = smile(desk.session.state.pose)
    assert rest > 0.2
    puppet.smile(0.0)
    until(lambda: smile(desk.live.pose(desk.session.state.pose)) == pytest.approx(rest))
    assert steps(desk)[-1] != "Drive"


def test_starting_again_does_not_rest_in_what_driving_left(desk, running, puppet, until):
    puppet.smile(0.5)
    until(lambda: smile(desk.live.pose(desk.session.state.pose)) == 0.5)
    running.stop()
    assert smile(desk.session.state.pose) == 0.5
    assert smile(running._rest_pose()) == 0.0
    desk.posing.set("jawOpen", 0.9)
    assert running._rest_pose() is desk.session.state.pose


def test_my_rest_face_is_the_rest(desk, running, puppet, until):
    puppet.smile(0.5)
    until(lambda: smile(desk.live.pose(desk.session.state.pose)) == 0.5)
    running.rest()
    assert puppet.refits == 1
    for _ in range(20):  # it goes there without a jump
        puppet.smile(0.5)
    until(lambda: smile(desk.live.pose(desk.session.state.pose)) == pytest.approx(0.0))


def test_a_rest_face_is_undone_and_done_again(desk, running, puppet, until):
    def shows(amount, made=0.5):
        # It goes there without a jump.
        for _ in range(20):
            puppet.smile(made)
        until(lambda: smile(desk.live.pose(desk.session.state.pose)) == pytest.approx(amount))

    shows(0.5)
    running.rest()
    shows(0.0)
    assert steps(desk)[-1] == "My rest face"
    desk.session.undo()
    shows(0.5)
    desk.session.redo()
    shows(0.0)
    desk.session.undo()
    shows(0.25, made=0.25)
    # Another one is not the one that was undone.
    running.rest()
    assert running.settings.rest == 2


def test_a_preset_key_shows_over_the_performance_and_again_takes_it_away(running):
    smile_preset = PRESETS["smile"]
    running.accent(smile_preset)
    assert running.settings.accent is smile_preset
    running.accent(smile_preset)
    assert running.settings.accent is None


def record(running, puppet, until, amounts):
    running.record(True)
    for amount in amounts:
        puppet.smile(amount)
    until(lambda: running._drive.recorder.seconds > (len(amounts) - 1.5) / 30)


def test_a_take_plays_the_poses_that_were_recorded(desk, running, puppet, until):
    amounts = [0.1, 0.2, 0.4, 0.8, 0.3]
    record(running, puppet, until, amounts)
    assert running.recording
    running.record(False)
    playing = playing_of(desk)
    until(lambda: playing.timeline.takes)
    running.stop()
    take = playing.timeline.takes[0]
    assert take.name == "Take 1" and [smile(pose) for _, pose in take.track] == pytest.approx(
        amounts
    )
    desk.posing.reset()
    for moment, wanted in zip(take.track.times, amounts, strict=True):
        playing.seek(float(moment))
        assert smile(desk.live.over(desk.session.state).pose) == pytest.approx(wanted)
    playing.stop()
    assert not desk.live.active


def test_recording_is_one_step_that_undo_takes_back(desk, running, puppet, until):
    record(running, puppet, until, [0.1, 0.2])
    running.record(False)
    playing = playing_of(desk)
    until(lambda: playing.timeline.takes)
    assert steps(desk) == ["Open anna", "Record Take 1"]
    desk.session.undo()
    assert not playing.timeline.takes and desk.session.state.timeline is None
    desk.session.redo()
    assert [take.name for take in playing.timeline.takes] == ["Take 1"]


def test_a_camera_unplugged_is_one_sentence_and_the_take_is_kept(desk, running, puppet, until):
    faults = []
    desk.failed.connect(faults.append)
    record(running, puppet, until, [0.1, 0.2, 0.3])
    puppet.fail(BadInput("The webcam sends no pictures; plug it in again."))
    until(lambda: running.phase is Phase.IDLE)
    assert [f.sentence for f in faults] == ["The webcam sends no pictures; plug it in again."]
    assert running.fault is faults[0] and not running.recording
    until(lambda: playing_of(desk).timeline.takes)
    assert len(playing_of(desk).timeline.takes[0].track) == 3


def test_a_source_that_cannot_be_opened_says_so(desk, driving, until):
    def opener():
        raise BadInput("clip.mp4 is empty; use another copy.")

    driving.opener = lambda choice: opener
    driving.start()
    until(lambda: driving.fault is not None)
    assert driving.phase is Phase.IDLE and driving.fault.sentence.startswith("clip.mp4 is empty")


def test_what_ends_by_itself_stops(desk, running, puppet, until):
    puppet.end()
    until(lambda: running.phase is Phase.IDLE)
    assert running.fault is None


def test_recording_starts_the_source_if_need_be(desk, driving, puppet, until):
    driving.record()
    assert driving.phase is Phase.OPENING and not driving.recording
    puppet.smile(0.1)
    until(lambda: driving.recording)
    driving.record()
    assert not driving.recording


def test_closing_the_avatar_stops(desk, running, until):
    desk.session.change("Close", avatar=None)
    assert running.phase is Phase.IDLE
    assert steps(desk)[-1] == "Close"


def test_another_avatar_is_driven_on(desk, running, puppet, open_avatar, until):
    other = open_avatar()
    other.parts.proxy = running._desk.session.avatar.handle.parts.proxy = type(
        "Proxy", (), {"rig": type("Rig", (), {"pivots": [[0, 0, 0]] * 7})}
    )
    puppet.smile(0.6)
    until(lambda: smile(desk.live.pose(desk.session.state.pose)) == pytest.approx(0.6))
    assert running.phase is Phase.RUNNING


def test_the_newest_value_replaces_those_that_waited(qtbot):
    got, newest = [], Newest()
    newest.arrived.connect(got.append)
    thread = threading.Thread(target=lambda: [newest.put(value) for value in range(1, 6)])
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(got))
    assert got == [5] and newest.replaced == 4


def test_without_an_avatar_nothing_starts(desk):
    driving = Driving(desk)
    driving.start()
    assert driving.phase is Phase.IDLE
