"""The text in front of a row, with a mark for what was changed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.theme import tokens

_MARK = 3.0
_GAP = 8
_LONGEST = "Upper lip shrug"
"""All labels are as wide as this text, so that the bars of all groups begin in one line."""


class RowLabel(QWidget):
    """A quiet text; bright and with a mark while ``set_changed(True)``; elided when too long."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._changed = text, False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    @property
    def changed(self) -> bool:
        """Whether the mark is shown."""
        return self._changed

    def set_changed(self, changed: bool) -> None:
        """Show or hide the mark."""
        if changed != self._changed:
            self._changed = changed
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(_LONGEST) + 2 * _GAP + 2, metrics.height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect())
            if self._changed:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.accent))
                mark = QRectF(0, box.center().y() - 5.0, _MARK, 10.0)
                painter.drawRoundedRect(mark, _MARK / 2, _MARK / 2)
            on = self.isEnabled()
            colour = (colours.text if self._changed else colours.dim) if on else colours.faint
            painter.setPen(QColor(colour))
            room = box.adjusted(_GAP, 0, -_GAP, 0)
            text = self.fontMetrics().elidedText(
                self._text, Qt.TextElideMode.ElideRight, round(room.width())
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
