"""Cards over the picture: a hint with a way out, and a frame that could not be rendered."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.engine.faults import Fault


class HintCard(QFrame):
    """One line and a button."""

    pressed = Signal()

    def __init__(self, text: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(8)
        label = QLabel(text, self)
        label.setProperty("dim", True)
        self.button = QPushButton(button, self)
        self.button.setProperty("flat", True)
        self.button.clicked.connect(self.pressed)
        row.addWidget(label)
        row.addWidget(self.button)
        self.hide()


class FaultCard(QFrame):
    """What went wrong with a frame, what helps, and its details for a report."""

    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._fault: Fault | None = None
        self._sentence, self._remedy = QLabel(self), QLabel(self)
        for label in (self._sentence, self._remedy):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._remedy.setProperty("dim", True)
        self._again = QPushButton(self.tr("Try again"), self)
        self._copy = QPushButton(self.tr("Copy details"), self)
        self._again.clicked.connect(self.retry)
        self._copy.clicked.connect(self._copy_details)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._again)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._sentence)
        column.addWidget(self._remedy)
        column.addLayout(buttons)
        self.hide()

    def tell(self, fault: Fault | None) -> None:
        """Show a fault, or nothing."""
        self._fault = fault
        if fault is not None:
            self._sentence.setText(fault.sentence)
            self._remedy.setText(fault.remedy)
            self._remedy.setVisible(bool(fault.remedy))
            self.setAccessibleName(fault.sentence)
        self.setVisible(fault is not None)

    def _copy_details(self) -> None:
        if self._fault is not None:
            QGuiApplication.clipboard().setText(self._fault.details)
