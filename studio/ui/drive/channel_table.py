"""Gain, offset and ranges of every coefficient, as a table with a search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from models.pose import ARKIT_NAMES
from studio.drive.calibration import Channel
from studio.ui.drive.driving import Driving
from studio.ui.icons import icon
from studio.ui.pose.labels import label, matches
from studio.ui.theme import tokens

Index = QModelIndex | QPersistentModelIndex
_FIELDS: tuple[tuple[str, int | None], ...] = (
    ("gain", None),
    ("offset", None),
    ("take", 0),
    ("take", 1),
    ("give", 0),
    ("give", 1),
)
_HEIGHT = 260
_ROW = 24
_NUMBER_WIDTH = 42


class ChannelModel(QAbstractTableModel):
    """A row for each coefficient: its name, and what ``Calibration.channels`` says of it."""

    refused = Signal(str)
    """Why a number cannot be."""

    def __init__(self, driving: Driving) -> None:
        super().__init__(driving)
        self._driving = driving
        self._heads = (
            (self.tr("Coefficient"), ""),
            (self.tr("Gain"), self.tr("How strongly it is carried over")),
            (self.tr("Offset"), self.tr("Added after that")),
            (self.tr("From"), self.tr("Your value that counts as least")),
            (self.tr("To"), self.tr("Your value that counts as most")),
            (self.tr("Least"), self.tr("What the avatar does at least")),
            (self.tr("Most"), self.tr("What the avatar does at most")),
        )
        driving.settings_changed.connect(self._tell)

    def channel(self, row: int) -> Channel:
        """What is set for a coefficient."""
        channels = self._driving.settings.calibration.channels
        return channels.get(ARKIT_NAMES[row], Channel())

    def put(self, row: int, channel: Channel) -> None:
        """Set a coefficient's channel; the usual one is not kept."""
        settings = self._driving.settings
        channels = {**settings.calibration.channels, ARKIT_NAMES[row]: channel}
        kept = {name: value for name, value in channels.items() if value != Channel()}
        how = replace(settings.calibration, channels=kept)
        self._driving.set(replace(settings, calibration=how))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(ARKIT_NAMES)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1 + len(_FIELDS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._heads[section][0]
            if role == Qt.ItemDataRole.ToolTipRole:
                return self._heads[section][1]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        changed = self._is_changed(row)
        if role == Qt.ItemDataRole.FontRole and changed:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(tokens().text if changed else tokens().dim)
        if role == Qt.ItemDataRole.TextAlignmentRole and column:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return ARKIT_NAMES[row] if column == 0 else self._heads[column][1]
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None
        if column == 0:
            return label(ARKIT_NAMES[row])
        value = self._value(row, column)
        return f"{value:.2f}" if role == Qt.ItemDataRole.DisplayRole else f"{value:g}"

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        field, place = _FIELDS[index.column() - 1]
        channel = self.channel(index.row())
        try:
            number = float(str(value).replace(",", "."))
            if place is None:
                new = replace(channel, **{field: number})  # type: ignore[arg-type]
            else:
                pair = list(getattr(channel, field))
                pair[place] = number
                new = replace(channel, **{field: (pair[0], pair[1])})  # type: ignore[arg-type]
        except ValueError as error:
            text = str(error)
            number_wanted = self.tr("A number is wanted here.")
            told = number_wanted if "convert" in text else f"{text[:1].upper()}{text[1:]}."
            self.refused.emit(told)
            return False
        self.put(index.row(), new)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() else flags

    def _value(self, row: int, column: int) -> float:
        field, place = _FIELDS[column - 1]
        value = getattr(self.channel(row), field)
        return float(value if place is None else value[place])

    def _is_changed(self, row: int) -> bool:
        return ARKIT_NAMES[row] in self._driving.settings.calibration.channels

    def _tell(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(len(ARKIT_NAMES) - 1, len(_FIELDS)))


class ChannelTable(QWidget):
    """The table, and a search over it. Delete takes a coefficient's changes back."""

    def __init__(
        self, driving: Driving, refused: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search coefficients"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(
            icon("ph.magnifying-glass", "faint"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.model = ChannelModel(driving)
        self.destroyed.connect(self.model.deleteLater)
        self.model.refused.connect(refused)
        self.proxy = _Filter(self)
        self.proxy.setSourceModel(self.model)
        self.view = _View(self._reset)
        self.view.setModel(self.proxy)
        self.view.setAccessibleName(self.tr("Gain, offset and ranges of the coefficients"))
        self.view.shape()
        self.search.textChanged.connect(self.proxy.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(self.view)

    def _reset(self, index: QModelIndex) -> None:
        self.model.put(self.proxy.mapToSource(index).row(), Channel())


class _Filter(QSortFilterProxyModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._wanted = ""

    def search(self, wanted: str) -> None:
        self.beginFilterChange()
        self._wanted = wanted
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        return matches(ARKIT_NAMES[row], self._wanted)


class _View(QTableView):
    def __init__(self, reset: Callable[[QModelIndex], object]) -> None:
        super().__init__()
        self._reset_row = reset
        self.setFixedHeight(_HEIGHT)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def shape(self) -> None:
        """Widths of the columns, once there is a model."""
        header = self.horizontalHeader()
        header.setMinimumSectionSize(_NUMBER_WIDTH)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, 1 + len(_FIELDS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, _NUMBER_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        removes = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        if removes and not editing and self.currentIndex().isValid():
            self._reset_row(self.currentIndex())
            return
        super().keyPressEvent(event)
