"""Menus, palette and shortcut sheet come from one list."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import qtawesome
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDockWidget, QLabel, QLineEdit, QListWidget, QMenu

import studio
from studio.ui.action_set import Action, find_action
from studio.ui.command_palette import CommandPalette
from studio.ui.fuzzy import score
from studio.ui.shortcut_sheet import ShortcutSheet


def test_every_action_is_in_a_menu_once(window):
    shown = Counter(
        action.objectName()
        for menu in window.menuBar().findChildren(QMenu)
        for action in menu.actions()
        if action.objectName()
    )
    assert shown == Counter(action.id for action in window.actions_list)


def test_shortcuts_are_valid_and_unique(window):
    keys = [QKeySequence(key) for action in window.actions_list for key in action.shortcuts]
    assert all(not key.isEmpty() for key in keys)
    assert [n for n, count in Counter(k.toString() for k in keys).items() if count > 1] == []


def test_the_sheet_shows_every_shortcut(window, qtbot):
    sheet = ShortcutSheet(window.actions_list, window)
    texts = " ".join(label.text() for label in sheet.findChildren(QLabel))
    for action in window.actions_list:
        for key in action.shortcuts:
            assert QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) in texts
    sheet.deleteLater()


def test_the_palette_lists_what_is_possible(window):
    palette = CommandPalette(window.actions_list, window)
    rows = palette.findChild(QListWidget).count()
    assert rows == sum(window.actions_list[a.id].isEnabled() for a in window.actions_list)
    assert 0 < rows < len(list(window.actions_list))
    palette.deleteLater()


def test_typing_into_the_palette_runs_an_action(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(CommandPalette)
    field, rows = palette.findChild(QLineEdit), palette.findChild(QListWidget)
    qtbot.keyClicks(field, "shcut")
    assert rows.item(0).text() == "Help: Shortcuts"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.findChild(ShortcutSheet).isVisible()
    qtbot.keyClick(window.findChild(ShortcutSheet), Qt.Key.Key_Escape)


def test_tooltips_tell_the_shortcut(window):
    action = find_action(window.start_page, "edit.undo")
    assert action is not None and action.toolTip() == "Undo (Ctrl+Z)"
    assert find_action(window.start_page, "no.such") is None


def test_panels_in_floating_docks_find_the_windows_actions(opened):
    panel = opened.docks.panel("library")
    dock = panel.window().findChild(QDockWidget, "library")
    dock.setFloating(True)
    assert panel.window() is dock
    assert find_action(panel, "file.save") is opened.actions_list["file.save"]
    dock.setFloating(False)


def test_undo_and_redo_say_what_they_would_do(opened, qtbot):
    undo, redo = opened.actions_list["edit.undo"], opened.actions_list["edit.redo"]
    opened.desk.posing.set("jawOpen", 0.8)
    qtbot.waitUntil(lambda: undo.text() == "&Undo Jaw open")
    assert redo.text() == "&Redo"
    undo.trigger()
    assert (undo.text(), redo.text()) == ("&Undo Open anna", "&Redo Jaw open")


def test_the_palette_shrinks_to_what_it_finds(window, qtbot):
    palette = CommandPalette(window.actions_list, window)
    rows, high = palette.findChild(QListWidget), palette.height()
    palette.findChild(QLineEdit).setText("shortcuts")
    assert rows.count() == 1 and palette.height() < high
    palette.findChild(QLineEdit).setText("no such command")
    assert rows.count() == 0 and rows.isHidden()
    palette.deleteLater()


def test_an_id_is_used_once(window):
    with pytest.raises(ValueError, match=r"file\.open"):
        window.actions_list.add([Action("file.open", "Again", print)])


def test_fuzzy_prefers_beginnings_of_words():
    assert score("", "anything") == 0.0
    assert score("xyz", "Reset view") is None
    three, this = "View: View from: Three-quarter left", "Drive: This is my rest face"
    assert score("thre", three) > score("thre", this)
    assert score("rv", "Reset view") > score("rv", "Mirror curve")
    assert score("undo", "Edit: Undo") > score("undo", "Run down to")


def test_all_icons_exist(qapp):
    qtawesome.icon("ph.x")
    known = qtawesome._instance().charmap
    folder = Path(studio.__file__).parent / "ui"
    names = {
        name
        for file in folder.rglob("*.py")
        for name in re.findall(r'"(ph\.[a-z0-9-]+)"', file.read_text(encoding="utf-8"))
    }
    assert len(names) > 20
    assert sorted(n for n in names if n.removeprefix("ph.") not in known["ph"]) == []
