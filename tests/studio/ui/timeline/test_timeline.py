"""Playing, tracks, keys, the curve editor, export and import."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from models.pose import Pose
from studio.drive.motion_files import read_motion
from studio.session.curves import Easing, Key
from studio.session.pose_track import PoseTrack
from studio.session.takes import Take
from studio.session.timeline import Timeline
from studio.session.view import View
from studio.ui.timeline import edits
from studio.ui.timeline.playing import Playing, playing_of
from studio.ui.timeline.timeline_panel import TimelinePanel
from studio.ui.timeline.tracks_paint import ROW, RULER, clock_text
from tests.studio.fake_avatar import PIVOTS
from tests.studio.ui.panel_fixtures import PATIENCE_MS, drag, mouse, show, steps


def track(seconds=2.0, top=1.0) -> PoseTrack:
    count = round(seconds * 30) + 1
    poses = (
        (n / 30, Pose.neutral().with_blendshapes({"jawOpen": top * n / (count - 1)}))
        for n in range(count)
    )
    return PoseTrack.of(poses)


def take(name="Take 1", start=0.0, **options) -> Take:
    return Take(name, track(), start, **options)


@pytest.fixture
def playing(desk, open_avatar) -> Playing:
    avatar = open_avatar()
    avatar.parts.proxy = type("Proxy", (), {"rig": type("Rig", (), {"pivots": PIVOTS})})
    playing = playing_of(desk)
    playing.now = 50.0
    playing._clock = lambda: playing.now
    return playing


@pytest.fixture
def panel(playing, desk, qtbot) -> TimelinePanel:
    panel = TimelinePanel(desk)
    show(qtbot, panel, 1000, 320)
    return panel


def shown(desk) -> Pose:
    return desk.live.over(desk.session.state).pose


def jaw(desk) -> float:
    return shown(desk).coefficient("jawOpen")


def put(playing, *takes):
    playing.store.change("Record", Timeline(tuple(takes)))


def test_playing_shows_the_take_and_makes_no_steps(desk, playing):
    put(playing, take())
    before = steps(desk)
    playing.play()
    playing.now += 0.5
    playing.tick()
    assert jaw(desk) == pytest.approx(0.25) and playing.seconds == pytest.approx(0.5)
    playing.now += 0.5
    playing.tick()
    assert jaw(desk) == pytest.approx(0.5)
    playing.stop()
    assert not desk.live.active and playing.seconds == 0.0 and steps(desk) == before


def test_it_stops_at_the_end_and_plays_again_from_the_beginning(desk, playing):
    put(playing, take())
    playing.play()
    playing.now += 9.0
    playing.tick()
    assert not playing.playing and playing.seconds == 2.0 and jaw(desk) == 1.0
    playing.toggle()
    assert playing.playing and playing.seconds == 0.0
    playing.stop()


def test_a_loop_goes_round(desk, playing):
    put(playing, take())
    playing.toggle_loop()
    assert playing.timeline.loop == (0.0, 2.0) and steps(desk)[-1] == "Loop"
    playing.play()
    playing.now += 4.5
    playing.tick()
    assert playing.playing and playing.seconds == pytest.approx(0.5)
    playing.stop()
    desk.session.undo()
    assert playing.timeline.loop is None


def test_a_change_at_a_standing_playhead_is_seen(desk, playing):
    put(playing, take())
    playing.seek(1.0)
    assert jaw(desk) == pytest.approx(0.5)
    desk.posing.set("mouthSmileLeft", 0.4)
    assert not desk.live.active and shown(desk).coefficient("mouthSmileLeft") == pytest.approx(0.4)
    playing.channel = "mouthSmileLeft"
    playing.key_channel()
    assert playing.timeline.curve("mouthSmileLeft").keys[0].value == pytest.approx(0.4)
    assert playing.shown and jaw(desk) == pytest.approx(0.5)


def test_camera_keys_move_the_view_that_is_shown(desk, playing):
    playing.seek(0.0)
    playing.key_camera()
    desk.session.change("Orbit", view=View().orbited(40, 10))
    playing.seek(2.0)
    desk.session.change("Orbit", view=View().orbited(40, 10))
    playing.key_camera()
    desk.session.change("View", view=View())
    playing.seek(1.0)
    view = desk.live.over(desk.session.state).view
    assert view.yaw == pytest.approx(20.0) and view.pitch == pytest.approx(5.0)
    assert desk.session.state.view == View()


def test_keying_the_face_takes_what_is_set(desk, playing):
    desk.posing.reset()
    desk.posing.set("jawOpen", 0.3)
    playing.key_pose()
    assert {c.channel: c.keys[0].value for c in playing.timeline.curves} == {
        "jawOpen": pytest.approx(0.3)
    }


def test_the_store_packs_each_track_once_and_reads_what_it_wrote(desk, playing, monkeypatch):
    put(playing, take())
    written = desk.session.state.timeline
    assert Timeline.from_json(written) == playing.timeline
    monkeypatch.setattr(
        "studio.session.timeline_json._text_of", lambda *_: pytest.fail("packed again")
    )
    timeline = edits.moved_take(playing.timeline, "Take 1", 3.0)
    assert playing.store.change("Move", timeline)
    assert playing.timeline.takes[0].start == 3.0
    assert not playing.store.change("Move", playing.timeline)


def test_a_damaged_timeline_is_told_once_and_empty(desk, playing):
    told = []
    desk.notice.connect(told.append)
    desk.session.change("Open", timeline={"version": 1, "takes": "none"})
    assert playing.timeline == Timeline() and playing.timeline.duration == 0.0
    assert len(told) == 1 and "damaged" in told[0] and "another copy" in told[0]


def test_edits_stay_within_what_is_possible():
    timeline = Timeline((take(start=1.0),))
    assert edits.moved_take(timeline, "Take 1", -4.0).takes[0].start == 0.0
    begun = edits.trimmed_begin(timeline, "Take 1", 1.5).takes[0]
    assert (begun.start, begun.trim) == (1.5, (0.5, 2.0))
    assert edits.trimmed_begin(timeline, "Take 1", 0.2).takes[0] == timeline.takes[0]
    ended = edits.trimmed_end(timeline, "Take 1", 2.0).takes[0]
    assert ended.trim == (0.0, 1.0) and ended.start == 1.0
    assert edits.trimmed_end(timeline, "Take 1", -1.0).takes[0].trim[1] == edits.SHORTEST


def test_dragging_a_take_is_one_step_and_undone(desk, playing, panel):
    put(playing, take())
    tracks = panel.tracks
    scale = panel.view.scale
    middle = QPoint(round(scale.x(1.0)), RULER + ROW // 2)
    shift = QPoint(round(scale.per_second), 0)
    drag(tracks, middle, middle + shift / 2, middle + shift)
    assert playing.timeline.takes[0].start == pytest.approx(1.0, abs=0.03)
    assert steps(desk)[-1] == "Move Take 1" and steps(desk).count("Move Take 1") == 1
    desk.session.undo()
    assert playing.timeline.takes[0].start == 0.0


def test_dragging_its_end_trims(desk, playing, panel):
    put(playing, take())
    scale = panel.view.scale
    end = QPoint(round(scale.x(2.0)), RULER + ROW // 2)
    drag(panel.tracks, end, end - QPoint(20, 0), QPoint(round(scale.x(1.2)), end.y()))
    assert playing.timeline.takes[0].trim[1] == pytest.approx(1.2, abs=0.03)
    assert len(playing.timeline.takes[0].track) == 61


def test_escape_takes_a_drag_back(desk, playing, panel, qtbot):
    put(playing, take())
    tracks, place = panel.tracks, QPoint(round(panel.view.scale.x(1.0)), RULER + ROW // 2)
    mouse(tracks, QEvent.Type.MouseButtonPress, place)
    mouse(tracks, QEvent.Type.MouseMove, place + QPoint(60, 0), Qt.MouseButton.NoButton)
    assert playing.timeline.takes[0].start > 0.0
    qtbot.keyClick(tracks, Qt.Key.Key_Escape)
    assert playing.timeline.takes[0].start == 0.0 and steps(desk)[-1] == "Record"


def test_the_ruler_moves_the_playhead_and_arrows_step(desk, playing, panel, qtbot):
    put(playing, take())
    at = QPoint(round(panel.view.scale.x(1.5)), 8)
    drag(panel.tracks, at, at)
    assert playing.seconds == pytest.approx(1.5, abs=0.02)
    assert jaw(desk) == pytest.approx(0.75, abs=0.02)
    qtbot.keyClick(panel.tracks, Qt.Key.Key_Right)
    assert playing.seconds == pytest.approx(1.5 + 1 / 30, abs=0.02)
    assert panel.transport.time.text().endswith("/ 0:02.0")


def test_the_eye_mutes(desk, playing, panel):
    put(playing, take())
    spot = QPoint(12, RULER + ROW // 2)
    drag(panel.tracks, spot, spot)
    assert playing.timeline.takes[0].muted and steps(desk)[-1] == "Mute Take 1"


def test_delete_removes_the_chosen_take_or_key(desk, playing, panel, qtbot):
    put(playing, take(), take("Take 2"))
    panel.tracks.choose_take("Take 1")
    qtbot.keyClick(panel.tracks, Qt.Key.Key_Delete)
    assert [t.name for t in playing.timeline.takes] == ["Take 2"]
    playing.seek(0.5)
    playing.put_key(0.5)
    key = QPoint(round(panel.view.scale.x(0.5)), RULER + ROW + ROW // 2)
    drag(panel.tracks, key, key)
    assert panel.selection.keys == {("jawOpen", 0.5)}
    qtbot.keyClick(panel.tracks, Qt.Key.Key_Delete)
    assert not playing.timeline.curves


def test_what_the_menu_does_to_a_take(desk, playing, panel):
    put(playing, take(), take("Take 2"))
    menu = panel.menus.menu("Take 1")
    named = {a.text(): a for a in menu.actions() if a.text()}
    loops = {a.text(): a for a in named["Play"].menu().actions()}
    loops["3 times"].trigger()
    assert playing.timeline.take("Take 1").loops == 3
    named["Layer up"].trigger()
    assert [t.name for t in playing.timeline.takes] == ["Take 2", "Take 1"]
    panel.menus.rename("Take 1", "Take 2")
    assert [t.name for t in playing.timeline.takes] == ["Take 2", "Take 1"]
    panel.menus.rename("Take 1", "smile")
    assert playing.timeline.take("smile").loops == 3
    menu.deleteLater()


def test_the_value_bar_sets_a_key_at_the_playhead(desk, playing, panel):
    playing.seek(1.0)
    panel.keys.value.drag_began.emit()
    for value in (0.2, 0.5, 0.6):
        panel.keys.value.edited.emit(value)
    panel.keys.value.drag_ended.emit()
    assert playing.timeline.curve("jawOpen").keys == (Key(1.0, 0.6),)
    assert steps(desk)[-1] == "Key Jaw open" and steps(desk).count("Key Jaw open") == 1
    panel.keys.easing.setCurrentIndex(panel.keys.easing.findData(Easing.HOLD.value))
    panel.keys.easing.activated.emit(panel.keys.easing.currentIndex())
    assert playing.timeline.curve("jawOpen").keys[0].easing is Easing.HOLD
    desk.session.undo()
    desk.session.undo()
    assert not playing.timeline.curves


def plot_mouse(panel, kind, place: QPointF, held=True):
    viewport = panel.curves.widget.viewport()
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    buttons = left if held else none
    where = viewport.mapToGlobal(place)
    modifiers = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QMouseEvent(kind, place, where, button, buttons, modifiers))


def test_keys_are_added_dragged_and_removed_in_the_curve_editor(desk, playing, panel, qtbot):
    editor = panel.curves
    plot_mouse(panel, QEvent.Type.MouseButtonDblClick, editor.place_of(2.0, 0.5))
    key = playing.timeline.curve("jawOpen").keys[0]
    assert key.seconds == pytest.approx(2.0, abs=0.05)
    assert panel.selection.keys == {("jawOpen", key.seconds)}
    plot_mouse(panel, QEvent.Type.MouseButtonPress, editor.place_of(key.seconds, key.value))
    for share in (0.6, 0.7, 0.9):
        plot_mouse(panel, QEvent.Type.MouseMove, editor.place_of(1.0, share))
    plot_mouse(panel, QEvent.Type.MouseButtonRelease, editor.place_of(1.0, 0.9), held=False)
    key = playing.timeline.curve("jawOpen").keys[0]
    assert (key.seconds, key.value) == pytest.approx((1.0, 0.9), abs=0.05)
    assert steps(desk)[-2:] == ["Key Jaw open", "Move key"]
    desk.session.undo()
    assert playing.timeline.curve("jawOpen").keys[0].seconds == pytest.approx(2.0, abs=0.05)
    panel.selection.choose_all()
    qtbot.keyClick(editor.widget, Qt.Key.Key_Delete)
    assert not playing.timeline.curves


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".npz"])
def test_a_take_is_exported_and_read_back(playing, panel, tmp_path, qtbot, suffix):
    put(playing, take().trimmed(0.5, 1.5))
    path = tmp_path / f"take{suffix}"
    panel.motion.export_to("Take 1", path)
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    back = read_motion(path).track
    assert len(back) == 31
    if suffix != ".npz":
        # FLAME has no ARKit coefficients; times of a CSV are those of its time code.
        wanted = playing.timeline.takes[0].played().rows
        assert np.allclose(back.rows[:, :52], wanted[:, :52], atol=1e-4)


def test_a_motion_file_becomes_a_take_at_the_playhead(desk, playing, panel, tmp_path, qtbot):
    put(playing, take("smile"))
    panel.motion.export_to("smile", tmp_path / "smile.jsonl")
    qtbot.waitUntil((tmp_path / "smile.jsonl").exists, timeout=PATIENCE_MS)
    playing.seek(1.0)
    panel.motion.import_from(tmp_path / "smile.jsonl")
    qtbot.waitUntil(lambda: len(playing.timeline.takes) == 2, timeout=PATIENCE_MS)
    new = playing.timeline.takes[1]
    assert new.name == "smile 1" and new.start == 1.0 and steps(desk)[-1] == "Import smile 1"
    assert np.allclose(new.track.rows, track().rows, atol=1e-5)


def test_a_damaged_motion_file_is_one_sentence(desk, panel, tmp_path, qtbot):
    faults = []
    desk.failed.connect(faults.append)
    (tmp_path / "empty.csv").write_bytes(b"")
    panel.motion.import_from(tmp_path / "empty.csv")
    qtbot.waitUntil(lambda: bool(faults), timeout=PATIENCE_MS)
    assert "is empty" in faults[0].sentence and not panel.playing.timeline.takes


def test_times_are_written_as_clocks():
    assert clock_text(65.0) == "1:05" and clock_text(3.26, 1) == "0:03.3"
    assert clock_text(59.97, 1) == "1:00.0"


def test_a_narrow_panel_has_its_controls_in_two_rows(panel, qtbot):
    top, keys = panel.top, panel.keys
    assert keys.geometry().top() == panel.transport.geometry().top()
    assert panel.minimumSizeHint().width() < 460
    panel.resize(560, 320)
    qtbot.waitUntil(lambda: keys.geometry().top() > panel.transport.geometry().bottom())
    assert keys.width() == top.width() and keys.geometry().bottom() <= top.height()
    panel.resize(1000, 320)
    qtbot.waitUntil(lambda: keys.geometry().top() == panel.transport.geometry().top())
