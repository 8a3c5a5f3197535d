"""What can be done with the chosen keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.icons import icon
from studio.ui.timeline.easings import easing_names
from studio.ui.timeline.key_edits import easings_of
from studio.ui.timeline.key_selection import KeySelection
from studio.ui.timeline.playing import Playing


def key_menu(playing: Playing, selection: KeySelection, parent: QWidget) -> QMenu:
    """The menu; what needs keys is grey without any."""
    menu, some = QMenu(parent), bool(selection.keys)
    timeline = playing.timeline
    used = easings_of(timeline, selection.keys)
    for easing, text in easing_names().items():
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(used == {easing})
        action.setEnabled(some)
        action.triggered.connect(lambda _on, easing=easing: selection.ease(easing))
    menu.addSeparator()
    standard = QKeySequence.StandardKey
    _entry(menu, "ph.scissors", _tr("Cut"), standard.Cut, selection.cut, some)
    _entry(menu, "ph.copy", _tr("Copy"), standard.Copy, selection.copy, some)
    paste = _tr("Paste at the playhead")
    _entry(menu, "ph.clipboard", paste, standard.Paste, selection.paste, selection.can_paste)
    _entry(menu, "ph.trash", _tr("Delete"), standard.Delete, selection.remove, some)
    menu.addSeparator()
    whole = menu.addAction(_tr("Choose all keys of the channel"))
    whole.setEnabled(bool(timeline.curve(playing.channel).keys))
    whole.triggered.connect(lambda: selection.choose_all(playing.channel))
    return menu


def _entry(
    menu: QMenu,
    glyph: str,
    text: str,
    shortcut: QKeySequence.StandardKey,
    call: Callable[[], object],
    on: bool,
) -> None:
    action = menu.addAction(icon(glyph), text)
    action.setShortcut(QKeySequence(shortcut))
    action.setShortcutVisibleInContextMenu(True)
    action.setEnabled(on)
    action.triggered.connect(lambda: call())


def _tr(text: str) -> str:
    return QCoreApplication.translate("KeyMenu", text)
