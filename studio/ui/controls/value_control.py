"""What bars and dials have in common: drag, keys, wheel, typing, reset."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from studio.ui.controls.inline_editor import InlineEditor
from studio.ui.controls.span import Span

_THRESHOLD = 2.0
"""Pixels that the mouse moves before a press becomes a drag."""
_FINE = 0.1
_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}

_OWN_KEYS = (
    *_STEPS,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
)


class ValueControl(QAbstractSlider):
    """A number that is dragged, typed, stepped by keys and wheel, and reset by a double click.

    It never changes what it shows by itself: it asks through ``edited`` and is told the outcome
    through ``show_amount``. A drag is framed by ``drag_began`` and ``drag_ended`` (or
    ``drag_cancelled`` by Escape).
    """

    drag_began = Signal()
    drag_ended = Signal()
    drag_cancelled = Signal()
    edited = Signal(float)
    reset_asked = Signal()

    def __init__(self, span: Span, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.span = span
        self._amount = span.rest
        self._pressed: QPointF | None = None
        self._dragging = False
        self._raw = 0.0
        self._editor: InlineEditor | None = None
        self.live = False
        # The integer slider underneath is what assistive technology reads: per cent or degrees.
        self._scale = 100 if span.decimals >= 2 else 1
        self.setRange(round(self._scale * span.low), round(self._scale * span.high))
        self.setValue(round(self._scale * self._amount))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(name)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    @property
    def amount(self) -> float:
        """The number shown."""
        return self._amount

    @property
    def dragging(self) -> bool:
        """Whether the mouse holds it."""
        return self._dragging

    @property
    def editor(self) -> InlineEditor | None:
        """The field that is typed in, while there is one."""
        return self._editor

    def show_amount(self, amount: float) -> None:
        """Show a number; asks for nothing."""
        if amount == self._amount:
            return
        self._amount = amount
        self.setValue(round(self._scale * amount))
        self.update()

    def show_live(self, live: bool) -> None:
        """Tint it: the number is what a performer or the timeline does just now."""
        if live != self.live:
            self.live = live
            self.update()

    def per_pixel(self) -> float:
        """How much a pixel of dragging changes the number."""
        return (self.span.high - self.span.low) / max(self.width(), 1)

    def along(self, moved: QPointF) -> float:
        """Pixels of a mouse movement that count, towards larger numbers."""
        return moved.x()

    def editor_box(self) -> QRect:
        """Where the field for typing lies."""
        return self.rect()

    def edit(self, text: str | None = None) -> None:
        """Open the field for typing, with ``text`` or the number selected in it."""
        if self._editor is not None:
            return
        self._editor = InlineEditor(self.span.number(self._amount), text, self)
        self._editor.setAccessibleName(self.accessibleName())
        self._editor.accepted.connect(self._typed)
        self._editor.closed.connect(self._editor_closed)
        self._editor.open_in(self.editor_box())

    def stop_drag(self) -> None:
        """End a drag as if the button had been released."""
        self._pressed = None
        if self._dragging:
            self._dragging = False
            self.drag_ended.emit()
            self.update()

    def _typed(self, text: str) -> None:
        value = self.span.parse(text)
        if value is not None and value != self._amount:
            self.edited.emit(value)

    def _editor_closed(self) -> None:
        self._editor = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._raw = self._amount
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        moved = event.position() - self._pressed
        if not self._dragging:
            if moved.manhattanLength() < _THRESHOLD:
                return
            self._dragging = True
            self.drag_began.emit()
        self._pressed = event.position()
        held = event.modifiers()
        fine = _FINE if held & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._raw += self.along(moved) * self.per_pixel() * fine
        low, high = min(self.span.low, self._amount), max(self.span.high, self._amount)
        self._raw = min(max(self._raw, low), high)
        value = self._raw
        if held & Qt.KeyboardModifier.ControlModifier:
            coarse = 10 * self.span.step
            value = round(value / coarse) * coarse
        value = self.span.moved(self._amount, value - self._amount)
        if value != self._amount:
            self.edited.emit(value)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.stop_drag()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = None
            self.reset_asked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120.0
        if not self.hasFocus() or not notches:
            # Without focus the wheel scrolls the panel.
            event.ignore()
            return
        self._step_by(notches, event.modifiers())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = Qt.Key(event.key()), event.text()
        if key == Qt.Key.Key_Escape and self._dragging:
            self._pressed, self._dragging = None, False
            self.drag_cancelled.emit()
            self.update()
        elif key in _STEPS:
            self._step_by(_STEPS[key], event.modifiers())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._ask(self.span.low if key == Qt.Key.Key_Home else self.span.high)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.reset_asked.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit()
        elif len(text) == 1 and text in "0123456789.,-" and not self._with_command(event):
            self.edit(text)
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # These belong to the control that has the focus, not to the window's shortcuts.
            typed = event.text() in tuple("0123456789.,-") and not self._with_command(event)
            stop = self._dragging and event.key() == Qt.Key.Key_Escape
            if typed or stop or event.key() in _OWN_KEYS:
                event.accept()
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop_drag()
        super().hideEvent(event)

    def _step_by(self, steps: float, held: Qt.KeyboardModifier) -> None:
        size = self.span.step
        if held & Qt.KeyboardModifier.ShiftModifier and not self.span.whole:
            size *= _FINE
        elif held & Qt.KeyboardModifier.ControlModifier:
            size *= 10
        self._ask(self.span.moved(self._amount, steps * size))

    def _ask(self, value: float) -> None:
        if value != self._amount:
            self.edited.emit(value)

    @staticmethod
    def _with_command(event: QKeyEvent) -> bool:
        commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        return bool(event.modifiers() & commands)
