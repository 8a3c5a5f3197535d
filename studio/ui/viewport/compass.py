"""The compass: which way the camera looks, and a click turns it along an axis."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from models.camera import Camera
from studio.session.view import View
from studio.ui.theme import tokens

_SIDE = 76
_REACH = 27.0
_DISC = 8.0


@dataclass(frozen=True)
class Tip:
    """The end of an axis: its place (points from the middle), depth, colour token and letter."""

    place: QPointF
    depth: float
    colour: str
    letter: str
    view: View


_AXES = (
    ((1.0, 0.0, 0.0), "axis_x", "L", View("front", yaw=90.0)),
    ((-1.0, 0.0, 0.0), "axis_x", "", View("front", yaw=-90.0)),
    ((0.0, 1.0, 0.0), "axis_y", "T", View("front", pitch=85.0)),
    ((0.0, -1.0, 0.0), "axis_y", "", View("front", pitch=-85.0)),
    ((0.0, 0.0, 1.0), "axis_z", "F", View("front")),
    ((0.0, 0.0, -1.0), "axis_z", "", View("front", yaw=180.0)),
)


class Compass(QWidget):
    """Axes of the canonical space as the camera sees them: left, top and front have letters."""

    chosen = Signal(object)
    """The ``View`` along the axis that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName(self.tr("Compass"))
        self.setToolTip(
            self.tr("Where the camera stands: L, T and F are the subject's left, top and front")
        )
        self._turn: NDArray[np.float64] = np.eye(3)
        self._angles = (0.0, 0.0)
        self._under: Tip | None = None

    @property
    def angles(self) -> tuple[float, float]:
        """Yaw and pitch of the camera in degrees."""
        return self._angles

    def point(self, camera: Camera) -> None:
        """Show where this camera stands."""
        self._turn = np.asarray(camera.cam2world[:3, :3], np.float64).T
        x, y, z = (float(value) for value in camera.position)
        self._angles = (
            math.degrees(math.atan2(x, z)),
            math.degrees(math.atan2(y, math.hypot(x, z))),
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE + 19)

    def tips(self) -> Iterator[Tip]:
        """The six ends, farthest first."""
        found = []
        for axis, colour, letter, view in _AXES:
            right, down, away = (float(value) for value in self._turn @ np.array(axis))
            found.append(Tip(QPointF(right, down) * _REACH, away, colour, letter, view))
        yield from sorted(found, key=lambda tip: -tip.depth)

    def _at(self, point: QPointF) -> Tip | None:
        middle = QPointF(_SIDE / 2, _SIDE / 2)
        hit = None
        for tip in self.tips():
            offset = point - middle - tip.place
            if math.hypot(offset.x(), offset.y()) <= _DISC + 1:
                hit = tip
        return hit

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._under = self._at(event.position())
        pointing = Qt.CursorShape.PointingHandCursor
        self.setCursor(pointing if self._under else Qt.CursorShape.ArrowCursor)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        tip = self._at(event.position())
        if tip is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
        else:
            self.chosen.emit(tip.view)

    def leaveEvent(self, event: QEvent) -> None:
        self._under = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = QColor(colours.panel)
            ground.setAlphaF(0.72)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawEllipse(QRectF(0, 0, _SIDE, _SIDE).adjusted(1, 1, -1, -1))
            middle = QPointF(_SIDE / 2, _SIDE / 2)
            for tip in self.tips():
                self._paint_tip(painter, middle, tip)
            self._paint_angles(painter)

    def _paint_tip(self, painter: QPainter, middle: QPointF, tip: Tip) -> None:
        colours = tokens()
        colour = QColor(getattr(colours, tip.colour))
        colour.setAlphaF(1.0 if tip.depth < 0.2 else 0.55)
        end = middle + tip.place
        painter.setPen(QPen(colour, 2.0))
        if tip.letter:
            painter.drawLine(middle, end)
        under = self._under is not None and self._under.view == tip.view
        painter.setPen(QPen(QColor(colours.text) if under else colour, 1.4))
        painter.setBrush(colour if tip.letter else QColor(colours.panel))
        radius = _DISC if tip.letter else 0.75 * _DISC
        painter.drawEllipse(end, radius, radius)
        if tip.letter:
            font = self.font()
            font.setPointSizeF(7.5)
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(QColor(colours.on_accent))
            area = QRectF(end.x() - _DISC, end.y() - _DISC, 2 * _DISC, 2 * _DISC)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tip.letter)

    def _paint_angles(self, painter: QPainter) -> None:
        font = self.font()
        font.setPointSizeF(max(7.0, 0.85 * font.pointSizeF()))
        painter.setFont(font)
        text = "{:+.0f}°  {:+.0f}°".format(*(angle + 0.0 for angle in map(round, self._angles)))
        area = QRectF(0, _SIDE + 2, _SIDE, 16)
        ground = QColor(tokens().panel)
        ground.setAlphaF(0.72)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(area.adjusted(4, 0, -4, 0), 8, 8)
        painter.setPen(QColor(tokens().text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
