"""Icons of a head that looks one way."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPen, QPixmap

from studio.ui.theme import tokens

_EYE = 24.0
"""Degrees from the nose to an eye."""


def head_icon(yaw: float) -> QIcon:
    """A head seen from ``yaw`` degrees, positive from the subject's left side."""
    return QIcon(_Head(yaw))


class _Head(QIconEngine):
    def __init__(self, yaw: float) -> None:
        super().__init__()
        self._yaw = yaw

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        colours = tokens()
        if mode == QIcon.Mode.Disabled:
            colour = QColor(colours.faint)
        else:
            lit = mode == QIcon.Mode.Selected or state == QIcon.State.On
            colour = QColor(colours.on_accent if lit else colours.text)
        unit = min(rect.width(), rect.height()) / 16.0
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(rect.center() + QPoint(1, 1))
        painter.scale(unit, unit)
        painter.setPen(QPen(colour, 1.2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        self._draw(painter, colour)
        painter.restore()

    def _draw(self, painter: QPainter, colour: QColor) -> None:
        """In units of a sixteenth, the middle at the origin."""
        painter.drawEllipse(QPointF(0, 0), 5.2, 6.4)
        nose = self._across(0.0, 5.2)
        tip = nose * 1.45
        painter.drawPolyline([QPointF(nose * 0.75, -0.8), QPointF(tip, 1.6), QPointF(nose, 1.8)])
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        for side in (-_EYE, _EYE):
            if math.cos(math.radians(side - self._yaw)) > 0.2:
                painter.drawEllipse(QPointF(self._across(side, 4.6), -1.2), 0.8, 0.8)

    def _across(self, angle: float, radius: float) -> float:
        return radius * math.sin(math.radians(angle - self._yaw))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Head(self._yaw)
