"""The undo list: a click goes to a step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.session.history import History, Step
from studio.session.step_detail import step_detail
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.listen import listen
from studio.ui.step_names import step_name
from studio.ui.theme import tokens

_ICON, _GAP = 12, 6
DETAIL = Qt.ItemDataRole.UserRole
"""The value that a step set."""
_Index = QModelIndex | QPersistentModelIndex


class HistoryPanel(QWidget):
    """All steps with what they came to, the current one marked, undone ones dimmed."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = desk.session
        self._steps = _Steps(desk.session.history, self)
        self._list = QListView(uniformItemSizes=True)
        self._list.setModel(self._steps)
        self._list.setItemDelegate(_Line(self._list))
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
        self._steps: Sequence[Step] = ()
        self._position = 0
        self.update(history)

    def update(self, history: History) -> None:
        """Take over steps and position; a drag, which only amends, costs next to nothing."""
        before, self._steps = self._steps, history.steps
        if [step.label for step in before] != [step.label for step in self._steps]:
            self.beginResetModel()
            self._position = history.position
            self.endResetModel()
        elif self._position != history.position:
            self._position = history.position
            self.dataChanged.emit(self.index(0), self.index(len(self._steps) - 1))
        elif before[self._position] is not self._steps[self._position]:
            self.dataChanged.emit(self.index(self._position), self.index(self._position))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._steps)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return step_name(self._steps[row].label)
        if role == DETAIL:
            return self._detail(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{step_name(self._steps[row].label)} {self._detail(row)}".rstrip()
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

    def _detail(self, row: int) -> str:
        return step_detail(self._steps[row - 1].state, self._steps[row].state) if row else ""


class _Line(QStyledItemDelegate):
    """The label as any list draws it, the value it came to at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        detail = str(index.data(DETAIL))
        metrics = option.fontMetrics
        width = metrics.horizontalAdvance(detail) + 2 * _GAP if detail else 0
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        room = ground.rect.width() - width - _ICON - 4 * _GAP
        ground.text = metrics.elidedText(ground.text, Qt.TextElideMode.ElideRight, room)
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, ground, painter, option.widget)
        if detail:
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.save()
            painter.setPen(QColor(tokens().on_accent if chosen else tokens().dim))
            place = option.rect.adjusted(0, 0, -_GAP, 0)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, side, detail)
            painter.restore()


def _tone(row: int, position: int) -> str:
    return "accent_text" if row == position else "dim" if row < position else "faint"
