"""A picture that can be zoomed and shifted, texel by texel."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.theme import tokens

_RANGE = (1.0, 64.0)
_KEY_SHARE = 0.1
_SQUARES_FROM = 2.0
"""Points for each texel from which texels are drawn as squares."""


class PlaneCanvas(QWidget):
    """Wheel or plus and minus zoom, dragging or arrow keys shift, double click fits."""

    pointed = Signal(object)
    """The texel under the mouse (``QPoint``), None outside."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        self.setAccessibleName(self.tr("Enlarged plane"))
        self._image = QImage()
        self._zoom = 1.0
        self._middle = QPointF(0.5, 0.5)
        """Share of the picture that lies in the widget's middle."""
        self._grip: QPointF | None = None
        self._texel: QPoint | None = None

    @property
    def zoom(self) -> float:
        """1 shows the whole picture."""
        return self._zoom

    def show_image(self, image: QImage) -> None:
        """Show another picture at the same place."""
        self._image = image
        self.update()

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    def share(self, point: QPointF) -> QPointF:
        """A point of the widget as shares of the picture."""
        return self._middle + (point - self._centre) / self._side

    @property
    def _centre(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    @property
    def _side(self) -> float:
        return max(1.0, self._zoom * (min(self.width(), self.height()) - 16))

    def _scale(self, factor: float, about: QPointF) -> None:
        fixed = self.share(about)
        self._zoom = min(max(self._zoom * factor, _RANGE[0]), _RANGE[1])
        self._shift_to(fixed - (about - self._centre) / self._side)

    def _shift_to(self, middle: QPointF) -> None:
        """Never lose sight of the picture."""
        self._middle = QPointF(min(max(middle.x(), 0.0), 1.0), min(max(middle.y(), 0.0), 1.0))
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._scale(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._shift_to(self._middle - (event.position() - self._grip) / self._side)
            self._grip = event.position()
        self._point(self.share(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._point(QPointF(-1, -1))

    def _point(self, share: QPointF) -> None:
        inside = 0 <= share.x() < 1 and 0 <= share.y() < 1 and not self._image.isNull()
        texel = None
        if inside:
            size = self._image.size()
            texel = QPoint(int(share.x() * size.width()), int(share.y() * size.height()))
        if texel != self._texel:
            self._texel = texel
            self.pointed.emit(texel)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _KEY_SHARE / self._zoom
        steps = {
            Qt.Key.Key_Left: QPointF(-step, 0),
            Qt.Key.Key_Right: QPointF(step, 0),
            Qt.Key.Key_Up: QPointF(0, -step),
            Qt.Key.Key_Down: QPointF(0, step),
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._shift_to(self._middle + steps[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._scale(1.2, self._centre)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self._scale(1 / 1.2, self._centre)
        elif key == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(tokens().sunken))
            if self._image.isNull():
                return
            corner = self._centre - self._middle * self._side
            area = QRectF(corner.x(), corner.y(), self._side, self._side)
            texel = self._side / self._image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, texel < _SQUARES_FROM)
            painter.drawImage(area, self._image, QRectF(self._image.rect()))
            if self._texel is not None and texel >= 3 * _SQUARES_FROM:
                at = area.topLeft() + QPointF(self._texel) * texel
                for pen in (QPen(QColor(0, 0, 0, 140), 3.0), QPen(QColor("white"), 1.0)):
                    painter.setPen(pen)
                    painter.drawRect(QRectF(at.x(), at.y(), texel, texel))
