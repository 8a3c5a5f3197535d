"""Questions before something is lost: quiet buttons, and room for what they say."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget

from studio.ui.questions import ask_locate, ask_unsaved
from studio.ui.theme import Theme


@pytest.fixture
def parent(qapp, qtbot) -> QWidget:
    Theme(qapp, "dark")
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(800, 600)
    parent.show()
    return parent


def test_buttons_have_no_pictures_and_lines_are_long(parent, qtbot) -> None:
    boxes = (
        ask_unsaved(parent, "anna", save=lambda: None, discard=lambda: None),
        ask_locate(parent, "anna.triptych needs anna.avatar.", lambda: None),
    )
    for box in boxes:
        qtbot.waitUntil(box.isVisible)
        assert all(button.icon().isNull() for button in box.buttons())
        assert box.width() >= 460
        box.close()


def test_each_answer_does_one_thing(parent) -> None:
    done: list[str] = []
    buttons = QMessageBox.StandardButton
    for button in (buttons.Save, buttons.Discard, buttons.Cancel):
        box = ask_unsaved(
            parent, "anna", save=lambda: done.append("save"), discard=lambda: done.append("discard")
        )
        box.button(button).click()
    assert done == ["save", "discard"]
