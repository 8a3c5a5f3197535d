"""A field to search in, which leaves to the window what it cannot use itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.ui.icons import icon

_WORDS = 60
"""Characters; more is no search but a pose or a path."""


class SearchLine(QLineEdit):
    """A line with a magnifying glass; Escape clears it, then leaves it.

    Undo, redo and paste are the window's where the line is empty or has nothing to undo, and
    where the clipboard holds a picture, a file or a pose.
    """

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        """``name`` is for assistive technology, ``text`` stands in the empty line."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(text)
        self.setClearButtonEnabled(True)
        self.addAction(
            icon("ph.magnifying-glass", "faint"), QLineEdit.ActionPosition.LeadingPosition
        )

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._is_the_windows(event)
        ):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.text():
            self.clear()
        else:
            self.clearFocus()

    def _is_the_windows(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Undo):
            return not (self.text() and self.isUndoAvailable())
        if event.matches(QKeySequence.StandardKey.Redo):
            return not self.isRedoAvailable()
        if event.matches(QKeySequence.StandardKey.Paste):
            data = QGuiApplication.clipboard().mimeData()
            text = data.text().strip()
            return data.hasImage() or data.hasUrls() or len(text) > _WORDS or "\n" in text
        return False
