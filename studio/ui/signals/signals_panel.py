"""The signals panel."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from studio.session.signals import SIGNALS, comparable, signals_of
from studio.session.trace import Trace, moving
from studio.ui.controls.buttons import icon_button, toggle
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.signals.curve_list import CurveList
from studio.ui.signals.plot import Plot
from studio.ui.timeline.channel_names import channel_names

_WINDOW = Span(1.0, 60.0, 1.0, 120.0, step=1.0, decimals=0, suffix=" s", rest=10.0, origin=1.0)
_INTERVAL_MS = 33
_MOST_CURVES = 8
_NARROW = 420
"""Below this width, list and plot stand over each other."""


class SignalsPanel(QWidget):
    """Chosen coefficients and angles over time.

    The session's pose is recorded from the start; drawing happens only while the panel is seen
    and something in its time window moves.
    """

    def __init__(
        self, desk: Desk, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self.trace = Trace(len(SIGNALS))
        self.plot: Plot | None = None
        self._handle: Any = None if desk.session.avatar is None else desk.session.avatar.handle
        self._paused_at: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._tick)
        self._make_controls()
        self._lay_out()
        self._desk = desk
        self._record()
        listen(self, desk.session.pose_changed, lambda _pose: self._record())
        listen(self, desk.session.avatar_changed, lambda _avatar: self._begin_anew())
        listen(self, desk.live.changed, lambda _live: self._record())

    def clear(self) -> None:
        """Forget what was recorded."""
        last = self.trace.window(self._now(), self._now())[1]
        self.trace.clear()
        if len(last):
            self.trace.add(self._clock(), last[-1])
        self.draw()

    def _begin_anew(self) -> None:
        """Another face: what the former one did is no movement of this one."""
        avatar = self._desk.session.avatar
        handle = None if avatar is None else avatar.handle
        if handle is not self._handle:
            self._handle = handle
            self.trace.clear()
            self._record()
            self.draw()

    def set_paused(self, paused: bool) -> None:
        """Stop or go on drawing; recording goes on meanwhile."""
        self._paused_at = self._clock() if paused else None
        self.pause.setChecked(paused)
        self.draw()
        self._wake()

    def draw(self) -> None:
        """Draw the time window that ends now, or where it was paused."""
        if self.plot is None:
            return
        now = self._now()
        seconds = self.window_bar.amount
        times, values = self.trace.window(now - seconds, now)
        chosen = self.curves.channels()
        if chosen is None:
            moved = moving(comparable(values), len(SIGNALS))
        else:
            moved = np.array(chosen, np.intp)
        shown = sorted(int(channel) for channel in moved[:_MOST_CURVES])
        if chosen is not None:
            shown = chosen
        names = channel_names()
        self.plot.show_channels({channel: names[SIGNALS[channel]] for channel in shown})
        self.plot.draw(now, seconds, times, values)
        self._say(len(shown), len(moved), chosen is None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.plot is None:
            self._make_plot()
        self.draw()
        self._wake()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = event.size().width() < _NARROW
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._splitter.orientation() != wanted:
            self._splitter.setOrientation(wanted)
        super().resizeEvent(event)

    def _make_controls(self) -> None:
        self.curves = CurveList()
        self.curves.chosen.connect(self.draw)
        self.pause = icon_button("ph.pause", self.tr("Pause"), checkable=True)
        self.pause.clicked.connect(self.set_paused)
        self.erase = icon_button("ph.eraser", self.tr("Clear"))
        self.erase.clicked.connect(lambda _down: self.clear())
        self.curves.hide()
        self.list_button = toggle(self.tr("Curves"), self.tr("Choose which curves are shown"))
        self.list_button.toggled.connect(self.curves.setVisible)
        self.window_bar = ValueBar(_WINDOW, self.tr("Time window"), self.tr("Window"))
        self.window_bar.setToolTip(self.tr("How many seconds are shown"))
        self.window_bar.show_amount(_WINDOW.rest)
        self.window_bar.setMaximumWidth(180)
        self.window_bar.edited.connect(self._set_window)
        self.window_bar.reset_asked.connect(lambda: self._set_window(_WINDOW.rest))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.pause)
        top.addWidget(self.erase)
        top.addWidget(self.window_bar, 1)
        self.note = QLabel(self.tr("Loading…"))
        self.note.setProperty("dim", True)
        self.note.setContentsMargins(8, 0, 0, 0)
        # In a narrow panel it is cut off rather than in the way of the rest.
        self.note.setMinimumWidth(0)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top.addWidget(self.note, 2)
        self.list_button.setMaximumWidth(90)
        top.addWidget(self.list_button)
        self._place = QWidget()
        self._stack = QVBoxLayout(self._place)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._place)
        self._splitter.addWidget(self.curves)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        self._splitter.setSizes([600, 190])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self._splitter, 1)

    def _make_plot(self) -> None:
        if self.plot is None:
            self.plot = Plot()
            self._stack.insertWidget(0, self.plot, 1)
            self.draw()
            self._wake()

    def _record(self) -> None:
        pose = self._desk.live.pose(self._desk.session.state.pose)
        self.trace.add(self._clock(), signals_of(pose))
        self._wake()

    def _wake(self) -> None:
        if self.isVisible() and self._paused_at is None and not self._timer.isActive():
            self._timer.start()

    def _tick(self) -> None:
        self.draw()
        last = self.trace.last_time
        still = last is None or self._clock() - last > self.window_bar.amount
        if still or self._paused_at is not None:
            self._timer.stop()

    def _set_window(self, seconds: float) -> None:
        self.window_bar.show_amount(seconds)
        self.draw()
        self._wake()

    def _now(self) -> float:
        return self._clock() if self._paused_at is None else self._paused_at

    def _say(self, shown: int, all_of_them: int, automatic: bool) -> None:
        text = ""
        if automatic and shown == 0:
            text = self.tr("Nothing moves. Move a slider, or choose curves.")
        elif automatic and all_of_them > shown:
            text = self.tr("{0} of {1} that change").format(shown, all_of_them)
        elif shown == 0:
            text = self.tr("No curves are chosen.")
        self.note.setText(text)
