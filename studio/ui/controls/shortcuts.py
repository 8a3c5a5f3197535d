"""Shortcuts of the window's actions in the tooltips of buttons that do the same."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from studio.ui.action_set import find_action


def with_shortcut(widget: QWidget, hint: str, action: str) -> str:
    """``hint`` with the shortcut of the action of that id, if the window has one."""
    found = find_action(widget, action)
    if found is None or found.shortcut().isEmpty():
        return hint
    return f"{hint} ({found.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
