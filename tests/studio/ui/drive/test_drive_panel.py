"""The drive panel: what it offers, what it shows while it runs."""

from __future__ import annotations

import socket
from dataclasses import replace

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt

from models.errors import BadInput
from models.pose import ARKIT_NAMES, Pose
from studio.drive.calibration import Channel
from studio.drive.network_source import own_address
from studio.drive.opening import live_link
from studio.drive.settings import DriveSettings
from studio.session.pose_parts import FACE_PARTS, PARTS
from studio.ui.drive import source_box
from studio.ui.drive.choice import Looped, SourceChoice, SourceKind, opener_of
from studio.ui.drive.drive_panel import DrivePanel
from studio.ui.drive.kept import kept
from studio.ui.drive.meter import Meter
from studio.ui.drive.phase import Phase
from tests.studio.drive.test_network import live_link_packet
from tests.studio.ui.drive.conftest import Puppet
from tests.studio.ui.panel_fixtures import show, steps


@pytest.fixture
def panel(driving, desk, qtbot, monkeypatch) -> DrivePanel:
    monkeypatch.setattr(source_box, "webcam_devices", lambda: [])
    panel = DrivePanel(desk)
    show(qtbot, panel, 360, 900)
    return panel


def choose(panel, kind):
    box = panel.source.kind
    box.setCurrentIndex(box.findData(kind))
    box.activated.emit(box.currentIndex())


def test_each_kind_shows_what_belongs_to_it(panel, tmp_path):
    assert not panel.start.isEnabled() and "camera" in panel.monitor.text
    assert panel.source.camera.currentText() == "No camera was found"
    choose(panel, SourceKind.VIDEO)
    assert panel.source.file.isVisible() and not panel.source.camera.isVisible()
    assert not panel.start.isEnabled()
    panel.source.choose_file(tmp_path / "clip.mp4")
    assert panel.start.isEnabled() and panel.driving.choice.path == tmp_path / "clip.mp4"
    choose(panel, SourceKind.MOTION)
    assert panel.driving.choice.path is None and not panel.start.isEnabled()


def test_network_sources_have_their_port_and_are_closed_until_opened(panel):
    for kind, port in ((SourceKind.LIVE_LINK, 11111), (SourceKind.VMC, 39539)):
        choose(panel, kind)
        assert panel.driving.choice.port == port and not panel.driving.choice.opened
        assert panel.start.isEnabled() and not panel.source.warning.isVisible()
    panel.source.opened.click()
    assert panel.driving.choice.opened and panel.source.warning.isVisible()


def test_a_webcam_by_name_with_size_and_mirror(panel, monkeypatch):
    from studio.engine.webcam import WebcamDevice

    devices = [WebcamDevice(0, "Front"), WebcamDevice(2, "Desk")]
    monkeypatch.setattr(source_box, "webcam_devices", lambda: devices)
    panel.source.find_cameras()
    panel.source.camera.setCurrentIndex(1)
    panel.source.camera.activated.emit(1)
    panel.source.size_box.activated.emit(1)
    panel.source.mirror.click()
    choice = panel.driving.choice
    assert (choice.camera, choice.size, choice.mirror) == (2, (1280, 720), False)
    panel.source.refresh()
    assert panel.source.camera.currentText() == "Desk"
    assert panel.source.size_box.currentText() == "1280 × 720"


@pytest.fixture
def live(panel, driving, puppet, until) -> DrivePanel:
    panel.driving.choose(SourceChoice(SourceKind.VMC))
    panel.start.click()
    puppet.send(Pose.neutral(), picture=True)
    until(lambda: driving.phase is Phase.RUNNING)
    return panel


def test_it_shows_the_picture_with_landmarks_and_a_lost_face(live, puppet, until):
    assert live.start.text() == "Stop" and not live.source.isEnabled()
    until(lambda: live.monitor.has_landmarks)
    assert not live.monitor.lost and live.live.status.text() == "Live"
    puppet.send(None, picture=True)
    until(lambda: live.monitor.lost)
    assert not live.monitor.has_landmarks and live.live.status.text() == "Nothing arrives."
    puppet.send(Pose.neutral(), picture=True)
    until(lambda: not live.monitor.lost)


def test_a_fault_stands_in_the_panel(live, driving, puppet, until):
    puppet.fail(BadInput("clip.mp4 breaks off."))
    until(lambda: driving.phase is Phase.IDLE)
    assert live.live.status.text() == "clip.mp4 breaks off." and live.start.text() == "Start"
    assert live.live.status.isVisible() and not live._tell.isActive()


def test_figures_are_shown_while_it_runs(live):
    live._tell_on()
    assert live.live.figures.isVisible()
    assert live.live.values["tracked"].text().endswith(" fps")
    assert live.live.values["dropped"].text() == "0"


def test_transfer_is_set_and_reset(panel, driving):
    box = panel.transfer_box
    box.absolute.click()
    box.bars["head"].edited.emit(0.5)
    box.neck.edited.emit(0.2)
    box.steadiness.setValue(80)
    box.checks["scale_locked"].click()
    how = driving.settings.calibration
    assert not how.relative and (how.yaw, how.pitch, how.roll) == (0.5, 0.5, 0.5)
    assert how.neck_share == 0.2 and not how.scale_locked
    assert driving.settings.steadiness == 0.8
    panel.transfer.reset_asked.emit()
    assert driving.settings == DriveSettings()
    assert box.relative.isChecked() and box.steadiness.value() == 30


def test_settings_reach_a_running_source(live, driving):
    live.transfer_box.steadiness.setValue(55)
    assert driving._drive.settings.steadiness == 0.55


def test_regions_are_armed_alone_and_in_groups(panel, driving):
    panel.arm_box.switches["head"].click()
    assert driving.settings.parts == frozenset(PARTS) - {"head"}
    panel.arm_box.groups["expression"].click()
    assert driving.settings.parts == FACE_PARTS and panel.armed.count == 2
    assert not panel.arm_box.switches["gaze"].isChecked()


def test_channels_are_edited_in_the_table(panel, driving):
    model = panel.table.model
    row = ARKIT_NAMES.index("mouthSmileLeft")
    assert model.setData(model.index(row, 1), "1,5") and model.setData(
        model.index(row, 3), "0 – 0,6"
    )
    assert driving.settings.calibration.channels == {
        "mouthSmileLeft": Channel(gain=1.5, take=(0.0, 0.6))
    }
    assert model.data(model.index(row, 1)) == "1.5"
    assert model.data(model.index(row, 3)) == "0 – 0.6" and panel.channels.count == 1
    refused = []
    model.refused.connect(refused.append)
    assert not model.setData(model.index(row, 1), "99")
    assert not model.setData(model.index(row, 1), "much")
    assert not model.setData(model.index(row, 4), "1")
    assert not model.setData(model.index(row, 3), "0.5-0.5")
    assert refused == [
        "A gain lies between -4 and 4.",
        "A number is wanted here.",
        "Two numbers are wanted here, such as 0.1 – 0.8.",
        "The range that is taken is empty.",
    ]


def test_the_table_is_searched_and_delete_takes_changes_back(panel, driving, qtbot):
    table = panel.table
    panel.channels.set_open(True)
    table.search.setText("smile")
    assert table.proxy.rowCount() == 2
    table.proxy.setData(table.proxy.index(0, 1), "2")
    assert list(driving.settings.calibration.channels) == ["mouthSmileLeft"]
    table.view.setCurrentIndex(table.proxy.index(0, 1))
    qtbot.keyClick(table.view, Qt.Key.Key_Delete)
    assert driving.settings.calibration.channels == {}


def test_a_closed_panel_hears_nothing_more(desk, driving, monkeypatch):
    monkeypatch.setattr(source_box, "webcam_devices", lambda: [])
    panel = DrivePanel(desk)
    shiboken6.delete(panel)
    driving.transfer.change("Arm", replace(driving.settings, parts=frozenset()))
    driving.choose(SourceChoice(SourceKind.VMC))
    driving.state_changed.emit()


def test_a_looped_source_begins_anew_and_times_go_on():
    made = []

    def make():
        puppet = Puppet()
        made.append(puppet)
        for amount in (0.1, 0.2):
            puppet.smile(amount)
        puppet.end()
        return puppet

    looped, times = Looped(make), []
    for sample in looped.samples():
        times.append(sample.seconds)
        if len(times) == 5:
            looped.close()
    assert times == pytest.approx([i / 30 for i in range(6)])
    assert len(made) == 3 and made[-1].closed.is_set()


def test_a_choice_without_a_file_is_refused_in_one_sentence():
    with pytest.raises(BadInput, match="There is no camera to drive with; choose one."):
        opener_of(SourceChoice(SourceKind.WEBCAM))()


def test_a_missing_video_is_told_by_its_opener(tmp_path):
    path = tmp_path / "gone.mp4"
    with pytest.raises(BadInput, match="does not exist"):
        opener_of(SourceChoice(SourceKind.VIDEO, path=path))()


def test_the_meter_counts_each_pose_once():
    now = [10.0]
    meter, poses = Meter(lambda: now[0]), [Pose.neutral() for _ in range(3)]
    for number, pose in enumerate(poses):
        meter.pose_came(pose, now[0] - 0.02, dropped=number, unseen=0, stages={"solve": 5.0})
    now[0] += 0.05
    meter.picture_came(poses[1], 12.0)
    meter.picture_came(poses[1], 12.0)
    found = meter.figures()
    assert (found.tracked, found.shown, found.dropped) == (1.5, 0.5, 2)
    assert found.latency == pytest.approx(70.0) and found.stages == {"solve": 5.0, "render": 12.0}
    now[0] += 5.0
    assert meter.figures().latency is None


def test_what_was_set_is_there_after_the_next_start(desk, panel, driving, tmp_path):
    choice = SourceChoice(SourceKind.LIVE_LINK, port=5005, opened=True)
    driving.choose(choice)
    panel.table.model.put(3, Channel(gain=0.5))
    desk.close()
    kept_choice, kept_settings = kept()
    assert kept_choice == SourceChoice(SourceKind.LIVE_LINK, port=5005, opened=False)
    assert kept_settings == driving.settings
    file = tmp_path / "config" / "drive.json"
    file.write_text(file.read_text().replace("0.5", '"half"'))
    assert kept() == (SourceChoice(), DriveSettings())
    assert not file.exists() and (tmp_path / "config" / "drive.json.damaged").exists()


def test_everything_that_is_set_is_undone(desk, panel, driving):
    box, usual = panel.transfer_box, driving.settings
    box.bars["head"].drag_began.emit()
    for gain in (0.9, 0.7, 0.5):
        box.bars["head"].edited.emit(gain)
    box.bars["head"].drag_ended.emit()
    box.absolute.click()
    panel.arm_box.switches["head"].click()
    panel.table.model.put(ARKIT_NAMES.index("jawOpen"), Channel(gain=1.5))
    assert steps(desk)[1:] == ["Head turn", "Absolute", "Arm", "Transfer of Jaw open"]
    desk.session.undo()
    assert driving.settings.calibration.channels == {} and panel.channels.count == 0
    desk.session.undo()
    assert panel.arm_box.switches["head"].isChecked()
    desk.session.undo()
    assert box.relative.isChecked() and box.bars["head"].amount == 0.5
    desk.session.undo()
    assert driving.settings == usual and desk.session.state.driving is None
    desk.session.redo()
    assert driving.settings.calibration.yaw == 0.5


def test_undo_reaches_a_running_source(live, desk, driving):
    live.arm_box.switches["jaw"].click()
    assert driving._drive.settings.parts == frozenset(PARTS) - {"jaw"}
    desk.session.undo()
    assert driving._drive.settings.parts == frozenset(PARTS)


@pytest.mark.parametrize("opened", [False, True])
def test_a_network_source_tells_where_it_waits_and_what_came(panel, driving, until, opened):
    driving.opener = lambda choice: live_link(0, opened=choice.opened)
    driving.choose(SourceChoice(SourceKind.LIVE_LINK, opened=opened))
    panel.start.click()
    until(lambda: driving.phase is Phase.RUNNING)
    host, port = driving.source.address
    place = f"{own_address() if opened else '127.0.0.1'}:{port}"
    panel._tell_on()
    assert panel.live.status.text() == f"Waiting on {place}; nothing has come yet."
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.sendto(b"what is this", ("127.0.0.1", port))
        until(lambda: driving.source.packets == 1)
        panel._tell_on()
        assert panel.live.status.text() == (
            f"What comes to {place} is not from Live Link Face; packets: 1."
        )
        packet = live_link_packet(np.full(61, 0.25, np.float32))
        until(lambda: phone.sendto(packet, ("127.0.0.1", port)) and driving.newest.present)
        panel._tell_on()
        assert panel.live.status.text().startswith(f"Live · {place} · ")
    driving.stop()


def test_opening_to_the_network_says_where_to_send(panel):
    choose(panel, SourceKind.LIVE_LINK)
    assert panel.source.closed.isVisible()
    panel.source.opened.click()
    assert not panel.source.closed.isVisible()
    assert f"Send to {own_address()}, port 11111" in panel.source.warning.text()
