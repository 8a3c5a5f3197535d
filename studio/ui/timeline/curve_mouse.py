"""The mouse in the curve editor: keys are chosen, dragged and added; a click moves the playhead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from studio.ui.timeline.key_edits import KeyName
from studio.ui.timeline.key_selection import KeySelection
from studio.ui.timeline.playing import Playing
from studio.ui.timeline.time_view import TimeView

if TYPE_CHECKING:
    from studio.ui.timeline.curve_editor import CurveEditor

_NEAR = 9.0
_CLICK = 4.0
_MORE = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class CurveMouse:
    """Takes the plot's mouse events."""

    def __init__(
        self, editor: CurveEditor, playing: Playing, view: TimeView, selection: KeySelection
    ) -> None:
        self._editor, self._playing = editor, playing
        self._view, self._selection = view, selection
        self._pressed: QPointF | None = None
        self._held: KeyName | None = None

    @property
    def busy(self) -> bool:
        """Whether a button is down."""
        return self._pressed is not None

    def take(self, event: QMouseEvent) -> bool:
        """Handle an event; False for what is none of ours."""
        kind, place = event.type(), event.position()
        if kind == QEvent.Type.MouseButtonDblClick:
            self.cancel()
            self._editor.add_key(place)
        elif kind == QEvent.Type.MouseButtonPress:
            self._press(event)
        elif kind == QEvent.Type.MouseMove:
            self._move(place)
        elif kind == QEvent.Type.MouseButtonRelease:
            self._release(place)
        else:
            return False
        return True

    def cancel(self) -> None:
        """Take back what the drag did."""
        self._pressed = None
        self._editor.show_box(QRectF())
        self._selection.end_drag(keep=False)
        self._view.hold(False)

    def choose_at(self, place: QPointF) -> None:
        """Choose the key at a place, unless it is among those chosen."""
        key = self._key_at(place)
        if key is not None and key not in self._selection.keys:
            self._selection.choose({key})

    def _press(self, event: QMouseEvent) -> None:
        self._editor.widget.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed, self._held = event.position(), self._key_at(event.position())
        more = bool(event.modifiers() & _MORE)
        if self._held is not None:
            self._selection.press(self._held, more=more)
        elif not more:
            self._selection.choose(())

    def _move(self, place: QPointF) -> None:
        if self._pressed is None:
            return
        if self._held is None:
            box = QRectF(self._pressed, place).normalized()
            self._editor.show_box(box)
            self._selection.choose(self._editor.keys_in(box))
            return
        if not self._selection.dragging:
            near = (place - self._pressed).manhattanLength() < _CLICK
            if near or self._held not in self._selection.keys:
                return
            self._view.hold(True)
            self._selection.begin_drag()
        (begin, low), (end, high) = self._editor.at(self._pressed), self._editor.at(place)
        to = self._view.snapped(self._held[1] + end - begin)
        self._selection.drag(to - self._held[1], high - low)

    def _release(self, place: QPointF) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        self._editor.show_box(QRectF())
        self._selection.end_drag(keep=True)
        self._view.hold(False)
        if self._held is None and (place - pressed).manhattanLength() < _CLICK:
            self._playing.seek(self._view.snapped(self._editor.at(place)[0]))
        self._editor.refresh()

    def _key_at(self, place: QPointF) -> KeyName | None:
        channel = self._playing.channel
        keys = self._playing.timeline.curve(channel).keys
        near = {
            (place - self._editor.place_of(key.seconds, key.value)).manhattanLength(): key
            for key in keys
        }
        best = min(near, default=_NEAR + 1.0)
        return (channel, near[best].seconds) if best <= _NEAR else None
