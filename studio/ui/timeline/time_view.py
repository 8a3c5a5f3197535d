"""Which seconds of the timeline are seen; tracks and curves share it, so that they line up."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent

from studio.ui.timeline.playing import Playing

LABELS = 136
"""Pixels left of the timeline, for names and values."""
FRAME_RATE = 30
"""Frames a second to which keys, takes and playhead snap."""
_LEAST_SECONDS = 5.0
_MARGIN = 1.08
_CLOSEST = 40.0
_WHEEL = 1.0015


@dataclass(frozen=True)
class Scale:
    """Moments to pixels: ``first`` seconds stand right of the names."""

    first: float
    per_second: float

    def x(self, seconds: float) -> float:
        """Pixels of a moment."""
        return LABELS + (seconds - self.first) * self.per_second

    def seconds(self, x: float) -> float:
        """The moment at a place."""
        return self.first + (x - LABELS) / self.per_second


class TimeView(QObject):
    """The whole timeline until somebody zooms; then a part that follows the playhead.

    Attributes:
        snaps: whether what is dragged lands on frames.
        width: pixels of names and timeline together.
    """

    changed = Signal()

    def __init__(self, playing: Playing) -> None:
        super().__init__(playing)
        self._playing = playing
        self._zoom, self._first = 1.0, 0.0
        self._held: float | None = None
        self.snaps, self.width = True, 2 * LABELS
        playing.moved.connect(self._follow)

    @property
    def scale(self) -> Scale:
        """Where moments lie."""
        room = max(self.width - LABELS, 50)
        return Scale(self._first, room / self.seconds)

    @property
    def seconds(self) -> float:
        """How many are seen."""
        return self._whole / self._zoom

    def set_width(self, width: int) -> None:
        """Say how wide it is drawn."""
        if width != self.width:
            self.width = width
            self.changed.emit()

    def hold(self, on: bool) -> None:
        """Keep the scale while something is dragged: it would run away from the mouse."""
        self._held = self._length if on else None
        self.changed.emit()

    def zoom(self, factor: float, x: float) -> None:
        """Come nearer by a factor; the moment at ``x`` pixels stays there."""
        moment = self.scale.seconds(max(x, LABELS))
        self._zoom = min(max(self._zoom * factor, 1.0), _CLOSEST)
        self._go(moment - (max(x, LABELS) - LABELS) / self.scale.per_second)

    def pan(self, pixels: float) -> None:
        """Move by so many pixels."""
        self._go(self._first + pixels / self.scale.per_second)

    def wheel(self, event: QWheelEvent) -> bool:
        """Zoom with Ctrl, pan with Shift or sideways; False for a wheel that means neither."""
        turn, held = event.angleDelta(), event.modifiers()
        if held & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_WHEEL ** turn.y(), event.position().x())
        elif held & Qt.KeyboardModifier.ShiftModifier or turn.x():
            self.pan(-(turn.x() or turn.y()))
        else:
            return False
        return True

    def fit(self) -> None:
        """Show the whole again."""
        self._zoom = 1.0
        self._go(0.0)

    def snapped(self, seconds: float) -> float:
        """The nearest frame, not before 0; the moment itself while nothing snaps."""
        moment = max(0.0, seconds)
        return round(moment * FRAME_RATE) / FRAME_RATE if self.snaps else moment

    @property
    def _length(self) -> float:
        whole = max(self._playing.timeline.duration, self._playing.seconds)
        return max(whole * _MARGIN, _LEAST_SECONDS)

    @property
    def _whole(self) -> float:
        return self._length if self._held is None else self._held

    def _go(self, first: float) -> None:
        self._first = min(max(first, 0.0), max(self._whole - self.seconds, 0.0))
        self.changed.emit()

    def _follow(self, seconds: float) -> None:
        """Turn the page when the playhead leaves it."""
        if not self._first <= seconds <= self._first + self.seconds:
            self._go(seconds - 0.1 * self.seconds)
