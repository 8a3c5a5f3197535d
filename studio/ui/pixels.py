"""Pictures between numpy and Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPixmap


def image_of(picture: NDArray[np.uint8]) -> QImage:
    """A copy of (H, W, 3) RGB or (H, W, 4) RGBA uint8 as a Qt image."""
    kind = QImage.Format.Format_RGBA8888 if picture.shape[2] == 4 else QImage.Format.Format_RGB888
    pixels = np.ascontiguousarray(picture)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()


def array_of(image: QImage) -> NDArray[np.uint8]:
    """A Qt image as (H, W, 3) RGB uint8; transparent parts become white."""
    if image.hasAlphaChannel():
        flat = QImage(image.size(), QImage.Format.Format_RGB888)
        flat.fill(Qt.GlobalColor.white)
        painter = QPainter(flat)
        painter.drawImage(0, 0, image)
        painter.end()
    else:
        flat = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(flat.constBits(), np.uint8).reshape(flat.height(), flat.bytesPerLine())
    return rows[:, : 3 * flat.width()].reshape(flat.height(), flat.width(), 3).copy()


def rounded(image: QImage, size: QSize, radius: float, scale: float) -> QPixmap:
    """The middle of ``image`` as a pixmap with round corners.

    ``size`` and ``radius`` are in logical pixels, ``scale`` is the device pixel ratio.
    """
    pixels = size * scale
    pixmap = QPixmap(pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    scaled = image.scaled(
        pixels,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    path = QPainterPath()
    path.addRoundedRect(QRectF(pixmap.rect()), radius * scale, radius * scale)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(path)
    painter.drawImage(
        (pixels.width() - scaled.width()) // 2, (pixels.height() - scaled.height()) // 2, scaled
    )
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
