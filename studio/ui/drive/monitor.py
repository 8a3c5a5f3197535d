"""What the camera sees, with the landmarks on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.icons import icon
from studio.ui.pixels import image_of
from studio.ui.theme import tokens

if TYPE_CHECKING:
    from studio.drive.source import Seen

_SHAPE = 16 / 9
_SMALLEST, _LARGEST, _BARE = 120, 240, 76
_DOT = 1.4
_ICON = 28


class Monitor(QWidget):
    """The newest frame, whole; a sentence while there is none, and a frame while a face is lost."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_SMALLEST)
        self.setAccessibleName(self.tr("Camera picture"))
        self._image, self._text, self._lost = QImage(), "", False
        self._points: QPolygonF | None = None
        self._pictures = True

    def expect_pictures(self, on: bool) -> None:
        """Take the room of a picture, or only that of a sentence."""
        if on != self._pictures:
            self._pictures = on
            self._fit(self.width())

    @property
    def text(self) -> str:
        """The sentence in place of a picture; empty while there is one."""
        return "" if not self._image.isNull() else self._text

    @property
    def lost(self) -> bool:
        """Whether it is shown that nobody is seen."""
        return self._lost

    @property
    def has_landmarks(self) -> bool:
        """Whether landmarks are drawn."""
        return self._points is not None

    def show_seen(self, seen: Seen | None, present: bool, text: str) -> None:
        """Show a frame; ``text`` where a source has none."""
        self._lost, self._text = not present, text
        if seen is None:
            self._image, self._points = QImage(), None
        else:
            self._image = image_of(seen.picture)
            marks = seen.landmarks
            self._points = None if marks is None else _polygon(marks)
        self.update()

    def clear(self, text: str) -> None:
        """Show a sentence."""
        self.show_seen(None, True, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit(event.size().width())

    def _fit(self, width: int) -> None:
        # Not by the layout: boxes in a scroll area give such widgets more room than they ask for.
        height = min(max(round(width / _SHAPE), _SMALLEST), _LARGEST) if self._pictures else _BARE
        if height != self.height():
            self.setFixedHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            path = QPainterPath()
            path.addRoundedRect(whole, 6, 6)
            painter.fillPath(path, QColor(colours.sunken))
            painter.setClipPath(path)
            if self._image.isNull():
                self._paint_text(painter, whole)
            else:
                self._paint_picture(painter, whole)
            painter.setClipping(False)
            edge = (
                QPen(QColor(colours.warning), 2.0)
                if self._lost
                else QPen(QColor(colours.line), 1.0)
            )
            painter.setPen(edge)
            painter.drawPath(path)

    def _paint_text(self, painter: QPainter, whole: QRectF) -> None:
        mark = QRectF(0, 0, _ICON, _ICON)
        mark.moveCenter(QPointF(whole.center().x(), whole.center().y() - _ICON * 0.7))
        icon("ph.video-camera", "faint").paint(painter, mark.toRect())
        painter.setPen(QColor(tokens().dim))
        room = whole.adjusted(16, whole.height() / 2 + 6, -16, -6)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(room, flags | Qt.TextFlag.TextWordWrap, self._text)

    def _paint_picture(self, painter: QPainter, whole: QRectF) -> None:
        size = QRectF(self._image.rect()).size()
        scale = min(whole.width() / size.width(), whole.height() / size.height())
        place = QRectF(0, 0, size.width() * scale, size.height() * scale)
        place.moveCenter(whole.center())
        painter.setOpacity(0.45 if self._lost else 1.0)
        painter.drawImage(place, self._image)
        painter.setOpacity(1.0)
        if self._points is None:
            return
        painter.translate(place.topLeft())
        painter.scale(scale, scale)
        pen = QPen(QColor(tokens().good), _DOT / scale)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(self._points)
        painter.resetTransform()


def _polygon(landmarks: np.ndarray) -> QPolygonF:
    """(N, 2) pixels as points."""
    return QPolygonF([QPointF(x, y) for x, y in landmarks.tolist()])
