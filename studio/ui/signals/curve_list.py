"""The list from which curves are chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.pose import ARKIT_INDEX
from studio.session.regions import REGIONS
from studio.session.signals import FIRST_ANGLE, SIGNAL_INDEX, SIGNALS
from studio.ui.controls.search_line import SearchLine
from studio.ui.pose.labels import lines, matches
from studio.ui.timeline.channel_names import channel_names


class CurveList(QWidget):
    """What changes by itself, or names with check boxes and a search."""

    chosen = Signal()
    """The choice has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.changed_ones = QCheckBox(self.tr("What changes"))
        self.changed_ones.setToolTip(self.tr("Show those that move most within the window"))
        self.changed_ones.setChecked(True)
        self.search = SearchLine(self.tr("Search curves"), self.tr("Search"))
        self.names = QListWidget()
        self.names.setAccessibleName(self.tr("Curves"))
        self._fill()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.changed_ones)
        layout.addWidget(self.search)
        layout.addWidget(self.names, 1)
        self.changed_ones.toggled.connect(lambda _on: self.chosen.emit())
        self.search.textChanged.connect(self._filter)
        self.names.itemChanged.connect(self._take)

    def channels(self) -> list[int] | None:
        """Indices into ``SIGNALS`` of the chosen ones, None for whatever changes."""
        if self.changed_ones.isChecked():
            return None
        return [
            SIGNAL_INDEX[item.data(Qt.ItemDataRole.UserRole)]
            for item in self._items()
            if item.checkState() == Qt.CheckState.Checked
        ]

    def choose(self, *names: str) -> None:
        """Choose these signals and no others."""
        for item in self._items():
            on = item.data(Qt.ItemDataRole.UserRole) in names
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.changed_ones.setChecked(False)

    def _fill(self) -> None:
        face = (name for region in REGIONS for line in lines(region) for name in line.names)
        for name in (*face, *SIGNALS[FIRST_ANGLE:]):
            item = QListWidgetItem(channel_names()[name], self.names)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)

    def _filter(self, wanted: str) -> None:
        for item in self._items():
            item.setHidden(not _matches(item.data(Qt.ItemDataRole.UserRole), wanted))

    def _take(self, item: QListWidgetItem) -> None:
        if item.checkState() == Qt.CheckState.Checked and self.changed_ones.isChecked():
            # Whoever ticks a name wants that name; this tells of the choice by itself.
            self.changed_ones.setChecked(False)
        else:
            self.chosen.emit()

    def _items(self) -> list[QListWidgetItem]:
        return [self.names.item(row) for row in range(self.names.count())]


def _matches(name: str, wanted: str) -> bool:
    """Whether all words of a search occur in what a signal is called."""
    if name in ARKIT_INDEX:
        return matches(name, wanted)
    text = f"{channel_names()[name]} {name}".casefold()
    return all(word in text for word in wanted.casefold().split())
