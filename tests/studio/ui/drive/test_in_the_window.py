"""Driving and the timeline inside the main window: keys, panels, projects, closing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton

from models.pose import PRESETS, Pose
from studio.drive.calibration import Calibration
from studio.drive.settings import DriveSettings
from studio.engine import jobs
from studio.session.pose_track import PoseTrack
from studio.session.takes import Take
from studio.session.timeline import Timeline
from studio.ui.drive.choice import SourceChoice, SourceKind
from studio.ui.drive.driving import driving_of
from studio.ui.drive.phase import Phase
from studio.ui.timeline.playing import playing_of
from tests.studio.ui.drive.conftest import drive_threads, smile


@pytest.fixture
def driven(opened, puppet, wait):
    """A window whose avatar is driven by the puppet."""
    driving = driving_of(opened.desk)
    driving.choose(SourceChoice(SourceKind.VMC))
    driving.opener = lambda choice: lambda: puppet
    driving.restore()
    driving.transfer.begin_with(DriveSettings(Calibration(lips_meet=False), steadiness=0.0))
    opened.actions_list["drive.start_stop"].trigger()
    puppet.smile(0.0)
    wait(lambda: driving.phase is Phase.RUNNING)
    return opened


def timeline() -> Timeline:
    poses = ((n / 10, Pose.neutral().with_blendshapes({"jawOpen": n / 10})) for n in range(11))
    return Timeline((Take("Take 1", PoseTrack.of(poses)),)).with_keys(0.5, {"camera.yaw": 20.0})


def test_frames_show_what_the_performer_does(driven, puppet, wait):
    shown = []
    driven.desk.frame_ready.connect(lambda event: shown.append(smile(event.request.pose)))
    driven.viewport.pump.set_pixels(64)
    puppet.smile(0.7)
    wait(lambda: shown and shown[-1] == pytest.approx(0.7))
    assert smile(driven.desk.session.state.pose) == 0.0


def test_the_action_tells_whether_it_runs_and_stops(driven, wait):
    action = driven.actions_list["drive.start_stop"]
    assert action.isChecked()
    action.trigger()
    assert not action.isChecked() and not driven.desk.live.active
    wait(lambda: not drive_threads())


def test_closing_the_window_while_it_runs_leaves_nothing(driven, puppet):
    driven.leave()
    assert puppet.closed.is_set() and not drive_threads()


def test_preset_keys_work_while_live(driven):
    driving = driving_of(driven.desk)
    names = {a.text: a.id for a in driven.actions_list if a.id.startswith("preset.")}
    assert len(names) == 9 and names["Smile"] == "preset.2"
    driven.actions_list["preset.2"].trigger()
    assert driving.settings.accent == PRESETS["smile"]
    driven.actions_list["preset.2"].trigger()
    assert driving.settings.accent is None
    driving.stop()
    driven.actions_list["preset.2"].trigger()
    assert driving.settings.accent is None
    assert driven.desk.session.history.current.label != "Drive"


def test_space_plays_but_belongs_to_a_focused_button(opened, qtbot):
    playing = playing_of(opened.desk)
    playing.store.change("Record", timeline())
    pressed = []
    button = QPushButton(opened.docks)
    button.clicked.connect(lambda: pressed.append(True))
    button.show()
    opened.activateWindow()
    button.setFocus()
    assert button.hasFocus()
    opened.actions_list["timeline.play"].trigger()
    assert pressed and not playing.playing
    opened.viewport.setFocus()
    opened.actions_list["timeline.play"].trigger()
    assert playing.playing
    playing.stop()


def test_takes_and_keys_are_saved_in_the_project(opened, tmp_path, wait):
    desk = opened.desk
    wanted = timeline()
    playing_of(desk).store.change("Record", wanted)
    assert desk.session.modified
    path = tmp_path / "play.triptych"
    desk.submit(jobs.save_project(desk.session.state, path), done=desk.session.project_saved)
    wait(lambda: desk.session.project == path)
    assert not desk.session.modified
    desk.session.change("Clear", timeline=None)
    desk.submit(jobs.open_project(path), done=desk.session.open_project)
    wait(lambda: playing_of(desk).timeline.takes)
    assert playing_of(desk).timeline == wanted


def test_both_panels_are_docks(opened, qtbot, wait):
    for name in ("drive", "timeline"):
        opened.docks.reveal(name)
        assert opened.docks.is_shown(name)
    qtbot.keyClick(opened.docks.panel("timeline").tracks, Qt.Key.Key_Right)
    assert playing_of(opened.desk).seconds > 0.0


def test_driving_without_a_camera_shows_the_panel(opened, monkeypatch):
    monkeypatch.setattr("studio.ui.drive.source_box.webcam_devices", lambda: [])
    faults = []
    opened.desk.failed.connect(faults.append)
    opened.actions_list["drive.start_stop"].trigger()
    assert opened.docks.is_shown("drive") and not faults
    assert driving_of(opened.desk).phase is Phase.IDLE


def test_closing_while_a_take_is_recorded_asks_about_it(driven, puppet, wait):
    driving = driving_of(driven.desk)
    driven.actions_list["drive.record"].trigger()
    for amount in (0.1, 0.2, 0.3):
        puppet.smile(amount)
    wait(lambda: driving._drive.recorder.seconds > 0.05)
    driven.close()
    assert driven.isVisible() and driven.findChild(QMessageBox, "unsaved") is not None
    assert len(playing_of(driven.desk).timeline.takes[0].track) == 3
