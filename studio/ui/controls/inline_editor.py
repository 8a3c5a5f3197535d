"""A small field over a control in which a number is typed."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class InlineEditor(QLineEdit):
    """Return and leaving accept, Escape does not; it deletes itself afterwards."""

    accepted = Signal(str)
    closed = Signal()

    def __init__(self, value: str, typed: str | None, parent: QWidget) -> None:
        super().__init__(value if typed is None else typed, parent)
        self._open = True
        if typed is None:
            self.selectAll()
        self.setStyleSheet("padding: 0 4px; border-radius: 3px;")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def open_in(self, box: QRect) -> None:
        """Appear at a place of the parent."""
        self.setGeometry(box)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close(accept=True)
        elif event.key() == Qt.Key.Key_Escape:
            self._close(accept=False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # A menu of the field itself takes the focus for a moment only.
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._close(accept=True, back=False)

    def _close(self, *, accept: bool, back: bool = True) -> None:
        if not self._open:
            return
        self._open = False
        parent = self.parentWidget()
        if back and parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        if accept:
            self.accepted.emit(self.text())
        self.closed.emit()
        self.deleteLater()
