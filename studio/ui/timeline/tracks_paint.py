"""How the tracks look."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.session.curves import Curve
from studio.session.pose_parts import PARTS
from studio.session.takes import Take
from studio.session.timeline import Timeline
from studio.ui.icons import icon
from studio.ui.theme import tokens
from studio.ui.timeline.channel_names import channel_names
from studio.ui.timeline.key_edits import Keys
from studio.ui.timeline.time_view import LABELS, Scale
from studio.ui.tokens import Tokens

RULER, ROW = 24, 26
"""Pixels: heights of the ruler and of a row."""
_ICON = 14
_KEY = 5.0
_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0)
_TICK_ROOM = 56.0


@dataclass(frozen=True)
class Row:
    """A take or a curve."""

    name: str
    take: Take | None
    curve: Curve | None

    @classmethod
    def all_of(cls, timeline: Timeline) -> list[Row]:
        """Takes, the upper layer first, then curves."""
        takes = [cls(take.name, take, None) for take in reversed(timeline.takes)]
        return takes + [cls(curve.channel, None, curve) for curve in timeline.curves]


@dataclass(frozen=True)
class Shown:
    """What is drawn.

    Attributes:
        rows, scale, timeline, playhead: what there is, and where.
        take, channel, keys: what is chosen.
        recorded: where a take begins that is not over yet.
        box: within which keys are chosen just now. top: where the ruler is, pixels.
    """

    rows: list[Row]
    scale: Scale
    timeline: Timeline
    playhead: float
    take: str | None
    channel: str
    keys: Keys
    recorded: float | None
    box: QRectF
    top: int


def clock_text(seconds: float, decimals: int = 0) -> str:
    """``1:05`` or ``1:05.2``."""
    whole = round(seconds, decimals)
    minutes = int(whole // 60)
    width = 2 if decimals == 0 else 3 + decimals
    return f"{minutes}:{whole - 60 * minutes:0{width}.{decimals}f}"


def tick_step(scale: Scale) -> float:
    """Seconds between the lines of the ruler."""
    fitting = (tick for tick in _TICKS if tick * scale.per_second >= _TICK_ROOM)
    return next(fitting, _TICKS[-1])


def paint_tracks(widget: QWidget, shown: Shown) -> None:
    """Draw ruler, rows and playhead."""
    colours = tokens()
    with QPainter(widget) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height, scale = widget.width(), widget.height(), shown.scale
        painter.fillRect(widget.rect(), QColor(colours.field))
        painter.fillRect(0, 0, LABELS, height, QColor(colours.panel))
        lines = [x for x, _ in _ticks(scale, width)]
        painter.setPen(QPen(QColor(colours.line), 1.0))
        for x in lines:
            painter.drawLine(QPointF(x, RULER), QPointF(x, height))
        for number, row in enumerate(shown.rows):
            box = QRectF(0, RULER + ROW * number, width, ROW)
            _paint_row(painter, row, box, shown, colours)
        if not shown.rows and shown.recorded is None:
            painter.setPen(QColor(colours.faint))
            place = QRectF(LABELS, RULER, width - LABELS, height - RULER)
            text = widget.tr("Record a take, import a motion file, or set a key.")
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        _paint_ruler(painter, shown, width, colours)
        painter.setPen(QColor(colours.line))
        painter.drawLine(LABELS, 0, LABELS, height)
        _paint_playhead(painter, scale.x(shown.playhead), shown.top, height, colours)
        if not shown.box.isEmpty():
            fill = QColor(colours.accent)
            fill.setAlphaF(0.15)
            painter.setPen(QColor(colours.accent))
            painter.setBrush(fill)
            painter.drawRect(shown.box)
        if widget.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colours.accent))
            painter.drawRect(QRectF(widget.visibleRegion().boundingRect()).adjusted(0, 0, -1, -1))


def _ticks(scale: Scale, right: float) -> Iterator[tuple[float, str]]:
    step = tick_step(scale)
    number = math.ceil(scale.first / step - 1e-9)
    while (x := scale.x(number * step)) < right:
        yield x, clock_text(number * step, 0 if step >= 1.0 else 1)
        number += 1


def _paint_ruler(painter: QPainter, shown: Shown, width: int, colours: Tokens) -> None:
    top, scale, timeline = shown.top, shown.scale, shown.timeline
    painter.fillRect(0, top, width, RULER, QColor(colours.panel))
    painter.setClipRect(LABELS, 0, width - LABELS, top + RULER)
    if timeline.loop is not None:
        first, last = (scale.x(moment) for moment in timeline.loop)
        shade = QColor(colours.accent)
        shade.setAlphaF(0.35)
        painter.fillRect(QRectF(first, top + RULER - 4, last - first, 4), shade)
    for x, text in _ticks(scale, width):
        painter.setPen(QPen(QColor(colours.line), 1.0))
        painter.drawLine(QPointF(x, top + RULER - 6), QPointF(x, top + RULER))
        painter.setPen(QColor(colours.dim))
        painter.drawText(QPointF(x + 4, top + RULER - 8), text)
    if shown.recorded is not None:
        begin = scale.x(shown.recorded)
        bar = QRectF(begin, top + RULER - 4, scale.x(shown.playhead) - begin, 4)
        painter.fillRect(bar, QColor(colours.danger))
    painter.setClipping(False)
    painter.setPen(QColor(colours.line))
    painter.drawLine(0, top + RULER, width, top + RULER)


def _paint_row(painter: QPainter, row: Row, box: QRectF, shown: Shown, colours: Tokens) -> None:
    scale = shown.scale
    is_chosen = row.name == (shown.take if row.take is not None else shown.channel)
    if is_chosen:
        painter.fillRect(QRectF(0, box.top(), LABELS, box.height()), QColor(colours.hover))
    muted = row.take is not None and row.take.muted
    glyph = "ph.eye-slash" if muted else "ph.eye"
    if row.curve is not None:
        glyph = "ph.diamond"
    mark = QRectF(6, box.center().y() - _ICON / 2, _ICON, _ICON).toRect()
    icon(glyph, "faint" if muted or row.curve is not None else "dim").paint(painter, mark)
    painter.setPen(QColor(colours.faint if muted else colours.text if is_chosen else colours.dim))
    name = row.name if row.curve is None else channel_names()[row.name]
    room = QRectF(ROW, box.top(), LABELS - ROW - 6, box.height())
    middle = Qt.AlignmentFlag.AlignVCenter
    elided = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, middle, elided)
    painter.save()
    painter.setClipRect(QRectF(LABELS, box.top(), box.width() - LABELS, box.height()))
    if row.take is not None:
        _paint_take(painter, row.take, box, scale, is_chosen, colours)
    elif row.curve is not None:
        _paint_keys(painter, row.curve, box, scale, shown.keys, colours)
    painter.restore()
    painter.setPen(QColor(colours.line))
    painter.drawLine(box.bottomLeft(), box.bottomRight())


def _paint_take(
    painter: QPainter, take: Take, box: QRectF, scale: Scale, is_chosen: bool, colours: Tokens
) -> None:
    left, right = scale.x(take.start), scale.x(take.end)
    bar = QRectF(left, box.top() + 3, max(right - left, 2.0), box.height() - 6)
    fill = QColor(colours.faint if take.muted else colours.accent)
    fill.setAlphaF(0.25 if take.muted else 0.35 + 0.35 * take.weight)
    painter.setPen(QPen(QColor(colours.text if is_chosen else colours.accent), 1.0))
    painter.setBrush(fill)
    painter.drawRoundedRect(bar, 4, 4)
    for run in range(1, take.loops):
        x = scale.x(take.start + run * take.length)
        painter.drawLine(QPointF(x, bar.top()), QPointF(x, bar.bottom()))
    painter.setPen(QColor(colours.text))
    whole = len(take.parts) == len(PARTS)
    text = clock_text(take.length, 1)
    if not whole:
        text += f"  ·  {', '.join(part for part in PARTS if part in take.parts)}"
    if take.weight < 1.0:
        text += f"  ·  {100 * take.weight:.0f} %"
    room = bar.adjusted(8, 0, -6, 0)
    elided = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, max(int(room.width()), 0)
    )
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, elided)


def _paint_keys(
    painter: QPainter, curve: Curve, box: QRectF, scale: Scale, chosen: Keys, colours: Tokens
) -> None:
    middle = box.center().y()
    line = QColor(colours.strong_line)
    painter.setPen(QPen(line, 2.0))
    first, last = scale.x(curve.keys[0].seconds), scale.x(curve.keys[-1].seconds)
    painter.drawLine(QPointF(first, middle), QPointF(last, middle))
    for key in curve.keys:
        x, on = scale.x(key.seconds), (curve.channel, key.seconds) in chosen
        size = _KEY + (1.0 if on else 0.0)
        diamond = QPolygonF(
            [QPointF(x - size, middle), QPointF(x, middle - size)]
            + [QPointF(x + size, middle), QPointF(x, middle + size)]
        )
        painter.setPen(QPen(QColor(colours.field), 1.0))
        painter.setBrush(QColor(colours.warning if on else colours.accent_text))
        painter.drawPolygon(diamond)


def _paint_playhead(painter: QPainter, x: float, top: int, height: int, colours: Tokens) -> None:
    if x < LABELS - 1:
        return
    painter.setPen(QPen(QColor(colours.danger), 1.5))
    painter.drawLine(QPointF(x, top + RULER - 8), QPointF(x, height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.danger))
    tip = top + RULER - 6
    head = [QPointF(x - 5, tip - 8), QPointF(x + 5, tip - 8), QPointF(x, tip)]
    painter.drawPolygon(QPolygonF(head))
