"""The undo list: a click goes to a step."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from studio.session.history import History
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.listen import listen

_ICON = 12
_Index = QModelIndex | QPersistentModelIndex


class HistoryPanel(QWidget):
    """All steps, the current one marked, undone ones dimmed."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = desk.session
        self._steps = _Steps(desk.session.history, self)
        self._list = QListView(uniformItemSizes=True)
        self._list.setModel(self._steps)
        self._list.setIconSize(QSize(_ICON, _ICON))
        self._list.setAccessibleName(self.tr("Undo list"))
        self._list.setToolTip(self.tr("Click a step to go back or forward to it"))
        self._list.clicked.connect(lambda index: self._session.jump(index.row()))
        self._list.activated.connect(lambda index: self._session.jump(index.row()))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._list)
        listen(self, desk.session.history_changed, self._update)
        self._update(desk.session.history)

    def _update(self, history: History) -> None:
        self._steps.update(history)
        current = self._steps.index(history.position)
        self._list.setCurrentIndex(current)
        self._list.scrollTo(current)


class _Steps(QAbstractListModel):
    def __init__(self, history: History, parent: QWidget) -> None:
        super().__init__(parent)
        self._labels: list[str] = []
        self._position = 0
        self.update(history)

    def update(self, history: History) -> None:
        """Take over labels and position; a drag, which only amends, costs next to nothing."""
        labels = [step.label for step in history.steps]
        if labels != self._labels:
            self.beginResetModel()
            self._labels, self._position = labels, history.position
            self.endResetModel()
        elif self._position != history.position:
            self._position = history.position
            self.dataChanged.emit(self.index(0), self.index(len(labels) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._labels)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._labels[row]
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(
                "ph.circle-fill" if row == self._position else "ph.circle",
                _tone(row, self._position),
            )
        if role == Qt.ItemDataRole.FontRole and row > self._position:
            font = QFont()
            font.setItalic(True)
            return font
        return None


def _tone(row: int, position: int) -> str:
    return "accent_text" if row == position else "dim" if row < position else "faint"
