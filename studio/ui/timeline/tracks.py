"""Ruler, takes and keys over time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.session.timeline import Timeline
from studio.ui.timeline import edits
from studio.ui.timeline.key_keys import is_claimed, key_command
from studio.ui.timeline.key_selection import KeySelection
from studio.ui.timeline.playing import Playing
from studio.ui.timeline.time_view import FRAME_RATE, LABELS, TimeView
from studio.ui.timeline.tracks_grip import (
    CURSORS,
    Grip,
    Hold,
    grip_at,
    keys_in,
    moved,
    row_at,
)
from studio.ui.timeline.tracks_paint import ROW, RULER, Row, Shown, paint_tracks

_CLICK = 4.0
"""Pixels up to which a press and its release are a click."""
_MORE = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Tracks(QWidget):
    """Shows the timeline, takes the mouse and keys on it; every drag is one step.

    Take bars are moved by their middle and trimmed at their ends, keys are moved in time; the
    ruler moves the playhead, a box drawn elsewhere chooses keys.
    """

    menu_asked = Signal(str, QPoint)
    """A take's name, and where on the screen."""
    keys_menu_asked = Signal(QPoint)

    def __init__(
        self,
        playing: Playing,
        view: TimeView,
        selection: KeySelection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._playing, self._view, self._selection = playing, view, selection
        self._hold: Hold | None = None
        self._box = QRectF()
        self.chosen_take: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(
            self.tr("Left and right move the playhead, up and down choose a row, Delete removes")
        )
        playing.moved.connect(lambda _seconds: self.update())
        playing.channel_changed.connect(lambda _channel: self.update())
        view.changed.connect(self.update)
        selection.changed.connect(self._on_selection)

    def refresh(self) -> None:
        """Show the timeline anew."""
        if self.chosen_take not in {take.name for take in self._timeline.takes}:
            self.chosen_take = None
        self.updateGeometry()
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    @property
    def rows(self) -> list[Row]:
        """What lies below each other."""
        return Row.all_of(self._timeline)

    def choose_take(self, name: str | None) -> None:
        """Select a take."""
        self.chosen_take = name
        if name is not None:
            self._selection.choose(())
        self.update()

    def remove_chosen(self) -> None:
        """Remove the selected keys, or else the selected take."""
        if self._selection.keys:
            self._selection.remove()
        elif self.chosen_take is not None:
            name, self.chosen_take = self.chosen_take, None
            label = self.tr("Delete {0}").format(name)
            self._playing.store.change(label, self._timeline.without_take(name))

    def sizeHint(self) -> QSize:
        return QSize(420, RULER + ROW * max(len(self.rows), 1) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._view.set_width(event.size().width())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        playing = self._playing
        shown = Shown(
            rows=self.rows,
            scale=self._view.scale,
            timeline=self._timeline,
            playhead=playing.seconds,
            take=self.chosen_take,
            channel=playing.channel,
            keys=self._selection.keys,
            recorded=playing.began if playing.recording else None,
            box=self._box,
            top=self._top,
        )
        paint_tracks(self, shown)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = event.position()
        row = self._row_at(place)
        if row is not None and place.x() < LABELS:
            self._press_label(row, place)
            return
        grip, seconds = grip_at(row, place.x(), self._view.scale)
        if place.y() < self._top + RULER:
            grip, row = Grip.TIME, None
        more = bool(event.modifiers() & _MORE)
        self._hold = Hold(grip, row, seconds, place, self._timeline)
        if grip is Grip.TIME:
            self._playing.seek(self._view.snapped(seconds))
        elif grip is Grip.KEY and row is not None:
            self.choose_take(None)
            self._selection.press((row.name, seconds), more=more)
            self._playing.choose(row.name)
        elif grip is Grip.BOX:
            if not more:
                self._selection.choose(())
            if row is not None:
                self._select(row)
        elif row is not None:
            self._select(row)
            self._view.hold(True)
            self._playing.store.begin(self._label(grip, row.name))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hold, place = self._hold, event.position()
        if hold is None:
            self._show_cursor(place)
            return
        seconds = max(0.0, self._view.scale.seconds(place.x()))
        if hold.grip is Grip.TIME:
            self._playing.seek(self._view.snapped(seconds))
        elif hold.grip is Grip.BOX:
            self._box = QRectF(hold.place, place).normalized()
            self._selection.choose(keys_in(self._box, self.rows, self._view.scale))
            self.update()
        elif hold.grip is Grip.KEY:
            if self._selection.dragging or abs(place.x() - hold.place.x()) >= _CLICK:
                self._drag_keys(hold, seconds)
        elif hold.row is not None:
            label = self._label(hold.grip, hold.row.name)
            self._playing.store.change(label, moved(hold, seconds, self._view))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        hold = self._hold
        if hold is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._end(keep=True)
        if hold.grip is Grip.BOX and (event.position() - hold.place).manhattanLength() < _CLICK:
            self._playing.seek(self._view.snapped(hold.seconds))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = QPointF(event.pos())
        row = self._row_at(place)
        if row is not None and row.take is not None:
            self._select(row)
            self.menu_asked.emit(row.name, event.globalPos())
        elif row is not None:
            grip, seconds = grip_at(row, place.x(), self._view.scale)
            if grip is Grip.KEY and (row.name, seconds) not in self._selection.keys:
                self._selection.choose({(row.name, seconds)})
            self._select(row)
            self.keys_menu_asked.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._view.wheel(event):
            event.ignore()

    # Keys

    def event(self, event: QEvent) -> bool:
        """Keys that mean keyframes are not taken for the window's shortcuts."""
        return is_claimed(self._selection, event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = key_command(self._selection, event)
        key, seconds = event.key(), self._playing.seconds
        far = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        step = 1.0 if far else 1.0 / FRAME_RATE
        does: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Left: lambda: self._playing.seek(seconds - step),
            Qt.Key.Key_Right: lambda: self._playing.seek(seconds + step),
            Qt.Key.Key_Up: lambda: self._step_row(-1),
            Qt.Key.Key_Down: lambda: self._step_row(1),
            Qt.Key.Key_Delete: self.remove_chosen,
            Qt.Key.Key_Backspace: self.remove_chosen,
            Qt.Key.Key_Escape: lambda: self._end(keep=False),
        }
        if command is not None:
            command()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._selection.choose_all()
        elif key in does:
            does[key]()
        else:
            super().keyPressEvent(event)

    # What is where

    @property
    def _timeline(self) -> Timeline:
        return self._playing.timeline

    @property
    def _top(self) -> int:
        """Where the ruler is: above what is scrolled."""
        return max(self.visibleRegion().boundingRect().top(), 0)

    def _row_at(self, place: QPointF) -> Row | None:
        return None if place.y() < self._top + RULER else row_at(self.rows, place.y())

    def _drag_keys(self, hold: Hold, seconds: float) -> None:
        if not self._selection.dragging:
            self._view.hold(True)
            self._selection.begin_drag()
        to = self._view.snapped(hold.seconds + seconds - self._view.scale.seconds(hold.place.x()))
        self._selection.drag(to - hold.seconds)

    def _label(self, grip: Grip, name: str) -> str:
        return (self.tr("Move {0}") if grip is Grip.TAKE else self.tr("Trim {0}")).format(name)

    def _end(self, *, keep: bool) -> None:
        hold, self._hold, self._box = self._hold, None, QRectF()
        self._view.hold(False)
        self.update()
        if hold is not None and hold.grip in (Grip.TAKE, Grip.BEGIN, Grip.END):
            self._playing.store.end(keep=keep)
        elif hold is not None and hold.grip is Grip.KEY:
            self._selection.end_drag(keep=keep)

    def _press_label(self, row: Row, place: QPointF) -> None:
        self._select(row)
        if row.curve is not None:
            self._selection.choose_all(row.name)
        elif row.take is not None and place.x() < ROW:
            label = self.tr("Unmute {0}") if row.take.muted else self.tr("Mute {0}")
            timeline = edits.with_mute_toggled(self._timeline, row.name)
            self._playing.store.change(label.format(row.name), timeline)

    def _select(self, row: Row) -> None:
        if row.take is not None:
            self.choose_take(row.name)
        else:
            self._playing.choose(row.name)
            self.choose_take(None)

    def _step_row(self, by: int) -> None:
        rows, current = self.rows, self.chosen_take or self._playing.channel
        now = next((number for number, row in enumerate(rows) if row.name == current), -by)
        if rows:
            self._select(rows[min(max(now + by, 0), len(rows) - 1)])

    def _on_selection(self) -> None:
        if self._selection.keys:
            self.chosen_take = None
        self.update()

    def _show_cursor(self, place: QPointF) -> None:
        row = self._row_at(place)
        inside = place.x() >= LABELS and place.y() >= self._top + RULER
        grip = grip_at(row, place.x(), self._view.scale)[0] if inside else Grip.TIME
        self.setCursor(CURSORS.get(grip, Qt.CursorShape.ArrowCursor))
