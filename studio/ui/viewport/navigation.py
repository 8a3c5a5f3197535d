"""Mouse, wheel, pinch and keys become changes of the view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture

from studio.session.session import Session
from studio.session.view import View

DEGREES_ACROSS = 180.0
"""A drag across the whole picture turns the head half round."""
KEY_DEGREES = 5.0
KEY_ZOOM = 1.1
_STEEPEST = 85.0
_WHEEL_BASE = 1.0015
"""Scale for each eighth of a degree of the wheel: 1.2 for a click of 15 degrees."""
_PIXEL_ANGLE = 3.0
"""Eighths of a degree that count as one pixel of a touchpad's scroll."""

Shares = Callable[[QPointF], tuple[float, float]]


@dataclass
class _Drag:
    """What is being dragged, with which button, and where the mouse was (shares)."""

    turns: bool
    button: Qt.MouseButton
    x: float
    y: float


class Navigation:
    """Turns events of a widget into changes of the session's view.

    Each method returns whether it took the event. A drag is one step of the undo list.
    """

    def __init__(self, session: Session, shares: Shares) -> None:
        """``shares`` maps a point of the widget to shares (0..1) of the picture."""
        self._session, self._shares = session, shares
        self._drag: _Drag | None = None

    @property
    def dragging(self) -> bool:
        """Whether the mouse turns or shifts the picture now."""
        return self._drag is not None

    # Mouse

    def press(self, event: QMouseEvent) -> bool:
        """Begin to orbit (left) or pan (middle, or Shift and left)."""
        left = event.button() == Qt.MouseButton.LeftButton
        if self._drag is not None or not (left or event.button() == Qt.MouseButton.MiddleButton):
            return False
        turns = left and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._drag = _Drag(turns, event.button(), *self._shares(event.position()))
        self._session.begin(_tr("Orbit") if turns else _tr("Pan"))
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Go on dragging."""
        drag = self._drag
        if drag is None:
            return False
        if not self._session.in_gesture or not event.buttons() & drag.button:
            # Undone in between, or the button came up where nobody told us.
            self.stop()
            return False
        x, y = self._shares(event.position())
        dx, dy, drag.x, drag.y = x - drag.x, y - drag.y, x, y
        view = self._session.state.view
        if drag.turns:
            self._session.change(
                _tr("Orbit"), view=turned(view, -DEGREES_ACROSS * dx, DEGREES_ACROSS * dy)
            )
        else:
            self._session.change(_tr("Pan"), view=view.panned(dx, dy))
        return True

    def release(self, event: QMouseEvent) -> bool:
        """End the drag that this button began."""
        if self._drag is None or event.button() != self._drag.button:
            return False
        self.stop()
        return True

    def stop(self) -> None:
        """End a drag and keep what it did."""
        if self._drag is not None:
            self._drag = None
            self._session.end()

    def cancel(self) -> bool:
        """Take a drag back."""
        if self._drag is None:
            return False
        self._drag = None
        self._session.cancel()
        return True

    def focus(self, x: float, y: float) -> None:
        """Bring a point (shares) to the middle."""
        self._session.change(_tr("Focus"), view=self._session.state.view.focused((x, y)))

    # Wheel and pinch

    def wheel(self, event: QWheelEvent) -> bool:
        """Zoom about the cursor."""
        angle = event.angleDelta().y() or event.angleDelta().x()
        if not angle:
            angle = round(_PIXEL_ANGLE * event.pixelDelta().y())
        if angle:
            self.zoom(_WHEEL_BASE**angle, self._shares(event.position()))
        return True

    def pinch(self, event: QNativeGestureEvent) -> bool:
        """Zoom by two fingers on a touchpad."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.zoom(1.0 + event.value(), self._shares(event.position()))
        return True

    def touch(self, event: QGestureEvent, local: Callable[[QPointF], QPointF]) -> bool:
        """Zoom and pan by two fingers on a screen.

        ``local`` maps a point of the screen to the widget.
        """
        gesture = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(gesture, QPinchGesture):
            return False
        if gesture.state() == Qt.GestureState.GestureStarted:
            # The first finger came as a mouse and has turned the head a little.
            self.cancel()
            return True
        x, y = self._shares(local(gesture.centerPoint()))
        last_x, last_y = self._shares(local(gesture.lastCenterPoint()))
        view = self._session.state.view.panned(x - last_x, y - last_y)
        self._zoom(view, gesture.scaleFactor(), (x, y))
        return True

    def zoom(self, factor: float, at: tuple[float, float] = (0.5, 0.5)) -> None:
        """Scale the picture; what is ``at`` that point (shares) stays there."""
        self._zoom(self._session.state.view, factor, at)

    def _zoom(self, view: View, factor: float, at: tuple[float, float]) -> None:
        if factor > 0.0:
            self._session.change(_tr("Zoom"), merge="view:zoom", view=view.zoomed(factor, at))

    # Keys

    def key(self, event: QKeyEvent) -> bool:
        """Arrows orbit, plus and minus zoom, Home goes back to the photo's view."""
        steps = {
            Qt.Key.Key_Left: (KEY_DEGREES, 0.0),
            Qt.Key.Key_Right: (-KEY_DEGREES, 0.0),
            Qt.Key.Key_Up: (0.0, -KEY_DEGREES),
            Qt.Key.Key_Down: (0.0, KEY_DEGREES),
        }
        key = Qt.Key(event.key())
        if key in steps:
            view = turned(self._session.state.view, *steps[key])
            self._session.change(_tr("Orbit"), merge="view:orbit", view=view)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(KEY_ZOOM)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1.0 / KEY_ZOOM)
        elif key == Qt.Key.Key_Home:
            self.go(_tr("Source view"), View())
        elif key == Qt.Key.Key_Escape:
            return self.cancel()
        else:
            return False
        return True

    def go(self, label: str, view: View) -> None:
        """Change to a view."""
        self.stop()
        self._session.change(label, view=view)

    def event(self, event: QEvent, local: Callable[[QPointF], QPointF]) -> bool:
        """Gestures, which widgets get through their general handler."""
        if isinstance(event, QNativeGestureEvent):
            return self.pinch(event)
        if isinstance(event, QGestureEvent):
            return self.touch(event, local)
        return False


def turned(view: View, yaw: float, pitch: float) -> View:
    """Orbited by degrees; the pitch stops short of straight above and below."""
    new = view.orbited(yaw, pitch)
    return replace(new, pitch=min(max(new.pitch, -_STEEPEST), _STEEPEST))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Navigation", text)
