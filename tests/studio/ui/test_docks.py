"""Docks: the kept layout, panels that appear one by one, work done ahead."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QTabBar, QWidget

from studio.ui.ahead import Ahead
from studio.ui.collector import Collector
from studio.ui.docks import LEFT, RIGHT, Docks, Panel

NAMES = ("pose", "look", "presets", "library")


@pytest.fixture
def make_docks(qtbot):
    def make(width: int = 1000, state=None) -> Docks:
        middle = QWidget(minimumWidth=200, minimumHeight=200)
        areas = (RIGHT, RIGHT, LEFT, LEFT)
        panels = [Panel(n, n, QWidget, area) for n, area in zip(NAMES, areas, strict=True)]
        docks = Docks(middle, panels)
        qtbot.addWidget(docks)
        if state is not None:
            docks.restore(state)
        docks.resize(width, 600)
        docks.show()
        qtbot.waitExposed(docks)
        qtbot.wait(30)
        return docks

    return make


def seen_bars(docks: Docks) -> list[list[str]]:
    bars = [bar for bar in docks.findChildren(QTabBar) if bar.isVisible()]
    return sorted([bar.tabText(index) for index in range(bar.count())] for bar in bars)


@pytest.mark.parametrize("width", [800, 1000, 1400])
def test_a_kept_layout_comes_back_without_traces(make_docks, width):
    first = make_docks()
    first.resizeDocks(
        [first._docks["pose"], first._docks["presets"]], [300, 220], Qt.Orientation.Horizontal
    )
    first.reveal("look")
    second = make_docks(width, first.arrangement())
    assert seen_bars(second) == [["pose", "look"], ["presets", "library"]]
    assert second._docks["look"].width() == pytest.approx(300, abs=2)
    assert second._docks["presets"].width() == pytest.approx(220, abs=2)
    assert second._docks["look"].is_seen and not second._docks["pose"].is_seen


def test_tab_bars_are_named_after_their_panels(make_docks):
    bars = [bar for bar in make_docks().findChildren(QTabBar) if bar.isVisible()]
    names = {bar.accessibleName() for bar in bars}
    assert names == {"Panels: pose, look", "Panels: presets, library"}


def test_a_layout_that_nobody_saw_is_kept_as_it_was(make_docks, qtbot):
    state = make_docks().arrangement()
    unseen = Docks(QWidget(), [])
    qtbot.addWidget(unseen)
    unseen.restore(state)
    assert unseen.arrangement() == state


def test_a_damaged_layout_gives_the_usual_one(make_docks):
    docks = make_docks(state=QByteArray(b"nonsense"))
    assert seen_bars(docks) == [["pose", "look"], ["presets", "library"]]
    assert docks._docks["pose"].width() == 320


def test_held_panels_appear_on_release_or_when_asked_for(make_docks, qtbot):
    middle = QWidget()
    docks = Docks(middle, [Panel("pose", "Pose", QWidget, RIGHT), Panel("a", "A", QWidget, LEFT)])
    qtbot.addWidget(docks)
    docks.hold()
    docks.resize(900, 500)
    docks.show()
    qtbot.wait(60)
    assert not docks.is_made("pose") and not docks.is_made("a")
    assert docks.reveal("a").isVisible()
    docks.release()
    qtbot.waitUntil(lambda: docks.panel("pose").isVisible())


def test_pieces_are_done_in_order_and_a_failing_one_does_not_stop_them(qtbot, qapp):
    done: list[int] = []
    parent = QObject()
    with qtbot.captureExceptions() as errors:
        ahead = Ahead([lambda: done.append(1), lambda: 1 / 0, lambda: done.append(2)], parent)
        with qtbot.waitSignal(ahead.finished):
            pass
    assert done == [1, 2] and [kind for kind, _, _ in errors] == [ZeroDivisionError]


def test_pieces_left_undone(qtbot):
    done: list[int] = []
    parent = QObject()
    Ahead([lambda: done.append(1)], parent).stop()
    qtbot.wait(40)
    assert done == []


def test_the_collector_is_taken_over_and_given_back(qapp):
    assert gc.isenabled()
    collector = Collector()
    try:
        assert not gc.isenabled()
        collector.settle()
        assert gc.get_freeze_count() > 0
        gc.collect()
        assert collector.collect() is None
        kept = [[] for _ in range(5000)]
        assert collector.collect() == 0 and len(kept) == 5000
    finally:
        collector.end()
    assert gc.isenabled() and gc.get_freeze_count() == 0
