"""What crashed sessions left behind: recover, throw away, or decide later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from studio.session.recovery import Autosave, Recoverable
from studio.ui.icons import icon

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

_ROWS, _ROW = 6, 34
_LEFT = Qt.ItemDataRole.UserRole


class RecoveryPrompt(QDialog):
    """Lists the sessions, the newest first; one at a time is recovered."""

    declined = Signal()
    """Nothing is recovered now."""

    def __init__(self, window: MainWindow, left: Sequence[Recoverable], autosave: Autosave) -> None:
        super().__init__(window)
        self.setObjectName("recovery")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Recovery"))
        self.setMinimumWidth(480)
        self._window, self._autosave = window, autosave
        title = QLabel(self.tr("The last session did not close properly"))
        title.setProperty("heading", True)
        hint = QLabel(self.tr("This unsaved work was kept:"))
        hint.setProperty("dim", True)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Unsaved work"))
        for item in left:
            self._list.addItem(self._line(item))
        self._list.setCurrentRow(0)
        self._list.itemDoubleClicked.connect(lambda _: self._recover())
        self._list.setFixedHeight(min(max(len(left), 2), _ROWS) * _ROW + 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        for widget in (title, hint, self._list):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addLayout(self._buttons())
        self.rejected.connect(self.declined)

    def _line(self, left: Recoverable) -> QListWidgetItem:
        when = QDateTime.fromSecsSinceEpoch(int(left.when))
        text = QLocale().toString(when, QLocale.FormatType.ShortFormat)
        item = QListWidgetItem(
            icon("ph.clock-counter-clockwise"), f"{left.title.removesuffix('*')}   {text}"
        )
        item.setToolTip("" if left.project is None else str(left.project))
        item.setData(_LEFT, left)
        return item

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        discard = QPushButton(icon("ph.trash"), self.tr("Throw away"))
        discard.clicked.connect(self._discard)
        later = QPushButton(self.tr("Later"))
        later.clicked.connect(self.reject)
        recover = QPushButton(self.tr("Recover"))
        recover.setProperty("primary", True)
        recover.setDefault(True)
        recover.clicked.connect(self._recover)
        row.addWidget(discard)
        row.addStretch()
        row.addWidget(later)
        row.addWidget(recover)
        return row

    def _recover(self) -> None:
        left: Recoverable = self._list.currentItem().data(_LEFT)
        self.accept()
        self._window.documents.recover(left, self._autosave)

    def _discard(self) -> None:
        item = self._list.takeItem(self._list.currentRow())
        item.data(_LEFT).discard()
        if self._list.count() == 0:
            self.reject()
