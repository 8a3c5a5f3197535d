"""A still from the webcam: live picture, countdown, take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.engine.faults import Fault
from studio.engine.webcam import Webcam, webcam_devices
from studio.ui.icons import icon
from studio.ui.pixels import image_of
from studio.ui.theme import tokens

_SECONDS = 3
_VIEW = (640, 400)


class WebcamStill(QDialog):
    """Shows the camera mirrored, as a mirror would; what it takes is not mirrored."""

    taken = Signal(object)
    """The still, (H, W, 3) RGB uint8."""

    _arrived = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Photo from the webcam"))
        self._webcam: Webcam | None = None
        self._frame: NDArray[np.uint8] | None = None
        self._left = 0
        self._arrived.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._view = _Mirror()
        self._devices = QComboBox()
        self._devices.setAccessibleName(self.tr("Camera"))
        for device in webcam_devices():
            self._devices.addItem(device.name, device.number)
        self._devices.currentIndexChanged.connect(lambda _: self._open())
        self._hint = QLabel(self.tr("Look straight into the camera, mouth closed, in even light."))
        self._hint.setProperty("dim", True)
        self._take = QPushButton(icon("ph.camera", "on_accent"), self.tr("Take in 3 s"))
        self._take.setProperty("primary", True)
        self._take.setDefault(True)
        self._take.clicked.connect(self._toggle_countdown)
        close = QPushButton(self.tr("Cancel"))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._tick)
        foot = QHBoxLayout()
        foot.addWidget(self._devices)
        foot.addStretch()
        foot.addWidget(close)
        foot.addWidget(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._view)
        column.addWidget(self._hint)
        column.addLayout(foot)
        self._open()

    def done(self, result: int) -> None:
        """Let go of the camera, however the dialog ends."""
        self._second.stop()
        if self._webcam is not None:
            self._webcam.stop()
            self._webcam = None
        super().done(result)

    def _open(self) -> None:
        if self._webcam is not None:
            self._webcam.stop()
        self._webcam = self._frame = None
        self._take.setEnabled(False)
        number = self._devices.currentData()
        if number is None:
            self._devices.hide()
            self._view.show_text(self.tr("No camera was found. Plug one in and open this again."))
            return
        self._view.show_text(self.tr("Waiting for the camera…"))
        self._webcam = Webcam(number, self._arrived.emit)

    def _show(self, value: NDArray[np.uint8] | Fault) -> None:
        if self._webcam is None:
            return
        if isinstance(value, Fault):
            self._view.show_text(f"{value.sentence} {value.remedy}")
            self._take.setEnabled(False)
            return
        self._frame = value
        self._take.setEnabled(True)
        self._view.show_picture(image_of(value), str(self._left) if self._left else "")

    def _toggle_countdown(self) -> None:
        if self._second.isActive():
            self._second.stop()
            self._left = 0
            self._take.setText(self.tr("Take in 3 s"))
        else:
            self._left = _SECONDS
            self._second.start()
            self._take.setText(self.tr("Stop"))

    def _tick(self) -> None:
        self._left -= 1
        if self._left == 0 and self._frame is not None:
            frame = self._frame
            self.accept()
            self.taken.emit(frame)


class _Mirror(QWidget):
    """The picture, mirrored, with the remaining seconds over it."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(*_VIEW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._image, self._text = QImage(), ""

    def show_picture(self, image: QImage, text: str) -> None:
        """Show a frame."""
        self._image, self._text = image, text
        self.update()

    def show_text(self, text: str) -> None:
        """Show a sentence in place of a frame."""
        self._image, self._text = QImage(), text
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the widget with the picture's middle."""
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            whole = QRectF(self.rect())
            path = QPainterPath()
            path.addRoundedRect(whole, 8, 8)
            painter.setClipPath(path)
            painter.fillRect(whole, QColor(tokens().sunken))
            if self._image.isNull():
                painter.setPen(QColor(tokens().dim))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(whole.adjusted(32, 32, -32, -32), flags, self._text)
                return
            size = QRectF(self._image.rect()).size()
            size.scale(whole.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(whole.center())
            painter.save()
            painter.translate(whole.width(), 0)
            painter.scale(-1, 1)
            painter.drawImage(place, self._image)
            painter.restore()
            if self._text:
                font = painter.font()
                font.setPixelSize(120)
                font.setBold(True)
                painter.setFont(font)
                painter.setPen(QColor(255, 255, 255, 220))
                painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, self._text)
