"""The timeline's controls: one row where there is room, else two."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

_SPACING, _GAP = 4, 8


class TopBar(QWidget):
    """Transport, keys and tools; in a narrow panel the keys stand below the others.

    It asks for no more width than the two rows need, so that docks beside it keep theirs.
    """

    def __init__(
        self,
        transport: QWidget,
        keys: QWidget,
        tools: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._transport, self._keys, self._tools = transport, keys, QWidget()
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        for tool in tools:
            row.addWidget(tool)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP)
        self._grid.setVerticalSpacing(_SPACING)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(transport, 0, 0)
        self._grid.addWidget(keys, 0, 1)
        self._grid.addWidget(self._tools, 0, 2)
        self._wide = True

    def minimumSizeHint(self) -> QSize:
        """As narrow as two rows, as high as those there are."""
        upper = self._least(self._transport) + _GAP + self._least(self._tools)
        return QSize(max(upper, self._least(self._keys)), self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One row or two."""
        super().resizeEvent(event)
        parts = (self._transport, self._keys, self._tools)
        wide = event.size().width() >= sum(map(self._least, parts)) + 2 * _GAP
        if wide != self._wide:
            self._wide = wide
            self._grid.removeWidget(self._keys)
            if wide:
                self._grid.addWidget(self._keys, 0, 1)
            else:
                self._grid.addWidget(self._keys, 1, 0, 1, 3)
            self.updateGeometry()

    def _least(self, part: QWidget) -> int:
        return part.minimumSizeHint().width()
