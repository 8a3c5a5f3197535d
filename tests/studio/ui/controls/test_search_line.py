from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent

from studio.ui.controls.search_line import SearchLine

_CONTROL, _NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def line(qtbot) -> SearchLine:
    line = SearchLine("Search things", "Search")
    qtbot.addWidget(line)
    line.show()
    return line


def keeps(line: SearchLine, key: Qt.Key) -> bool:
    """Whether the line wants Ctrl and ``key`` for itself."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, _CONTROL)
    event.ignore()
    line.event(event)
    return event.isAccepted()


def test_undo_is_the_windows_until_something_was_typed(line, qtbot):
    assert not keeps(line, Qt.Key.Key_Z)
    qtbot.keyClicks(line, "smile")
    assert keeps(line, Qt.Key.Key_Z)
    line.clear()
    assert not keeps(line, Qt.Key.Key_Z)


def test_only_words_are_pasted_into_it(line):
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("brow")
    assert keeps(line, Qt.Key.Key_V)
    clipboard.setText('{\n "blendshapes": {}\n}')
    assert not keeps(line, Qt.Key.Key_V)
    clipboard.setImage(QImage(4, 4, QImage.Format.Format_RGB32))
    assert not keeps(line, Qt.Key.Key_V)


def test_escape_clears_then_leaves(line, qtbot):
    line.setFocus()
    qtbot.keyClicks(line, "smile")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "" and line.hasFocus()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not line.hasFocus()
