"""A dial for one angle of head or neck, drawn the way the head turns."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.controls.span import Span
from studio.ui.controls.value_control import ValueControl
from studio.ui.theme import tokens

_DEGREES_PER_PIXEL = 0.5
_RING = 3.0
_NEEDLE = 5.0


@dataclass(frozen=True)
class Axis:
    """How an angle is drawn and dragged.

    Attributes:
        zero: where the needle points at 0: degrees counter-clockwise from the right.
        sense: 1 when positive angles turn the needle counter-clockwise, else -1.
        drag: direction of the mouse, x to the right and y down, that turns positively.
    """

    zero: float
    sense: int
    drag: tuple[int, int]

    def needle(self, degrees: float) -> tuple[float, float]:
        """Unit vector, y down, towards the needle's tip."""
        angle = math.radians(self.zero + self.sense * degrees)
        return math.cos(angle), -math.sin(angle)


AXES = {
    # From the side, the face to the right: up is up.
    "pitch": Axis(0.0, 1, (0, -1)),
    # From above, the face towards the viewer: the viewer's right is right.
    "yaw": Axis(-90.0, 1, (1, 0)),
    # From the front: counter-clockwise is counter-clockwise.
    "roll": Axis(90.0, 1, (-1, 0)),
}


class TurnDial(ValueControl):
    """A ring with the reachable arc, a needle, and the number in the middle."""

    def __init__(
        self, axis: Axis, span: Span, name: str, caption: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(span, name, parent)
        self._axis, self._caption = axis, caption
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        upright = axis.drag[1] != 0
        self.setCursor(Qt.CursorShape.SizeVerCursor if upright else Qt.CursorShape.SizeHorCursor)

    def per_pixel(self) -> float:
        """Degrees that a pixel of dragging turns."""
        return _DEGREES_PER_PIXEL

    def along(self, moved: QPointF) -> float:
        """Pixels along the direction in which the needle moves."""
        return moved.x() * self._axis.drag[0] + moved.y() * self._axis.drag[1]

    def editor_box(self) -> QRect:
        """Over the number."""
        ring = self._ring()
        height = self.fontMetrics().height() + 4
        return QRect(
            round(ring.left()) - 2,
            round(ring.center().y() - height / 2),
            round(ring.width()) + 4,
            height,
        )

    def sizeHint(self) -> QSize:
        return QSize(84, 62 + self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(66, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ring = self._ring()
            self._paint_ring(painter, ring)
            moved = round(self.amount, 1) != 0.0
            on = self.isEnabled() or self.live
            painter.setPen(
                QColor((colours.text if moved else colours.dim) if on else colours.faint)
            )
            painter.drawText(
                ring,
                Qt.AlignmentFlag.AlignCenter,
                self.span.text(self.amount, exact=self.hasFocus()),
            )
            painter.setPen(QColor(colours.dim if on else colours.faint))
            below = QRectF(0, ring.bottom() + 4, self.width(), self.fontMetrics().height())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._caption)

    def _paint_ring(self, painter: QPainter, ring: QRectF) -> None:
        colours = tokens()
        track = colours.line
        if self.hasFocus():
            track = colours.strong_line
            halo = QColor(colours.accent)
            painter.setPen(QPen(halo, 1.0))
            painter.setBrush(QColor(colours.field))
            painter.drawEllipse(ring.adjusted(-4, -4, 4, 4))
        elif self.underMouse():
            track = colours.strong_line
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.field))
        painter.drawEllipse(ring)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._arc(painter, ring, self.span.low, self.span.high, track)
        shown = min(max(self.amount, -179.0), 179.0)
        colour = colours.accent if self.isEnabled() else colours.faint
        colour = colours.good if self.live else colour
        self._arc(painter, ring, 0.0, shown, colour)
        x, y = self._axis.needle(shown)
        radius = ring.width() / 2
        tip = ring.center() + QPointF(x * radius, y * radius)
        painter.setPen(QPen(QColor(colours.panel), 1.5))
        painter.setBrush(QColor(colour))
        painter.drawEllipse(tip, _NEEDLE, _NEEDLE)

    def _arc(self, painter: QPainter, ring: QRectF, start: float, end: float, colour: str) -> None:
        pen = QPen(QColor(colour), _RING)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        begin = self._axis.zero + self._axis.sense * start
        painter.drawArc(ring, round(16 * begin), round(16 * self._axis.sense * (end - start)))

    def _ring(self) -> QRectF:
        room = min(self.width() - 16.0, self.height() - self.fontMetrics().height() - 16.0)
        return QRectF((self.width() - room) / 2, 6.0, room, room)
