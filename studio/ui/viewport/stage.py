"""The picture with everything that lies over it, and the mouse and keys on it."""

from __future__ import annotations

import logging

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.session.session import Session
from studio.ui.viewport.compass import Compass
from studio.ui.viewport.hud import Hud
from studio.ui.viewport.navigation import Navigation
from studio.ui.viewport.overlays import FaultCard, HintCard
from studio.ui.viewport.painted_view import PaintedView
from studio.ui.viewport.picture_view import PictureView, opengl_fault
from studio.ui.viewport.placement import Square
from studio.ui.viewport.scene import Scene
from studio.ui.viewport.split import SplitHandle

_LOG = logging.getLogger(__name__)
_EDGE = 10
_told: set[str] = set()


class Stage(QWidget):
    """A surface (OpenGL, or the painter where there is none) under overlays."""

    pixels_changed = Signal(int)
    """Device pixels along a side of the picture, 0 while it cannot be seen."""
    hud_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.navigation = Navigation(session, self.share)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setAccessibleName(self.tr("Picture of the avatar"))
        self.setAccessibleDescription(
            self.tr("Arrow keys turn, plus and minus zoom, Home goes back to the photo's view")
        )
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.scene = Scene(self)
        self.surface: PictureView | PaintedView = self._surface()
        self.hud, self.compass = Hud(self), Compass(self)
        self.handle = SplitHandle(self)
        self.hint = HintCard(
            self.tr("Photo and picture can be compared in the source view."),
            self.tr("Go there"),
            self,
        )
        self.fault = FaultCard(self)
        for overlay in (self.hud, self.compass, self.handle):
            overlay.hide()

    def _surface(self) -> PictureView | PaintedView:
        fault = opengl_fault()
        if fault is None:
            view = PictureView(self.scene, self)
            view.broken.connect(self._fall_back, Qt.ConnectionType.QueuedConnection)
            return view
        _say_once(fault)
        return PaintedView(self.scene, self)

    def _fall_back(self, fault: str) -> None:
        _say_once(fault)
        broken = self.surface
        self.surface = PaintedView(self.scene, self)
        self.surface.setGeometry(self.rect())
        self.surface.lower()
        self.surface.show()
        broken.deleteLater()

    # Where things are

    @property
    def square(self) -> Square:
        """The picture's square in device pixels."""
        return Square.within(self.width(), self.height(), self.devicePixelRatioF())

    def share(self, point: QPointF) -> tuple[float, float]:
        """A point of the stage as shares of the picture."""
        return self.square.share(point.x(), point.y(), self.devicePixelRatioF())

    def area(self) -> QRectF:
        """The picture's square in points."""
        square, ratio = self.square, self.devicePixelRatioF()
        left, top, side = (value / ratio for value in (square.left, square.top, square.side))
        return QRectF(left, top, side, side)

    def arrange(self) -> None:
        """Put the overlays into their places."""
        self.surface.setGeometry(self.rect())
        self.hud.move(_EDGE, _EDGE)
        self.compass.move(self.width() - self.compass.width() - _EDGE, _EDGE)
        self.hint.adjustSize()
        width = max(160, min(400, self.width() - 2 * _EDGE))
        self.fault.resize(width, self.fault.heightForWidth(width))
        for card in (self.hint, self.fault):
            card.move((self.width() - card.width()) // 2, self.height() - card.height() - 2 * _EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()
        self._tell_pixels()

    def showEvent(self, event: QShowEvent) -> None:
        self.arrange()
        self._tell_pixels()

    def hideEvent(self, event: QHideEvent) -> None:
        self.navigation.stop()
        self._tell_pixels()

    def _tell_pixels(self) -> None:
        self.pixels_changed.emit(self.square.side if self.isVisible() else 0)

    # What the person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.navigation.press(event):
            turns = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
            grip = Qt.CursorShape.ClosedHandCursor if turns else Qt.CursorShape.SizeAllCursor
            self.setCursor(grip)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.navigation.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.navigation.release(event):
            self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.navigation.focus(*self.share(event.position()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.setAccepted(self.navigation.wheel(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and not event.modifiers():
            self.hud_wanted.emit()
        elif self.navigation.key(event):
            if not self.navigation.dragging:
                self.unsetCursor()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.arrange()
            self._tell_pixels()
        if self.navigation.event(event, self._from_screen):
            event.accept()
            return True
        return super().event(event)

    def _from_screen(self, point: QPointF) -> QPointF:
        return self.mapFromGlobal(point)


def _say_once(fault: str) -> None:
    if fault not in _told:
        _told.add(fault)
        _LOG.warning("The picture is drawn by the processor: %s.", fault)
