"""The plot of coefficients over time."""

from __future__ import annotations

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from models.pose import ARKIT_INDEX, ARKIT_NAMES, Pose
from studio.session.angles import Turn
from studio.session.signals import SIGNAL_INDEX, SIGNALS
from studio.ui.signals.legend import Legend
from studio.ui.signals.signals_panel import SignalsPanel
from tests.studio.ui.panel_fixtures import PATIENCE_MS, show


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(desk, qtbot, clock) -> SignalsPanel:
    panel = SignalsPanel(desk, clock=clock)
    show(qtbot, panel, 640, 260)
    qtbot.waitUntil(lambda: panel.plot is not None, timeout=PATIENCE_MS)
    return panel


def shown(panel):
    return {ARKIT_NAMES[channel] for channel in panel.plot.channels}


def curve(panel, name):
    return panel.plot._curves[ARKIT_INDEX[name]].getData()


def test_what_moves_gets_a_curve_by_itself(desk, panel, clock):
    panel.draw()
    assert shown(panel) == set() and "Nothing moves" in panel.note.text()
    clock.now += 1.0
    desk.posing.set("jawOpen", 0.5)
    clock.now += 2.0
    panel.draw()
    assert shown(panel) == {"jawOpen"} and not panel.note.text()
    times, values = curve(panel, "jawOpen")
    assert times[-1] == 0.0 and values[-1] == pytest.approx(0.5)
    assert values[times < -2.1] == pytest.approx(0.0)
    clock.now += 30.0
    panel.draw()
    assert shown(panel) == set()


def test_only_those_that_move_most_are_shown_of_many(desk, panel, clock):
    clock.now += 1.0
    values = {name: 0.02 * i for i, name in enumerate(ARKIT_NAMES)}
    desk.session.change("Drive", pose=Pose.neutral().with_blendshapes(values))
    panel.draw()
    assert shown(panel) == set(ARKIT_NAMES[-8:])
    assert panel.note.text() == "8 of 51 that change"


def test_curves_are_chosen_from_a_list_with_a_search(panel, qtbot):
    qtbot.mouseClick(panel.list_button, Qt.MouseButton.LeftButton)
    panel.curves.search.setText("smile left")
    visible = [item.text() for item in panel.curves._items() if not item.isHidden()]
    assert visible == ["Smile left"]
    item = next(item for item in panel.curves._items() if not item.isHidden())
    item.setCheckState(Qt.CheckState.Checked)
    assert shown(panel) == {"mouthSmileLeft"} and not panel.curves.changed_ones.isChecked()
    panel.curves.choose("jawOpen", "tongueOut")
    assert shown(panel) == {"jawOpen", "tongueOut"}


def test_pause_stops_the_picture_and_not_the_recording(desk, panel, clock):
    panel.curves.choose("jawOpen")
    panel.pause.click()
    clock.now += 1.0
    desk.posing.set("jawOpen", 0.75)
    panel.draw()
    assert curve(panel, "jawOpen")[1].max() == 0.0
    panel.pause.click()
    assert curve(panel, "jawOpen")[1].max() == pytest.approx(0.75)


def test_clear_begins_anew_with_what_is_now(desk, panel, clock):
    panel.curves.choose("jawOpen")
    clock.now += 1.0
    desk.posing.set("jawOpen", 0.75)
    clock.now += 1.0
    panel.erase.click()
    assert len(panel.trace) == 1
    clock.now += 1.0
    panel.draw()
    assert curve(panel, "jawOpen")[1].min() == pytest.approx(0.75)


def test_it_is_recorded_before_the_panel_is_seen(desk, clock):
    panel = SignalsPanel(desk, clock=clock)
    desk.posing.set("jawOpen", 0.5)
    clock.now += 1.0
    desk.posing.set("jawOpen", 0.25)
    assert panel.plot is None
    assert panel.trace.window(0.0, clock.now)[1][:, ARKIT_INDEX["jawOpen"]].max() == 0.5
    shiboken6.delete(panel)
    assert not len(desk.session.pose_changed)


def test_the_timer_rests_when_nothing_moves_and_when_hidden(desk, panel, clock):
    clock.now += 60.0
    panel._tick()
    assert not panel._timer.isActive()
    desk.posing.set("jawOpen", 0.5)
    assert panel._timer.isActive()
    panel.hide()
    assert not panel._timer.isActive()
    desk.posing.set("jawOpen", 0.6)
    assert not panel._timer.isActive()


def test_the_window_is_in_seconds(panel, qtbot):
    panel.window_bar.edited.emit(30.0)
    assert panel.plot.widget.viewRange()[0] == pytest.approx([-30.0, 0.0])


def test_curves_keep_their_colour(desk, panel):
    def colour(name):
        return panel.plot._curves[ARKIT_INDEX[name]].opts["pen"].color().name()

    panel.curves.choose("jawOpen", "tongueOut")
    before = colour("tongueOut")
    panel.curves.choose("tongueOut", "mouthClose")
    assert colour("tongueOut") == before != colour("mouthClose")


def test_another_avatar_begins_anew(desk, open_avatar, clock):
    panel = SignalsPanel(desk, clock=clock)
    desk.posing.set("jawOpen", 0.5)
    clock.now += 1.0
    open_avatar()
    clock.now += 1.0
    times, values = panel.trace.window(clock.now - 10.0, clock.now)
    source = desk.session.state.pose.blendshapes
    assert len(times) > 1 and (values[:, : len(source)] == source).all()
    begun = times[0]
    desk.session.avatar_changed.emit(desk.session.avatar)
    assert panel.trace.window(clock.now - 10.0, clock.now)[0][0] == begun


@pytest.mark.parametrize(("width", "height", "beside"), [(640, 260, True), (360, 420, False)])
def test_names_lie_beside_the_curves_or_above_them(
    desk, panel, clock, qtbot, width, height, beside
) -> None:
    panel.resize(width, height)
    clock.now += 1.0
    for name in ("jawOpen", "mouthPucker", "cheekPuff"):
        desk.posing.set(name, 0.5)
    clock.now += 2.0
    panel.draw()
    legend, plot = panel.plot.legend, panel.plot.widget
    assert len(legend.names) == 3 and "Jaw open" in legend.names
    qtbot.waitUntil(lambda: not legend.geometry().intersects(plot.geometry()))
    if beside:
        qtbot.waitUntil(lambda: legend.x() >= plot.geometry().right())
    else:
        qtbot.waitUntil(lambda: legend.geometry().bottom() <= plot.y())
    assert legend.width() > 60 and legend.height() > 8 and plot.height() > 100


def test_many_names_take_more_columns(qtbot) -> None:
    legend = Legend()
    qtbot.addWidget(legend)
    legend.resize(200, 60)
    legend.show_entries({"one": QColor("red")})
    single = legend.width()
    legend.show_entries({f"number {n}": QColor("red") for n in range(20)})
    assert legend.width() > 3 * single and legend.height() == 60


def test_angles_have_an_axis_in_degrees(desk, panel, clock):
    axis = panel.plot.widget.getAxis("right")
    clock.now += 1.0
    desk.posing.set("jawOpen", 0.1)
    panel.draw()
    assert not axis.isVisible()
    clock.now += 1.0
    desk.posing.set_turn("head", Turn(yaw=-20.0))
    desk.posing.set_gaze(np.radians(4), 0.0)
    clock.now += 1.0
    panel.draw()
    # What moves most counts in what it usually reaches: 20 of 45 degrees are more than 0.1.
    assert {SIGNALS[channel] for channel in panel.plot.channels} == {
        *("jawOpen", "head.yaw", "gaze_left.yaw", "gaze_right.yaw"),
    }
    assert axis.isVisible() and axis.tickStrings([0.0, 0.5, 1.0], 1.0, 0.5) == ["-30°", "0°", "30°"]
    heights = panel.plot._curves[SIGNAL_INDEX["head.yaw"]].getData()[1]
    assert heights[0] == 0.5 and heights[-1] == pytest.approx(0.5 - 20 / 60, abs=1e-3)
    assert curve(panel, "jawOpen")[1][-1] == pytest.approx(0.1)
    assert "Head yaw" in panel.plot.legend.names
    desk.posing.set_turn("head", Turn(yaw=-40.0))
    clock.now += 1.0
    panel.draw()
    assert axis.tickStrings([1.0], 1.0, 0.5) == ["45°"]


def test_angles_are_found_and_chosen(panel, qtbot):
    panel.curves.search.setText("yaw head")
    (item,) = (item for item in panel.curves._items() if not item.isHidden())
    item.setCheckState(Qt.CheckState.Checked)
    assert [SIGNALS[channel] for channel in panel.plot.channels] == ["head.yaw"]
