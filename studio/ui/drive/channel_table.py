"""Gain, offset and ranges of every coefficient, as a table with a search."""

from __future__ import annotations

import re
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
    QTableView,
    QVBoxLayout,
    QWidget,
)

from models.pose import ARKIT_NAMES
from studio.drive.calibration import Channel
from studio.ui.controls.search_line import SearchLine
from studio.ui.drive.driving import Driving
from studio.ui.pose.labels import label, matches
from studio.ui.theme import tokens

Index = QModelIndex | QPersistentModelIndex
_FIELDS = ("gain", "offset", "take", "give")
_WIDTHS = (40, 50, 56, 56)
_RANGE = re.compile(r"\s*(-?\d*\.?\d+)\s*(?:–|-|\.\.|\s)\s*(-?\d*\.?\d+)\s*")
_HEIGHT = 260
_ROW = 24


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
            (self.tr("In"), self.tr("Your values that count as least and most, such as 0.1 – 0.8")),
            (self.tr("Out"), self.tr("What the avatar does at least and at most")),
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
        name = label(ARKIT_NAMES[row])
        self._driving.transfer.change(
            self.tr("Transfer of {0}").format(name), replace(settings, calibration=how)
        )

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
        if role == Qt.ItemDataRole.ToolTipRole:
            return ARKIT_NAMES[row] if column == 0 else self._heads[column][1]
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None
        if column == 0:
            return label(ARKIT_NAMES[row])
        return _written(getattr(self.channel(row), _FIELDS[column - 1]))

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        field, text = _FIELDS[index.column() - 1], str(value).replace(",", ".")
        channel = self.channel(index.row())
        wanted = _pair(text) if field in ("take", "give") else _number(text)
        if wanted is None:
            pair = field in ("take", "give")
            self.refused.emit(
                self.tr("Two numbers are wanted here, such as 0.1 – 0.8.")
                if pair
                else self.tr("A number is wanted here.")
            )
            return False
        try:
            new = replace(channel, **{field: wanted})  # type: ignore[arg-type]
        except ValueError as error:
            sentence = str(error)
            self.refused.emit(f"{sentence[:1].upper()}{sentence[1:]}.")
            return False
        self.put(index.row(), new)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() else flags

    def _is_changed(self, row: int) -> bool:
        return ARKIT_NAMES[row] in self._driving.settings.calibration.channels

    def _tell(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(len(ARKIT_NAMES) - 1, len(_FIELDS)))


def _written(value: float | tuple[float, float]) -> str:
    if isinstance(value, tuple):
        return " – ".join(_written(end) for end in value)
    return f"{round(value, 3):g}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _pair(text: str) -> tuple[float, float] | None:
    found = _RANGE.fullmatch(text)
    return None if found is None else (float(found[1]), float(found[2]))


class ChannelTable(QWidget):
    """The table, and a search over it. Delete takes a coefficient's changes back."""

    def __init__(
        self, driving: Driving, refused: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.search = SearchLine(self.tr("Search coefficients"), self.tr("Search"))
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
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
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
        header.setMinimumSectionSize(min(_WIDTHS))
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(_WIDTHS, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        removes = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        if removes and not editing and self.currentIndex().isValid():
            self._reset_row(self.currentIndex())
            return
        super().keyPressEvent(event)
