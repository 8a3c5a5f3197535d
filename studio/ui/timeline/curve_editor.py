"""The curve of one channel: keys are dragged, added and removed."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.session.timeline import Timeline
from studio.ui.theme import tokens
from studio.ui.timeline import edits
from studio.ui.timeline.channel_names import channel_names, channel_span
from studio.ui.timeline.playing import Playing

_NEAR = 9.0
_POINTS = 240
_LEAST_SECONDS = 5.0
_MARGIN = 1.08
_SIZE = 9


class CurveEditor(QWidget):
    """Shows the chosen channel. Made once pyqtgraph is loaded.

    Double click adds a key, a drag moves one (one step), Delete removes the chosen one; a press
    elsewhere moves the playhead.
    """

    selected = Signal()
    """Another key is chosen, or none."""

    def __init__(self, playing: Playing, parent: QWidget | None = None) -> None:
        import pyqtgraph

        super().__init__(parent)
        self._graph, self._playing = pyqtgraph, playing
        self._held: tuple[int, Timeline] | None = None
        self._seeking = False
        self.chosen: int | None = None
        self.widget = pyqtgraph.PlotWidget()
        self.widget.setMouseEnabled(x=False, y=False)
        self.widget.setMenuEnabled(False)
        self.widget.hideButtons()
        self.widget.setAccessibleName(self.tr("Curve"))
        self.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._line = self.widget.plot(antialias=True)
        self._keys = pyqtgraph.ScatterPlotItem(symbol="d", size=_SIZE)
        self.widget.addItem(self._keys)
        self._playhead = self.widget.addLine(x=0.0)
        self.widget.viewport().installEventFilter(self)
        self.widget.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        playing.moved.connect(lambda seconds: self._playhead.setValue(seconds))
        playing.channel_changed.connect(lambda _channel: self.choose(None))
        self._paint()
        self.refresh()

    def refresh(self) -> None:
        """Draw the curve anew."""
        timeline, channel = self._playing.timeline, self._playing.channel
        keys = timeline.curve(channel).keys
        if self.chosen is not None and self.chosen >= len(keys):
            self.chosen = None
        if self._held is None:
            self._fit(timeline)
        colours = tokens()
        if keys:
            first, last = self.widget.viewRange()[0]
            even = np.linspace(first, last, _POINTS)
            moments = np.unique([*even, *(key.seconds for key in keys)])
            curve = timeline.curve(channel)
            self._line.setData(moments, [curve.at(moment) for moment in moments])
        else:
            self._line.setData([], [])
        fills = [
            QColor(colours.warning if number == self.chosen else colours.accent_text)
            for number in range(len(keys))
        ]
        self._keys.setData(
            [key.seconds for key in keys], [key.value for key in keys], brush=fills or None
        )
        self._playhead.setValue(self._playing.seconds)
        self.widget.setAccessibleDescription(
            self.tr("{0}, {1} keys").format(channel_names()[channel], len(keys))
        )

    def choose(self, index: int | None) -> None:
        """Choose a key."""
        self.chosen = index
        self.refresh()
        self.selected.emit()

    def remove_chosen(self) -> None:
        """Remove the chosen key."""
        if self.chosen is None:
            return
        index, self.chosen = self.chosen, None
        timeline = edits.without_key(self._playing.timeline, self._playing.channel, index)
        self._playing.store.change(self.tr("Delete key"), timeline)
        self.selected.emit()

    def place_of(self, seconds: float, value: float) -> QPointF:
        """Where a moment and value are, in pixels of the plot."""
        point = self._box.mapViewToScene(QPointF(seconds, value))
        return QPointF(self.widget.mapFromScene(point))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Mouse and keys of the plot."""
        kind = event.type()
        if isinstance(event, QMouseEvent) and watched is self.widget.viewport():
            if kind == QEvent.Type.MouseButtonDblClick:
                self._add(event.position())
                return True
            if kind == QEvent.Type.MouseButtonPress:
                self._press(event)
                return True
            if kind == QEvent.Type.MouseMove:
                self._move(event.position())
                return True
            if kind == QEvent.Type.MouseButtonRelease:
                self._release(keep=True)
                return True
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self.remove_chosen()
                return True
            if event.key() == Qt.Key.Key_Escape and self._held is not None:
                self._release(keep=False)
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_playhead"):
            self._paint()
            self.refresh()

    @property
    def _box(self) -> Any:
        return self.widget.getViewBox()

    def _at(self, place: QPointF) -> tuple[float, float]:
        """Seconds and value at a place."""
        point = self._box.mapSceneToView(self.widget.mapToScene(place.toPoint()))
        return float(point.x()), float(point.y())

    def _near(self, place: QPointF) -> int | None:
        keys = self._playing.timeline.curve(self._playing.channel).keys
        gaps = [(place - self.place_of(key.seconds, key.value)).manhattanLength() for key in keys]
        best = int(np.argmin(gaps)) if gaps else 0
        return best if gaps and gaps[best] <= _NEAR else None

    def _press(self, event: QMouseEvent) -> None:
        self.widget.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self._near(event.position())
        self.choose(index)
        if index is None:
            self._seeking = True
            self._playing.seek(self._at(event.position())[0])
            return
        self._held = index, self._playing.timeline
        self._playing.store.begin(self.tr("Move key"))

    def _move(self, place: QPointF) -> None:
        seconds, value = self._at(place)
        if self._seeking:
            self._playing.seek(seconds)
        elif self._held is not None:
            index, before = self._held
            moved = edits.moved_key(before, self._playing.channel, index, seconds, value)
            self._playing.store.change(self.tr("Move key"), moved)

    def _release(self, *, keep: bool) -> None:
        self._seeking = False
        if self._held is not None:
            self._held = None
            self._playing.store.end(keep=keep)
            self.refresh()

    def _add(self, place: QPointF) -> None:
        seconds, value = self._at(place)
        channel = self._playing.channel
        timeline = edits.with_key(self._playing.timeline, channel, seconds, value)
        self._playing.store.change(self.tr("Set key"), timeline)
        self.choose(self._near(place))

    def _fit(self, timeline: Timeline) -> None:
        keys = timeline.curve(self._playing.channel).keys
        span = channel_span(self._playing.channel)
        values = [span.low, span.high, *(key.value for key in keys)]
        self.widget.setYRange(min(values), max(values), padding=0.1)
        seconds = max(timeline.duration * _MARGIN, _LEAST_SECONDS)
        self.widget.setXRange(0.0, seconds, padding=0.01)

    def _paint(self) -> None:
        colours, pen = tokens(), self._graph.mkPen
        self.widget.setBackground(QColor(colours.field))
        for name in ("bottom", "left"):
            axis = self.widget.getAxis(name)
            axis.setPen(QColor(colours.strong_line))
            axis.setTextPen(QColor(colours.dim))
        self._line.setPen(pen(QColor(colours.accent_text), width=1))
        self._keys.setPen(pen(QColor(colours.field)))
        self._playhead.setPen(pen(QColor(colours.danger), width=1))
