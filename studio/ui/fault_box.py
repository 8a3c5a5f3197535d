"""What went wrong: one sentence, the remedy, and details to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.engine.faults import Fault
from studio.ui.icons import IconLabel, icon

_ICON_SIDE = 22


class FaultBox(QFrame):
    """Shows a fault; used as a banner over the picture and where a build ended.

    Attributes:
        copy_button, close_button: may be put elsewhere or hidden.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setAccessibleName(self.tr("What went wrong"))
        self._fault: Fault | None = None
        sign = IconLabel("ph.warning-circle-fill", "danger", _ICON_SIDE)
        self._sentence = QLabel(wordWrap=True)
        self._remedy = QLabel(wordWrap=True)
        self._remedy.setProperty("dim", True)
        for label in (self._sentence, self._remedy):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self._sentence)
        text.addWidget(self._remedy)
        self.copy_button = QPushButton(icon("ph.copy"), self.tr("Copy details"))
        self.copy_button.clicked.connect(self._copy_details)
        close = self.close_button = QToolButton()
        close.setIcon(icon("ph.x"))
        close.setToolTip(self.tr("Dismiss"))
        close.setAccessibleName(self.tr("Dismiss"))
        close.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(sign, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        row.addWidget(self.copy_button, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(close, alignment=Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    @property
    def fault(self) -> Fault | None:
        """What is shown."""
        return self._fault

    def show_fault(self, fault: Fault) -> None:
        """Show ``fault`` in place of what was there."""
        self._fault = fault
        self._sentence.setText(fault.sentence)
        self._remedy.setText(fault.remedy)
        self._remedy.setVisible(bool(fault.remedy))
        self.copy_button.setText(self.tr("Copy details"))
        self.copy_button.setVisible(bool(fault.details))
        self.show()

    def pass_by(self) -> None:
        """Go once the person has gone on, unless there are details that may be wanted."""
        if self._fault is not None and not self._fault.details:
            self._dismiss()

    def _copy_details(self) -> None:
        if self._fault is not None:
            text = f"{self._fault.sentence}\n{self._fault.remedy}\n{self._fault.details}"
            QGuiApplication.clipboard().setText(text)
            self.copy_button.setText(self.tr("Copied"))

    def _dismiss(self) -> None:
        self._fault = None
        self.hide()
        self.dismissed.emit()
