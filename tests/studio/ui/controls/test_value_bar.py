"""A bar by mouse, keyboard, wheel and typing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from tests.studio.ui.panel_fixtures import drag, mouse, show


@pytest.fixture
def bar(qtbot) -> ValueBar:
    bar = ValueBar(Span(0.0, 1.0, -1.0, 2.0), "Smile left", "L")
    show(qtbot, bar, 200, 24)
    bar.edited.connect(bar.show_amount)
    return bar


@pytest.fixture
def told(bar) -> list[object]:
    told: list[object] = []
    bar.drag_began.connect(lambda: told.append("began"))
    bar.drag_ended.connect(lambda: told.append("ended"))
    bar.drag_cancelled.connect(lambda: told.append("cancelled"))
    bar.reset_asked.connect(lambda: told.append("reset"))
    bar.edited.connect(told.append)
    return told


def test_its_width_is_its_range_and_a_click_alone_changes_nothing(bar, told):
    drag(bar, QPoint(20, 10), QPoint(20, 10))
    assert told == []
    drag(bar, QPoint(20, 10), QPoint(70, 10), QPoint(120, 10))
    assert told[0] == "began" and told[-1] == "ended"
    assert bar.amount == pytest.approx(0.5)


def test_dragging_ends_at_the_range_and_comes_back_at_once(bar):
    drag(bar, QPoint(20, 10), QPoint(900, 10))
    assert bar.amount == 1.0
    drag(bar, QPoint(20, 10), QPoint(900, 10), QPoint(880, 10))
    assert bar.amount == pytest.approx(0.9)


def test_shift_drags_finely_and_control_in_tenths(bar):
    drag(bar, QPoint(20, 10), QPoint(60, 10), hold=Qt.KeyboardModifier.ShiftModifier)
    assert bar.amount == pytest.approx(0.02)
    bar.show_amount(0.0)
    drag(bar, QPoint(20, 10), QPoint(66, 10), hold=Qt.KeyboardModifier.ControlModifier)
    assert bar.amount == pytest.approx(0.2)


def test_escape_cancels_a_drag(bar, told, qtbot):
    mouse(bar, QEvent.Type.MouseButtonPress, QPoint(20, 10))
    mouse(bar, QEvent.Type.MouseMove, QPoint(80, 10))
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    mouse(bar, QEvent.Type.MouseMove, QPoint(120, 10))
    mouse(bar, QEvent.Type.MouseButtonRelease, QPoint(120, 10))
    assert told == ["began", pytest.approx(0.3), "cancelled"]


def test_a_bar_that_vanishes_ends_its_drag(bar, told):
    mouse(bar, QEvent.Type.MouseButtonPress, QPoint(20, 10))
    mouse(bar, QEvent.Type.MouseMove, QPoint(80, 10))
    bar.hide()
    assert told[-1] == "ended"


def test_arrow_keys_step_finely_and_coarsely(bar, qtbot):
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert bar.amount == pytest.approx(0.01)
    qtbot.keyClick(bar, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert bar.amount == pytest.approx(0.011)
    qtbot.keyClick(bar, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert bar.amount == pytest.approx(0.111)
    qtbot.keyClick(bar, Qt.Key.Key_PageDown)
    assert bar.amount == pytest.approx(0.011)
    qtbot.keyClick(bar, Qt.Key.Key_End)
    assert bar.amount == 1.0
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert bar.amount == pytest.approx(0.99)


def test_a_digit_begins_typing_and_return_takes_it(bar, qtbot):
    bar.setFocus()
    qtbot.keyClicks(bar, "0")
    editor = bar.findChild(QLineEdit)
    qtbot.keyClicks(editor, ",73")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert bar.amount == pytest.approx(0.73)
    assert bar.editor is None


@pytest.mark.parametrize(
    ("text", "amount"), [("1.5", 1.5), ("9", 2.0), ("-4", -1.0), ("smile", 0.4), ("nan", 0.4)]
)
def test_typing_reaches_further_than_dragging_and_ignores_words(bar, qtbot, text, amount):
    bar.show_amount(0.4)
    bar.edit(text)
    qtbot.keyClick(bar.editor, Qt.Key.Key_Return)
    assert bar.amount == amount


def test_escape_leaves_what_was_typed(bar, qtbot):
    bar.edit("0.9")
    qtbot.keyClick(bar.editor, Qt.Key.Key_Escape)
    assert bar.amount == 0.0


def test_double_click_and_delete_reset(bar, told, qtbot):
    qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton)
    qtbot.keyClick(bar, Qt.Key.Key_Delete)
    assert told == ["reset", "reset"]


def test_the_wheel_turns_only_with_focus(bar):
    def turn() -> bool:
        event = QWheelEvent(
            QPointF(5, 5),
            QPointF(5, 5),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(bar, event)
        return event.isAccepted()

    bar.clearFocus()
    assert not turn() and bar.amount == 0.0
    bar.setFocus()
    assert turn() and bar.amount == pytest.approx(0.01)


def test_showing_a_value_asks_for_nothing(bar, told):
    bar.show_amount(0.6)
    assert told == [] and bar.value() == 60


def test_a_value_beyond_the_range_is_kept_while_stepping_back(bar, qtbot):
    bar.show_amount(1.5)
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert bar.amount == pytest.approx(1.49)


@pytest.mark.parametrize(
    ("span", "value", "short", "exact"),
    [
        (Span(), 0.4, "0.40", "0.40"),
        (Span(), 0.4049, "0.40", "0.405"),
        (Span(), -0.0001, "0.00", "0.00"),
        (Span(-35, 35, decimals=1, suffix="°"), -12.34, "-12.3°", "-12.34°"),
        (Span(128, 2048, step=32, decimals=0, suffix=" px", whole=True), 512, "512 px", "512 px"),
    ],
)
def test_numbers_are_written_short_and_exact(span, value, short, exact):
    assert span.text(value) == short
    assert span.text(value, exact=True) == exact


def test_whole_spans_snap_and_read_their_unit():
    span = Span(128, 2048, step=32, decimals=0, suffix=" px", whole=True)
    assert span.parse("500 px") == 512
    assert span.moved(512, 40) == 544
