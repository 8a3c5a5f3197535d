"""The curve of one channel over what takes do to it; its keys are dragged, added and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.session.sampled import without_curve
from studio.ui.theme import tokens
from studio.ui.timeline.channel_names import channel_names, channel_span
from studio.ui.timeline.curve_mouse import CurveMouse
from studio.ui.timeline.key_edits import Keys
from studio.ui.timeline.key_keys import is_claimed, key_command
from studio.ui.timeline.key_selection import KeySelection
from studio.ui.timeline.playing import Playing
from studio.ui.timeline.time_view import LABELS, TimeView
from studio.ui.timeline.tracks_paint import tick_step

_POINTS = 240
_BELOW_POINTS = (40, 120)
_BELOW_MS = 60
"""What lies below is read pose by pose and take by take: not at every step of a drag, and at fewer
moments the more takes there are."""
_SIZE = 10
_NAME = LABELS - 48


class CurveEditor(QWidget):
    """Shows the chosen channel below the tracks, moment under moment. Needs pyqtgraph loaded.

    Double click adds a key, a drag moves those that are chosen (one step), a box chooses several,
    Delete removes them; a click elsewhere moves the playhead.
    """

    keys_menu_asked = Signal(QPoint)
    """Where on the screen."""

    def __init__(
        self,
        playing: Playing,
        view: TimeView,
        selection: KeySelection,
        below: Callable[[], tuple[Any, Any]],
        parent: QWidget | None = None,
    ) -> None:
        """``below`` tells pose and view that the timeline is laid over."""
        import pyqtgraph

        super().__init__(parent)
        self._graph, self._playing = pyqtgraph, playing
        self._view, self._selection, self._ground = view, selection, below
        self._make_plot()
        self._mouse = CurveMouse(self, playing, view, selection)
        self._later = QTimer(self, singleShot=True, interval=_BELOW_MS)
        self._later.timeout.connect(self._draw_below)
        self.widget.viewport().installEventFilter(self)
        self.widget.installEventFilter(self)
        self.name = QLabel(self.widget)
        self.name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.name.setProperty("dim", True)
        self.name.setWordWrap(True)
        self.name.setGeometry(8, 2, _NAME, 44)
        self.name.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint = QLabel(self.tr("No keys: double click sets one"), self.widget)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.setProperty("dim", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        playing.moved.connect(lambda seconds: self._playhead.setValue(seconds))
        playing.channel_changed.connect(lambda _channel: self.refresh())
        view.changed.connect(self._fit_time)
        selection.changed.connect(self._draw)
        self._paint()
        self.refresh()

    def refresh(self) -> None:
        """Draw everything anew."""
        self._fit_time()
        if not self._selection.dragging:
            self._fit_values(np.zeros(0))
        self._draw()
        self._later.start()
        timeline, channel = self._playing.timeline, self._playing.channel
        count = len(timeline.curve(channel).keys)
        self.name.setText(channel_names()[channel])
        self.hint.setVisible(count == 0)
        self._place_hint()
        self.widget.setAccessibleDescription(
            self.tr("{0}, {1} keys").format(channel_names()[channel], count)
        )

    def place_of(self, seconds: float, value: float) -> QPointF:
        """Where a moment and value are, in pixels of the plot."""
        point = self._box.mapViewToScene(QPointF(seconds, value))
        return QPointF(self.widget.mapFromScene(point))

    def at(self, place: QPointF) -> tuple[float, float]:
        """Seconds and value at a place."""
        point = self._box.mapSceneToView(self.widget.mapToScene(place.toPoint()))
        return float(point.x()), float(point.y())

    def show_box(self, box: QRectF) -> None:
        """Show within which pixels keys are chosen; an empty one for none."""
        first, last = self.at(box.bottomLeft()), self.at(box.topRight())
        self._chooser.setVisible(not box.isEmpty())
        self._chooser.setRect(QRectF(QPointF(*first), QPointF(*last)).normalized())

    def add_key(self, place: QPointF) -> None:
        """A key where somebody double clicked."""
        seconds, value = self.at(place)
        channel, moment = self._playing.channel, self._view.snapped(seconds)
        timeline = self._playing.timeline.with_keys(moment, {channel: value})
        self._playing.store.change(self._playing.key_label, timeline)
        keys = self._playing.timeline.curve(channel).keys
        nearest = min(keys, key=lambda key: abs(key.seconds - moment))
        self._selection.choose({(channel, nearest.seconds)})

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Mouse and keys of the plot."""
        if watched is self.widget.viewport():
            if isinstance(event, QMouseEvent):
                return self._mouse.take(event)
            if isinstance(event, QWheelEvent):
                return self._view.wheel(event)
            if isinstance(event, QContextMenuEvent):
                self._mouse.choose_at(QPointF(event.pos()))
                self.keys_menu_asked.emit(event.globalPos())
                return True
        if is_claimed(self._selection, event):
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "hint"):
            self._paint()
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_time()
        self._place_hint()

    # Drawing

    @property
    def _box(self) -> Any:
        return self.widget.getViewBox()

    def _make_plot(self) -> None:
        plot = self.widget = self._graph.PlotWidget()
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.setMinimumHeight(48)
        plot.setAccessibleName(self.tr("Curve"))
        plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        item = plot.getPlotItem()
        item.layout.setContentsMargins(0, 0, 0, 0)
        item.layout.setHorizontalSpacing(0)
        plot.centralWidget.layout.setContentsMargins(0, 0, 0, 0)
        self._box.setDefaultPadding(0.0)
        # The ruler is the one of the tracks above: here only its lines go on.
        plot.getAxis("left").setWidth(LABELS)
        bottom = plot.getAxis("bottom")
        bottom.setHeight(0)
        bottom.setStyle(showValues=False, tickLength=0)
        plot.showGrid(x=True, y=True, alpha=0.25)
        self._below = plot.plot(antialias=True)
        self._line = plot.plot(antialias=True)
        self._keys = self._graph.ScatterPlotItem(symbol="d", size=_SIZE)
        plot.addItem(self._keys)
        self._playhead = plot.addLine(x=0.0)
        self._chooser = self._graph.QtWidgets.QGraphicsRectItem()
        plot.addItem(self._chooser, ignoreBounds=True)
        self._chooser.hide()

    def _draw(self) -> None:
        timeline, channel = self._playing.timeline, self._playing.channel
        curve, chosen = timeline.curve(channel), self._selection.keys
        if curve.keys:
            first, last = self.widget.viewRange()[0]
            even = np.linspace(first, last, _POINTS)
            moments = np.unique([*even, *(key.seconds for key in curve.keys)])
            self._line.setData(moments, [curve.at(moment) for moment in moments])
        else:
            self._line.setData([], [])
        colours = tokens()
        fills = [
            QColor(colours.warning if (channel, key.seconds) in chosen else colours.accent_text)
            for key in curve.keys
        ]
        self._keys.setData(
            [key.seconds for key in curve.keys],
            [key.value for key in curve.keys],
            brush=fills or None,
        )
        self._playhead.setValue(self._playing.seconds)

    def _draw_below(self) -> None:
        """The channel as takes have it, where there are some."""
        playing = self._playing
        if not playing.timeline.takes or not self.isVisible():
            self._below.setData([], [])
            return
        first, last = self.widget.viewRange()[0]
        count = min(max(_POINTS // len(playing.timeline.takes), _BELOW_POINTS[0]), _BELOW_POINTS[1])
        moments = np.linspace(max(first, 0.0), min(last, playing.timeline.duration), count)
        values = without_curve(playing.timeline, playing.channel, moments, *self._ground())
        self._below.setData(moments, values)
        if not self._selection.dragging:
            self._fit_values(values)

    def _fit_time(self) -> None:
        scale = self._view.scale
        self.widget.setXRange(scale.first, scale.seconds(max(self.width(), LABELS + 1)), padding=0)
        step = tick_step(scale)
        self.widget.getAxis("bottom").setTickSpacing(step, step)
        self._later.start()

    def _fit_values(self, values: NDArray[np.float64]) -> None:
        """Show the whole range of the channel, its keys, and ``values`` (N,) besides."""
        keys = self._playing.timeline.curve(self._playing.channel).keys
        span = channel_span(self._playing.channel)
        reach = [span.low, span.high, *(key.value for key in keys), *values]
        self.widget.setYRange(min(reach), max(reach), padding=0.1)

    def _place_hint(self) -> None:
        self.hint.adjustSize()
        middle = LABELS + (self.widget.width() - LABELS) // 2
        size = self.hint.size()
        self.hint.move(middle - size.width() // 2, (self.widget.height() - size.height()) // 2)

    def _paint(self) -> None:
        colours, pen = tokens(), self._graph.mkPen
        self.widget.setBackground(QColor(colours.field))
        for name in ("bottom", "left"):
            axis = self.widget.getAxis(name)
            axis.setPen(QColor(colours.strong_line))
            axis.setTextPen(QColor(colours.dim))
        fill = QColor(colours.accent)
        fill.setAlphaF(0.15)
        self._chooser.setPen(pen(QColor(colours.accent)))
        self._chooser.setBrush(fill)
        self._below.setPen(pen(QColor(colours.faint), width=1))
        self._line.setPen(pen(QColor(colours.accent_text), width=1.5))
        self._keys.setPen(pen(QColor(colours.field)))
        self._playhead.setPen(pen(QColor(colours.danger), width=1.5))

    # Input

    def _key(self, event: QKeyEvent) -> bool:
        command = key_command(self._selection, event)
        if command is not None:
            command()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._selection.choose_all(self._playing.channel)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._selection.remove()
        elif event.key() == Qt.Key.Key_Escape and self._mouse.busy:
            self._mouse.cancel()
        else:
            return False
        return True

    def keys_in(self, box: QRectF) -> Keys:
        """Keys of the channel within a box of pixels."""
        channel = self._playing.channel
        return frozenset(
            (channel, key.seconds)
            for key in self._playing.timeline.curve(channel).keys
            if box.contains(self.place_of(key.seconds, key.value))
        )
