"""Several keys at once: chosen, moved, copied, eased, removed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt

from studio.session.curves import Curve, Easing, Key
from studio.session.timeline import Timeline
from studio.ui.timeline import key_edits
from studio.ui.timeline.key_menu import key_menu
from studio.ui.timeline.time_view import LABELS
from studio.ui.timeline.tracks_paint import ROW, RULER
from tests.studio.ui.panel_fixtures import drag, steps
from tests.studio.ui.timeline.test_timeline import (
    mouse,
    panel,
    playing,
    plot_mouse,
    put,
    take,
)

__all__ = ["panel", "playing"]

JAW = Curve("jawOpen", (Key(0.0, 0.0), Key(1.0, 0.5, Easing.HOLD), Key(2.0, 1.0)))
YAW = Curve("head.yaw", (Key(1.0, 10.0),))


def two() -> Timeline:
    return Timeline(curves=(JAW, YAW))


def values(timeline: Timeline, channel: str) -> list[tuple[float, float]]:
    return [(key.seconds, key.value) for key in timeline.curve(channel).keys]


def test_keys_move_together_within_range_and_not_before_the_beginning():
    both = frozenset({("jawOpen", 1.0), ("head.yaw", 1.0)})
    moved, names = key_edits.moved_keys(two(), both, -5.0, 0.3, "jawOpen")
    # The key at 0 is replaced by the one that lands there.
    assert values(moved, "jawOpen") == [(0.0, 0.8), (2.0, 1.0)]
    assert values(moved, "head.yaw") == [(0.0, 10.0)]
    assert names == {("jawOpen", 0.0), ("head.yaw", 0.0)}
    high, _ = key_edits.moved_keys(two(), frozenset({("jawOpen", 1.0)}), 4.0, 9.0, "jawOpen")
    assert values(high, "jawOpen") == [(0.0, 0.0), (2.0, 1.0), (5.0, 2.0)]


def test_copied_keys_keep_their_distances_and_go_to_the_chosen_channel():
    copied = key_edits.copied_keys(two(), frozenset({("jawOpen", 1.0), ("jawOpen", 2.0)}))
    assert copied == (Curve("jawOpen", (Key(0.0, 0.5, Easing.HOLD), Key(1.0, 1.0))),)
    pasted, names = key_edits.pasted_keys(two(), copied, 3.0, "mouthFunnel")
    assert pasted.curve("mouthFunnel").keys == (Key(3.0, 0.5, Easing.HOLD), Key(4.0, 1.0))
    assert names == {("mouthFunnel", 3.0), ("mouthFunnel", 4.0)}
    both = key_edits.copied_keys(two(), key_edits.all_keys(two()))
    pasted, _ = key_edits.pasted_keys(Timeline(), both, 1.0, "mouthFunnel")
    assert {curve.channel for curve in pasted.curves} == {"jawOpen", "head.yaw"}


@pytest.fixture
def keyed(playing, panel):
    playing.store.change("Keys", two())
    return panel


def key_place(panel, seconds: float, row: int = 0) -> QPoint:
    return QPoint(round(panel.view.scale.x(seconds)), RULER + ROW * row + ROW // 2)


def test_a_box_in_the_tracks_chooses_keys_of_several_channels(desk, playing, keyed):
    begin = key_place(keyed, 0.7)
    end = key_place(keyed, 1.4, row=1)
    drag(keyed.tracks, begin, end)
    assert keyed.selection.keys == {("jawOpen", 1.0), ("head.yaw", 1.0)}
    second = round(keyed.view.scale.per_second)
    place = key_place(keyed, 1.0)
    drag(keyed.tracks, place, place + QPoint(second // 4, 0), place + QPoint(second // 2, 0))
    assert steps(desk)[-1] == "Move keys" and steps(desk).count("Move keys") == 1
    for channel in ("jawOpen", "head.yaw"):
        assert any(
            moment == pytest.approx(1.5, abs=0.03)
            for moment, _ in values(playing.timeline, channel)
        )
    desk.session.undo()
    assert playing.timeline == two()


def test_what_is_dragged_lands_on_frames_unless_snapping_is_off(playing, keyed):
    place = key_place(keyed, 2.0)
    drag(keyed.tracks, place, place + QPoint(17, 0), place + QPoint(41, 0))
    landed = values(playing.timeline, "jawOpen")[-1][0]
    assert landed > 2.05 and landed * 30 == pytest.approx(round(landed * 30))
    keyed.snap.click()
    place = key_place(keyed, landed)
    drag(keyed.tracks, place, place + QPoint(7, 0))
    moved = values(playing.timeline, "jawOpen")[-1][0]
    assert moved == pytest.approx(landed + 7 / keyed.view.scale.per_second, abs=0.01)


def test_shift_adds_and_a_click_elsewhere_lets_go(playing, keyed):
    shift = Qt.KeyboardModifier.ShiftModifier
    for seconds in (0.0, 2.0):
        drag(keyed.tracks, key_place(keyed, seconds), key_place(keyed, seconds), hold=shift)
    assert keyed.selection.keys == {("jawOpen", 0.0), ("jawOpen", 2.0)}
    away = key_place(keyed, 3.0, row=1)
    drag(keyed.tracks, away, away)
    assert not keyed.selection.keys and playing.seconds == pytest.approx(3.0, abs=0.02)


def test_copy_and_paste_by_keyboard_are_not_the_windows(desk, playing, keyed, qtbot):
    tracks = keyed.tracks
    keyed.selection.choose({("jawOpen", 1.0), ("head.yaw", 1.0)})
    qtbot.keyClick(tracks, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    playing.seek(3.0)
    qtbot.keyClick(tracks, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert values(playing.timeline, "head.yaw") == [(1.0, 10.0), (3.0, 10.0)]
    assert values(playing.timeline, "jawOpen")[-1] == (3.0, 0.5)
    assert keyed.selection.keys == {("jawOpen", 3.0), ("head.yaw", 3.0)}
    qtbot.keyClick(tracks, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert playing.timeline == two() and steps(desk)[-2:] == ["Paste keys", "Delete keys"]


def test_the_menu_eases_all_chosen_keys(desk, playing, keyed):
    keyed.selection.choose_all("jawOpen")
    menu = key_menu(playing, keyed.selection, keyed)
    named = {action.text(): action for action in menu.actions()}
    named["Linear"].trigger()
    assert {key.easing for key in playing.timeline.curve("jawOpen").keys} == {Easing.LINEAR}
    named["Delete"].trigger()
    assert not playing.timeline.curve("jawOpen").keys and not keyed.selection.keys
    desk.session.undo()
    desk.session.undo()
    assert playing.timeline == two()
    menu.deleteLater()


def test_a_drag_in_the_curve_editor_moves_the_chosen_keys_in_time_and_value(
    desk, playing, keyed, qtbot
):
    editor = keyed.curves
    keyed.selection.choose({("jawOpen", 1.0), ("head.yaw", 1.0)})
    press, to = editor.place_of(1.0, 0.5), editor.place_of(1.5, 0.7)
    plot_mouse(keyed, QEvent.Type.MouseButtonPress, press)
    for place in (press + QPointF(8, 0), to):
        plot_mouse(keyed, QEvent.Type.MouseMove, place)
    plot_mouse(keyed, QEvent.Type.MouseButtonRelease, to, held=False)
    assert values(playing.timeline, "jawOpen")[1] == pytest.approx((1.5, 0.7), abs=0.04)
    # The other channel has another unit: it only comes along in time.
    assert values(playing.timeline, "head.yaw") == [(pytest.approx(1.5, abs=0.04), 10.0)]
    desk.session.undo()
    assert playing.timeline == two()


def test_escape_puts_dragged_keys_back(playing, keyed, qtbot):
    place = key_place(keyed, 1.0)
    mouse(keyed.tracks, QEvent.Type.MouseButtonPress, place)
    mouse(keyed.tracks, QEvent.Type.MouseMove, place + QPoint(60, 0), Qt.MouseButton.NoButton)
    assert playing.timeline != two()
    qtbot.keyClick(keyed.tracks, Qt.Key.Key_Escape)
    assert playing.timeline == two() and keyed.selection.keys == {("jawOpen", 1.0)}


def test_curves_stand_under_the_ruler_and_over_what_takes_do(playing, panel, qtbot):
    put(playing, take())
    for zoom in (1.0, 3.0):
        panel.view.zoom(zoom, LABELS + 100)
        x = panel.tracks.mapTo(panel, QPoint(round(panel.view.scale.x(1.0)), 0)).x()
        place = panel.curves.place_of(1.0, 0.5).toPoint()
        assert panel.curves.widget.mapTo(panel, place).x() == pytest.approx(x, abs=1)
    panel.view.fit()
    panel.curves._draw_below()
    moments, below = panel.curves._below.getData()
    assert np.allclose(below, np.clip(moments / 2.0, 0.0, 1.0), atol=0.02)


def test_zooming_keeps_the_moment_and_the_page_turns_with_the_playhead(playing, panel):
    put(playing, take())
    view = panel.view
    before = view.scale.seconds(400.0)
    view.zoom(4.0, 400.0)
    assert view.scale.seconds(400.0) == pytest.approx(before, abs=0.01)
    playing.seek(2.0)
    assert view.scale.first <= 2.0 <= view.scale.first + view.seconds
