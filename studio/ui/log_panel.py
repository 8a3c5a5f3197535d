"""The log: time, sentence, and details of what went wrong."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from studio.ui.icons import icon
from studio.ui.log_book import LogBook, LogEntry

_ICONS = {
    "note": ("ph.info", "dim"),
    "warning": ("ph.warning", "warning"),
    "fault": ("ph.warning-circle", "danger"),
}
_ENTRY = Qt.ItemDataRole.UserRole


class LogPanel(QWidget):
    """Lists what happened; the chosen line's details stand beside it."""

    def __init__(self, book: LogBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._lines = QListWidget()
        self._lines.setWordWrap(True)
        self._lines.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self._lines.setAccessibleName(self.tr("Log"))
        self._lines.currentItemChanged.connect(lambda *_: self._show_details())
        self._details = QPlainTextEdit(readOnly=True)
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._details.hide()
        split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        split.addWidget(self._lines)
        split.addWidget(self._details)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(split)
        column.addLayout(self._make_buttons())
        for entry in book.entries:
            self._append(entry)
        book.added.connect(self._append)
        book.cleared.connect(self._lines.clear)

    def text(self) -> str:
        """The chosen lines with their details, or all of them."""
        chosen = self._lines.selectedItems() or self._all()
        return "\n".join(_written(item.data(_ENTRY)) for item in chosen)

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch()
        for text, name, run in (
            (self.tr("Copy"), "ph.copy", self._copy),
            (self.tr("Clear"), "ph.trash", self._book.clear),
        ):
            button = QPushButton(icon(name), text)
            button.setProperty("flat", True)
            button.clicked.connect(run)
            row.addWidget(button)
        return row

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def _append(self, entry: LogEntry) -> None:
        clock = time.strftime("%H:%M:%S", time.localtime(entry.when))
        item = QListWidgetItem(icon(*_ICONS[entry.kind]), f"{clock}   {entry.sentence}")
        item.setData(_ENTRY, entry)
        self._lines.addItem(item)
        self._lines.scrollToBottom()

    def _all(self) -> list[QListWidgetItem]:
        return [self._lines.item(row) for row in range(self._lines.count())]

    def _show_details(self) -> None:
        item = self._lines.currentItem()
        details = item.data(_ENTRY).details if item is not None else ""
        self._details.setPlainText(details)
        self._details.setVisible(bool(details))


class LogDialog(QDialog):
    """The log in a window of its own, while the docks are not there."""

    def __init__(self, book: LogBook, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Log"))
        self.resize(720, 360)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(LogPanel(book))


def _written(entry: LogEntry) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.when))
    return f"{when} {entry.kind}: {entry.sentence}\n{entry.details}".rstrip()
