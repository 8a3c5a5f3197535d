"""Shortcuts of the window's actions in the tooltips of buttons that do the same."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


def with_shortcut(widget: QWidget, hint: str, action: str) -> str:
    """``hint`` with the shortcut of the action of that id, if the window has one.

    A widget in a floating dock finds the actions of the window that the dock belongs to.
    """
    top = widget
    while (above := top.parentWidget()) is not None:
        top = above
    found = top.findChild(QAction, action)
    if not isinstance(found, QAction) or found.shortcut().isEmpty():
        return hint
    return f"{hint} ({found.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
