"""Ruler, takes and keys over time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.session.timeline import Timeline
from studio.ui.timeline import edits
from studio.ui.timeline.playing import Playing
from studio.ui.timeline.tracks_paint import LABELS, ROW, RULER, Row, Scale, paint_tracks

_EDGE = 6.0
_NEAR = 6.0
_FRAME = 1.0 / 30.0
_LEAST_SECONDS = 5.0
_MARGIN = 1.08
_ZOOM = 1.0015


class Grip(Enum):
    """What the mouse holds."""

    TIME = "time"
    TAKE = "take"
    BEGIN = "begin"
    END = "end"
    KEY = "key"


@dataclass
class _Hold:
    grip: Grip
    name: str
    index: int
    pressed: float
    before: Timeline


class Tracks(QWidget):
    """Shows the timeline, takes the mouse and keys on it; every drag is one step.

    Take bars are moved by their middle and trimmed at their ends, keys are moved in time; the
    ruler moves the playhead.
    """

    menu_asked = Signal(str, QPoint)
    """A take's name, and where on the screen."""
    selected = Signal()

    def __init__(self, playing: Playing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing = playing
        self._hold: _Hold | None = None
        self._zoom = 1.0
        self.chosen_take: str | None = None
        self.chosen_key: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(
            self.tr("Left and right move the playhead, up and down choose a row, Delete removes")
        )
        playing.moved.connect(lambda _seconds: self.update())
        playing.channel_changed.connect(lambda _channel: self._forget_key())

    def refresh(self) -> None:
        """The timeline has changed."""
        names = [take.name for take in self._timeline.takes]
        if self.chosen_take not in names:
            self.chosen_take = None
        keys = self._timeline.curve(self._playing.channel).keys
        if self.chosen_key is not None and self.chosen_key >= len(keys):
            self.chosen_key = None
        self.updateGeometry()
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    @property
    def rows(self) -> list[Row]:
        """Takes, the upper layer first, then curves."""
        timeline = self._timeline
        takes = [Row(take.name, take, None) for take in reversed(timeline.takes)]
        return takes + [Row(curve.channel, None, curve) for curve in timeline.curves]

    @property
    def scale(self) -> Scale:
        """Where moments lie."""
        whole = max(self._timeline.duration, self._playing.seconds) * _MARGIN
        seconds = max(whole, _LEAST_SECONDS) / self._zoom
        middle = self._playing.seconds - 0.5 * seconds if self._zoom > 1.0 else 0.0
        return Scale(max(0.0, middle), max(self.width() - LABELS, 50) / seconds)

    def choose_take(self, name: str | None) -> None:
        """Select a take."""
        self.chosen_take, self.chosen_key = name, None
        self.selected.emit()
        self.update()

    def remove_chosen(self) -> None:
        """Remove the selected key, or else the selected take."""
        timeline, store = self._timeline, self._playing.store
        if self.chosen_key is not None:
            channel, index = self._playing.channel, self.chosen_key
            self.chosen_key = None
            store.change(self.tr("Delete key"), edits.without_key(timeline, channel, index))
        elif self.chosen_take is not None:
            name, self.chosen_take = self.chosen_take, None
            label = self.tr("Delete {0}").format(name)
            store.change(label, timeline.without_take(name))

    def sizeHint(self) -> QSize:
        return QSize(420, RULER + ROW * max(len(self.rows), 2) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        chosen = (self.chosen_take, self._playing.channel, self.chosen_key)
        playing = self._playing
        recorded = playing.began if playing.recording else None
        paint_tracks(self, self.rows, self.scale, self._timeline, playing.seconds, chosen, recorded)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place, timeline = event.position(), self._timeline
        grip, name, index = self._at(place)
        row = self._row_at(place)
        if row is not None and place.x() < LABELS and place.y() > RULER:
            self._press_label(row, place)
            return
        if row is not None:
            self._select(row, index if grip is Grip.KEY else None)
        self._hold = _Hold(grip, name, index, self.scale.seconds(place.x()), timeline)
        if grip is Grip.TIME:
            self._playing.seek(self._hold.pressed)
        else:
            self._playing.store.begin(self._label(grip, name))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hold, place = self._hold, event.position()
        if hold is None:
            self._show_cursor(place)
            return
        seconds = max(0.0, self.scale.seconds(place.x()))
        if hold.grip is Grip.TIME:
            self._playing.seek(seconds)
            return
        label = self._label(hold.grip, hold.name)
        self._playing.store.change(label, self._moved(hold, seconds))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._end(keep=True)

    def contextMenuEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        row = self._row_at(QPointF(event.pos()))
        if row is not None and row.take is not None:
            self.choose_take(row.name)
            self.menu_asked.emit(row.name, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        self._zoom = min(max(self._zoom * _ZOOM ** event.angleDelta().y(), 1.0), 40.0)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, seconds = event.key(), self._playing.seconds
        far = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        step = 1.0 if far else _FRAME
        does: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Left: lambda: self._playing.seek(seconds - step),
            Qt.Key.Key_Right: lambda: self._playing.seek(seconds + step),
            Qt.Key.Key_Up: lambda: self._step_row(-1),
            Qt.Key.Key_Down: lambda: self._step_row(1),
            Qt.Key.Key_Delete: self.remove_chosen,
            Qt.Key.Key_Backspace: self.remove_chosen,
            Qt.Key.Key_Escape: lambda: self._end(keep=False),
        }
        if key in does:
            does[key]()
        else:
            super().keyPressEvent(event)

    # What is where

    @property
    def _timeline(self) -> Timeline:
        return self._playing.timeline

    def _row_at(self, place: QPointF) -> Row | None:
        number = int((place.y() - RULER) // ROW)
        rows = self.rows
        return rows[number] if place.y() >= RULER and number < len(rows) else None

    def _at(self, place: QPointF) -> tuple[Grip, str, int]:
        row, scale = self._row_at(place), self.scale
        if row is None:
            return Grip.TIME, "", 0
        if row.curve is not None:
            for index, key in enumerate(row.curve.keys):
                if abs(scale.x(key.seconds) - place.x()) <= _NEAR:
                    return Grip.KEY, row.name, index
            return Grip.TIME, row.name, 0
        assert row.take is not None
        begin, end = scale.x(row.take.start), scale.x(row.take.end)
        if not begin - _EDGE <= place.x() <= end + _EDGE:
            return Grip.TIME, row.name, 0
        if place.x() <= begin + _EDGE:
            return Grip.BEGIN, row.name, 0
        # Only the end of a single run can be dragged: several end where their number says.
        if place.x() >= end - _EDGE and row.take.loops == 1:
            return Grip.END, row.name, 0
        return Grip.TAKE, row.name, 0

    def _moved(self, hold: _Hold, seconds: float) -> Timeline:
        before = hold.before
        if hold.grip is Grip.TAKE:
            start = before.take(hold.name).start + seconds - hold.pressed
            return edits.moved_take(before, hold.name, start)
        if hold.grip is Grip.BEGIN:
            return edits.trimmed_begin(before, hold.name, seconds)
        if hold.grip is Grip.END:
            return edits.trimmed_end(before, hold.name, seconds)
        value = before.curve(hold.name).keys[hold.index].value
        return edits.moved_key(before, hold.name, hold.index, seconds, value)

    def _label(self, grip: Grip, name: str) -> str:
        if grip is Grip.KEY:
            return self.tr("Move key")
        text = self.tr("Move {0}") if grip is Grip.TAKE else self.tr("Trim {0}")
        return text.format(name)

    def _end(self, *, keep: bool) -> None:
        hold, self._hold = self._hold, None
        if hold is not None and hold.grip is not Grip.TIME:
            self._playing.store.end(keep=keep)

    def _press_label(self, row: Row, place: QPointF) -> None:
        self._select(row, None)
        if row.take is not None and QRectF(0, 0, ROW, self.height()).contains(place):
            from dataclasses import replace

            take = replace(row.take, muted=not row.take.muted)
            label = self.tr("Mute {0}") if take.muted else self.tr("Unmute {0}")
            timeline = self._timeline.with_take_changed(row.name, take)
            self._playing.store.change(label.format(row.name), timeline)

    def _select(self, row: Row, index: int | None) -> None:
        if row.take is not None:
            self.choose_take(row.name)
            return
        self._playing.choose(row.name)
        self.chosen_take, self.chosen_key = None, index
        self.selected.emit()
        self.update()

    def _step_row(self, by: int) -> None:
        rows = self.rows
        if not rows:
            return
        now = [
            number
            for number, row in enumerate(rows)
            if row.name == (self.chosen_take or self._playing.channel)
        ]
        number = min(max(now[0] + by, 0), len(rows) - 1) if now else 0
        self._select(rows[number], None)

    def _forget_key(self) -> None:
        self.chosen_key = None
        self.update()

    def _show_cursor(self, place: QPointF) -> None:
        grip = self._at(place)[0] if place.x() >= LABELS else Grip.TIME
        shapes = {
            Grip.BEGIN: Qt.CursorShape.SplitHCursor,
            Grip.END: Qt.CursorShape.SplitHCursor,
            Grip.TAKE: Qt.CursorShape.OpenHandCursor,
            Grip.KEY: Qt.CursorShape.SizeHorCursor,
        }
        self.setCursor(shapes.get(grip, Qt.CursorShape.ArrowCursor))
