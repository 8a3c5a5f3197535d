"""The pad on which the eyes are turned."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.pose.gaze_geometry import LIMIT_PITCH, LIMIT_YAW, PadGeometry, limited
from studio.ui.theme import tokens

_MARGIN = 14.0
_HANDLE = 6.0
_GRAB = 14.0
_THRESHOLD = 2.0
_STEP = math.radians(1.0)
_ARROWS = {
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
Gaze = tuple[float, float]


class GazePad(QWidget):
    """Up is up and right is the viewer's right; the frame is how far eyes turn.

    One handle while the eyes are linked, else one of each eye; the arrow keys move the one used
    last, L and R choose. Like the other controls it asks (``moved``) and is told (``show_gaze``).
    """

    moved = Signal(str, float, float)
    """``both``, ``left`` or ``right``; yaw and pitch in radians."""
    drag_began = Signal()
    drag_ended = Signal()
    drag_cancelled = Signal()
    centre_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gaze: dict[str, Gaze] = {"left": (0.0, 0.0), "right": (0.0, 0.0)}
        self._linked, self._follows = True, False
        self.active = "left"
        self._pressed: QPointF | None = None
        self._offset = QPointF()
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def show_gaze(self, left: Gaze, right: Gaze) -> None:
        """Show both eyes' yaw and pitch, radians."""
        found = {"left": left, "right": right}
        if found != self._gaze:
            self._gaze = found
            self.update()

    def show_mode(self, *, linked: bool, follows: bool) -> None:
        """Show whether the eyes are linked, and whether they follow the camera by themselves."""
        self._linked, self._follows = linked, follows
        self.update()

    @property
    def geometry_now(self) -> PadGeometry:
        """Where gazes lie on the widget."""
        return PadGeometry.within(self.width(), self.height(), _MARGIN)

    def sizeHint(self) -> QSize:
        return QSize(220, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 150)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self._pressed = at
        nearest = min(self._handles(), key=lambda eye: _distance(self._place(eye), at))
        if nearest != "both":
            self.active = nearest
        handle = self._place(nearest)
        grabbed = _distance(handle, at) <= _GRAB
        self._offset = handle - at if grabbed else QPointF()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        if not self._dragging:
            if (event.position() - self._pressed).manhattanLength() < _THRESHOLD:
                return
            self._dragging = True
            self.drag_began.emit()
        at = event.position() + self._offset
        self._ask(*self.geometry_now.gaze(at.x(), at.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._stop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = None
            self.centre_asked.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        self._stop()
        super().hideEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            stop = self._dragging and event.key() == Qt.Key.Key_Escape
            sides = not self._linked and event.key() in (Qt.Key.Key_L, Qt.Key.Key_R)
            if stop or event.key() in _ARROWS or (sides and not event.modifiers()):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._dragging:
            self._pressed, self._dragging = None, False
            self.drag_cancelled.emit()
        elif key in _ARROWS:
            self._step(_ARROWS[key], event.modifiers())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.centre_asked.emit()
        elif key in (Qt.Key.Key_L, Qt.Key.Key_R) and not self._linked:
            self.active = "left" if key == Qt.Key.Key_L else "right"
            self.update()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_field(painter)
            for eye in self._handles():
                self._paint_handle(painter, eye)

    def _paint_field(self, painter: QPainter) -> None:
        colours = tokens()
        outside = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(colours.accent if self.hasFocus() else colours.line))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(outside, 4, 4)
        pad = self.geometry_now
        frame = QRectF(pad.left, pad.top, pad.width, pad.height)
        centre = frame.center()
        painter.setPen(QPen(QColor(colours.line), 1.0))
        painter.drawLine(QPointF(frame.left(), centre.y()), QPointF(frame.right(), centre.y()))
        painter.drawLine(QPointF(centre.x(), frame.top()), QPointF(centre.x(), frame.bottom()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for share in (1 / 3, 2 / 3):
            painter.drawEllipse(centre, frame.width() / 2 * share, frame.height() / 2 * share)
        painter.setPen(QPen(QColor(colours.strong_line), 1.0))
        painter.drawRoundedRect(frame, 3, 3)
        self._paint_words(painter, frame)

    def _paint_words(self, painter: QPainter, frame: QRectF) -> None:
        font = self.font()
        font.setPointSizeF(max(6.5, font.pointSizeF() - 2))
        painter.setFont(font)
        painter.setPen(QColor(tokens().faint))
        inside = frame.adjusted(4, 2, -4, -2)
        right, middle = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
        painter.drawText(inside, right | Qt.AlignmentFlag.AlignVCenter, f"{_degrees(LIMIT_YAW)}°")
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignTop, f"{_degrees(LIMIT_PITCH)}°")
        if self._follows:
            bottom = middle | Qt.AlignmentFlag.AlignBottom
            painter.drawText(inside, bottom, self.tr("Looking at the camera"))

    def _paint_handle(self, painter: QPainter, eye: str) -> None:
        colours = tokens()
        at = self._place(eye)
        colour = QColor(colours.accent if eye == "both" else getattr(colours, eye))
        if self._follows or not self.isEnabled():
            colour = QColor(colours.faint)
        used = eye in ("both", self.active)
        if used and (self._dragging or self.hasFocus()):
            glow = QColor(colour)
            glow.setAlphaF(0.25)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(glow)
            painter.drawEllipse(at, 2 * _HANDLE, 2 * _HANDLE)
        painter.setPen(QPen(QColor(colours.field), 1.5))
        painter.setBrush(colour)
        radius = _HANDLE if eye == "both" else _HANDLE + 2
        painter.drawEllipse(at, radius, radius)
        if eye != "both":
            font = self.font()
            font.setPixelSize(10)
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(QColor(colours.field))
            box = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
            letter = self.tr("L") if eye == "left" else self.tr("R")
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)

    def _handles(self) -> tuple[str, ...]:
        if self._linked:
            return ("both",)
        return ("right", "left") if self.active == "left" else ("left", "right")

    def _place(self, eye: str) -> QPointF:
        return QPointF(*self.geometry_now.place(*self._of(eye)))

    def _of(self, eye: str) -> Gaze:
        if eye != "both":
            return self._gaze[eye]
        left, right = self._gaze["left"], self._gaze["right"]
        return (left[0] + right[0]) / 2, (left[1] + right[1]) / 2

    def _ask(self, yaw: float, pitch: float) -> None:
        eye = "both" if self._linked else self.active
        self.moved.emit(eye, yaw, pitch)

    def _step(self, arrow: tuple[int, int], held: Qt.KeyboardModifier) -> None:
        size = _STEP
        if held & Qt.KeyboardModifier.ShiftModifier:
            size *= 0.1
        elif held & Qt.KeyboardModifier.ControlModifier:
            size *= 5
        yaw, pitch = self._of("both" if self._linked else self.active)
        self._ask(*limited(yaw + size * arrow[0], pitch + size * arrow[1]))

    def _stop(self) -> None:
        self._pressed = None
        if self._dragging:
            self._dragging = False
            self.drag_ended.emit()
            self.update()


def _distance(a: QPointF, b: QPointF) -> float:
    return math.hypot(a.x() - b.x(), a.y() - b.y())


def _degrees(radians: float) -> int:
    return round(math.degrees(radians))
