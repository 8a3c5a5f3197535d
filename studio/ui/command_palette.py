"""Type a few letters of any action and press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.ui.action_set import Action, ActionSet, shown_keys
from studio.ui.fuzzy import score
from studio.ui.icons import icon
from studio.ui.theme import tokens

_WIDTH, _ROWS, _ROW = 560, 11, 30
_ACTION = Qt.ItemDataRole.UserRole


class CommandPalette(QDialog):
    """A search field over a list of what is possible now."""

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setAccessibleName(self.tr("Command palette"))
        self.setFixedWidth(_WIDTH)
        self._actions, self._window = actions, parent
        self._search = QLineEdit(placeholderText=self.tr("Search commands"))
        self._search.setAccessibleName(self.tr("Search commands"))
        glass = icon("ph.magnifying-glass", "dim")
        self._search.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self._search.setMinimumHeight(34)
        self._search.textChanged.connect(lambda _: self._fill())
        self._search.installEventFilter(self)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Commands"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setItemDelegate(_Line(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(lambda _: self._run())
        self._nothing = QLabel(self.tr("Nothing that is possible now is called so."))
        self._nothing.setProperty("dim", True)
        self._nothing.setContentsMargins(10, 6, 10, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._search)
        column.addWidget(self._list)
        column.addWidget(self._nothing)
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Hang from the upper edge of the window, ready for typing."""
        super().showEvent(event)
        parent = self._window
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - self.width()) // 2, corner.y() + 64)
        self._search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the field belong to the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None:
                last = self._list.count() - 1
                self._list.setCurrentRow(min(max(self._list.currentRow() + step, 0), last))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return False

    def _fill(self) -> None:
        text = self._search.text()
        found = []
        for action in self._actions:
            value = score(text, _title(action))
            if value is not None and self._actions[action.id].isEnabled():
                found.append((value, action))
        found.sort(key=lambda pair: pair[0], reverse=True)
        self._list.clear()
        for _, action in found:
            item = QListWidgetItem(_title(action))
            item.setData(_ACTION, action)
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self._list.setFixedHeight(min(len(found), _ROWS) * _ROW + 8)
        self.adjustSize()

    def _run(self) -> None:
        row = self._list.currentRow()
        if row < 0:
            return
        action: Action = self._list.item(row).data(_ACTION)
        self.accept()
        self._actions[action.id].trigger()


_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS,
    Qt.Key.Key_PageUp: -_ROWS,
}


def _title(action: Action) -> str:
    words = (action.category, action.submenu, action.text)
    return ": ".join(word.replace("&", "").rstrip("…") for word in words if word)


class _Line(QStyledItemDelegate):
    """Icon, category in grey, text, shortcut at the right."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colours = tokens()
        action: Action = index.data(_ACTION)
        rect: QRect = option.rect.adjusted(4, 1, -4, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(rect, 4, 4)
        text = QColor(colours.on_accent if chosen else colours.text)
        dim = QColor(colours.on_accent if chosen else colours.dim)
        if action.icon:
            square = QRect(rect.left() + 8, rect.center().y() - 8, 17, 17)
            icon(action.icon, "on_accent" if chosen else "dim").paint(painter, square)
        head, _, tail = _title(action).rpartition(": ")
        place = rect.adjusted(34, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(dim)
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignLeft, f"{head}  ")
        width = painter.fontMetrics().horizontalAdvance(f"{head}  ")
        painter.setPen(text)
        painter.drawText(place.adjusted(width, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, tail)
        if action.shortcuts:
            painter.setPen(dim)
            keys = shown_keys(action.shortcuts[0])
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, keys)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(option.rect.width(), _ROW)
