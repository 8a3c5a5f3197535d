"""The picture drawn by the processor, where there is no OpenGL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.ui.viewport.placement import PhotoPlace, Square
from studio.ui.viewport.scene import CHECKER_SIDE, Scene, Shown, Tones


def as_image(picture: NDArray[np.uint8]) -> QImage:
    """An array (H, W, 3 or 4) uint8 as an image that shares its memory: keep the array alive."""
    height, width, channels = picture.shape
    kind = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
    return QImage(picture.data, width, height, width * channels, kind)


class PaintedView(QWidget):
    """Draws a scene; looks the same as ``PictureView``."""

    painted = Signal(int)
    """The stamp of the picture that was just drawn."""

    def __init__(self, scene: Scene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._scene = scene
        scene.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        tones, shown = Tones.now(), self._scene.shown
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), tones.letterbox)
            if shown is not None:
                self._paint(painter, shown, tones)
        if shown is not None:
            self.painted.emit(shown.stamp)

    def _paint(self, painter: QPainter, shown: Shown, tones: Tones) -> None:
        ratio = self.devicePixelRatioF()
        square = Square.within(self.width(), self.height(), ratio)
        area = QRectF(
            square.left / ratio, square.top / ratio, square.side / ratio, square.side / ratio
        )
        painter.setClipRect(area)
        if shown.picture.shape[2] == 4:
            painter.setBrushOrigin(area.topLeft())
            painter.fillRect(area, QBrush(_checker(tones)))
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform,
            not shown.nearest and shown.picture.shape[0] != square.side,
        )
        image = as_image(shown.picture)
        painter.drawImage(area, image, QRectF(image.rect()))
        self._paint_photo(painter, area, tones)

    def _paint_photo(self, painter: QPainter, area: QRectF, tones: Tones) -> None:
        with_photo = self._scene.comparison
        if with_photo is None or self._scene.photo is None or with_photo.opacity <= 0.0:
            return
        left = QRectF(area)
        left.setWidth(area.width() * with_photo.edge)
        painter.setClipRect(left)
        painter.setOpacity(with_photo.opacity)
        placed = _placed(with_photo.place, area)
        around, inner = QPainterPath(), QPainterPath()
        around.addRect(left)
        inner.addRect(placed)
        painter.fillPath(around.subtracted(inner), tones.letterbox)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        image = as_image(self._scene.photo)
        painter.drawImage(placed, image, QRectF(image.rect()))


def _placed(place: PhotoPlace, area: QRectF) -> QRectF:
    corner = area.topLeft() + QPointF(place.left, place.top) * area.width()
    return QRectF(corner.x(), corner.y(), place.side * area.width(), place.side * area.width())


def _checker(tones: Tones) -> QPixmap:
    tile = QPixmap(2 * CHECKER_SIDE, 2 * CHECKER_SIDE)
    tile.fill(tones.checker_light)
    painter = QPainter(tile)
    painter.fillRect(CHECKER_SIDE, 0, CHECKER_SIDE, CHECKER_SIDE, tones.checker_dark)
    painter.fillRect(0, CHECKER_SIDE, CHECKER_SIDE, CHECKER_SIDE, tones.checker_dark)
    painter.end()
    return tile
