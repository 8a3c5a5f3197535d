"""A slider and its number in one bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.controls.span import Span
from studio.ui.controls.value_control import ValueControl
from studio.ui.theme import tokens

_PADDING = 6.0
_RADIUS = 4.0


class ValueBar(ValueControl):
    """Fills from the value at rest; a caption stands left in it, the number right."""

    def __init__(
        self,
        span: Span,
        name: str,
        caption: str = "",
        parent: QWidget | None = None,
        *,
        tint: str = "dim",
    ) -> None:
        """Make a bar; ``tint`` is the field of ``Tokens`` in which the caption is written."""
        super().__init__(span, name, parent)
        self.caption, self._tint = caption, tint
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def show_caption(self, caption: str) -> None:
        """Write another caption."""
        if caption != self.caption:
            self.caption = caption
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(f"{self.caption} {self.span.text(self.span.high)}")
        return QSize(max(56, width + round(3 * _PADDING)), metrics.height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            outline = QPainterPath()
            outline.addRoundedRect(box, _RADIUS, _RADIUS)
            painter.fillPath(outline, QColor(colours.field))
            on = self.isEnabled() or self.live
            if on:
                self._paint_fill(painter, outline, box)
            edge = colours.line
            if self.hasFocus():
                edge = colours.accent
            elif self.underMouse() and self.isEnabled():
                edge = colours.strong_line
            painter.setPen(QPen(QColor(edge), 1.0))
            painter.drawPath(outline)
            self._paint_texts(painter, box.adjusted(_PADDING, 0, -_PADDING, 0))

    def _paint_fill(self, painter: QPainter, outline: QPainterPath, box: QRectF) -> None:
        colours = tokens()
        origin = self.span.rest if self.span.origin is None else self.span.origin
        zero = box.left() + box.width() * self.span.share(origin)
        here = box.left() + box.width() * self.span.share(self.amount)
        left, right = min(zero, here), max(zero, here)
        colour = QColor(colours.good if self.live else colours.accent)
        painter.save()
        painter.setClipPath(outline)
        if right > left:
            colour.setAlphaF(0.62 if self.dragging or self.hasFocus() else 0.45)
            painter.fillRect(QRectF(left, box.top(), max(right - left, 2.0), box.height()), colour)
        if 0.0 < self.span.share(origin) < 1.0:
            painter.fillRect(QRectF(zero - 0.5, box.top(), 1.0, box.height()), colours.strong_line)
        painter.restore()

    def _paint_texts(self, painter: QPainter, box: QRectF) -> None:
        colours = tokens()
        on = self.isEnabled() or self.live
        middle = Qt.AlignmentFlag.AlignVCenter
        if self.caption:
            painter.setPen(QColor(getattr(colours, self._tint) if on else colours.faint))
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, self.caption)
        text = self.span.text(self.amount, exact=self.hasFocus() or self.dragging)
        colour = colours.text if self.amount != self.span.rest else colours.dim
        painter.setPen(QColor(colour if on else colours.faint))
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, text)
