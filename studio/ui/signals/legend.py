"""Which curve is which: names with a piece of line, beside the plot or above it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.ui.theme import tokens

_DASH, _GAP, _MARGIN = 16.0, 6.0, 8.0
_LEAST = 7.0
"""Points of the smallest font."""


class Legend(QWidget):
    """Fills columns from top to bottom where it is tall, rows from left to right where it is wide.

    It asks for no more room than its names need.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[tuple[str, QColor]] = []
        self._beside = True

    @property
    def names(self) -> list[str]:
        """What it shows."""
        return [name for name, _ in self._entries]

    def show_entries(self, entries: Mapping[str, QColor]) -> None:
        """Show these names with the colours of their curves."""
        self._entries = list(entries.items())
        self.setAccessibleName(self.tr("Curves: {0}").format(", ".join(entries)))
        self._fit()
        self.update()

    def set_beside(self, beside: bool) -> None:
        """Stand beside the plot, or lie above it."""
        self._beside = beside
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    @property
    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(_LEAST, 0.85 * font.pointSizeF()))
        return font

    @property
    def _cell(self) -> QSize:
        """Room of one entry."""
        metrics = QFontMetricsF(self._font)
        widest = max((metrics.horizontalAdvance(name) for name in self.names), default=0.0)
        return QSize(round(widest + _DASH + _GAP + 2 * _MARGIN), round(metrics.lineSpacing()) + 1)

    def _grid(self) -> tuple[int, int]:
        """Rows and columns."""
        count, cell = len(self._entries), self._cell
        if self._beside:
            rows = max(1, self.height() // cell.height())
            return rows, -(-count // rows)
        columns = max(1, self.width() // cell.width())
        return -(-count // columns), columns

    def _fit(self) -> None:
        rows, columns = self._grid()
        if self._beside:
            self.setMinimumHeight(0)
            self.setMaximumHeight(1 << 20)
            self.setFixedWidth(columns * self._cell.width() if self._entries else 0)
        else:
            self.setMinimumWidth(0)
            self.setMaximumWidth(1 << 20)
            self.setFixedHeight(rows * self._cell.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        rows, columns = self._grid()
        cell, text = self._cell, QColor(tokens().text)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._font)
            for index, (name, colour) in enumerate(self._entries):
                if self._beside:
                    column, row = divmod(index, rows)
                else:
                    row, column = divmod(index, columns)
                left = column * cell.width() + _MARGIN
                area = QRectF(left, row * cell.height(), cell.width(), cell.height())
                middle = area.center().y()
                painter.setPen(QPen(colour, 2.0))
                painter.drawLine(QLineF(left, middle, left + _DASH, middle))
                painter.setPen(text)
                area.setLeft(left + _DASH + _GAP)
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
