"""What lies where in the tracks, and what a drag of it does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt

from studio.session.timeline import Timeline
from studio.ui.timeline import edits
from studio.ui.timeline.key_edits import Keys
from studio.ui.timeline.time_view import LABELS, Scale, TimeView
from studio.ui.timeline.tracks_paint import ROW, RULER, Row

_EDGE = 6.0
_NEAR = 6.0


class Grip(Enum):
    """What the mouse holds."""

    TIME = "time"
    BOX = "box"
    TAKE = "take"
    BEGIN = "begin"
    END = "end"
    KEY = "key"


CURSORS = {
    Grip.BEGIN: Qt.CursorShape.SplitHCursor,
    Grip.END: Qt.CursorShape.SplitHCursor,
    Grip.TAKE: Qt.CursorShape.OpenHandCursor,
    Grip.KEY: Qt.CursorShape.SizeHorCursor,
}


@dataclass
class Hold:
    """A drag.

    Attributes:
        grip, row: what was pressed; seconds: the key's or the pressed moment.
        place: where; before: the timeline then.
    """

    grip: Grip
    row: Row | None
    seconds: float
    place: QPointF
    before: Timeline


def row_at(rows: list[Row], y: float) -> Row | None:
    """The row at a height."""
    number = int((y - RULER) // ROW)
    return rows[number] if y >= RULER and number < len(rows) else None


def grip_at(row: Row | None, x: float, scale: Scale) -> tuple[Grip, float]:
    """What of a row lies at a place, and the moment: the key's, if it is one."""
    seconds = scale.seconds(x)
    if row is None:
        return Grip.BOX, seconds
    if row.curve is not None:
        near = [key for key in row.curve.keys if abs(scale.x(key.seconds) - x) <= _NEAR]
        if near:
            return Grip.KEY, min(near, key=lambda key: abs(key.seconds - seconds)).seconds
        return Grip.BOX, seconds
    assert row.take is not None
    begin, end = scale.x(row.take.start), scale.x(row.take.end)
    if not begin - _EDGE <= x <= end + _EDGE:
        return Grip.BOX, seconds
    if x <= begin + _EDGE:
        return Grip.BEGIN, seconds
    # Only the end of a single run can be dragged: several end where their number says.
    if x >= end - _EDGE and row.take.loops == 1:
        return Grip.END, seconds
    return Grip.TAKE, seconds


def moved(hold: Hold, seconds: float, view: TimeView) -> Timeline:
    """The timeline with the take that is held as the mouse at ``seconds`` has it."""
    assert hold.row is not None
    before, name = hold.before, hold.row.name
    if hold.grip is Grip.TAKE:
        start = before.take(name).start + seconds - hold.seconds
        return edits.moved_take(before, name, view.snapped(start))
    if hold.grip is Grip.BEGIN:
        return edits.trimmed_begin(before, name, view.snapped(seconds))
    return edits.trimmed_end(before, name, view.snapped(seconds))


def keys_in(box: QRectF, rows: list[Row], scale: Scale) -> Keys:
    """The keys within a box of pixels."""
    return frozenset(
        (row.name, key.seconds)
        for number, row in enumerate(rows)
        if row.curve is not None
        for key in row.curve.keys
        if box.contains(QPointF(max(scale.x(key.seconds), LABELS), RULER + ROW * (number + 0.5)))
    )
