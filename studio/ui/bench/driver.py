"""A person at the window, by script: moves the mouse, waits, and sees which frames are drawn."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.engine.events import FrameReady
from studio.ui.main_window import MainWindow

_MOUSE_MS = 8
"""A usual mouse reports 125 times a second."""
_LOOK_MS = 3
_LEFT, _NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


class TooSlow(RuntimeError):
    """Something that should have happened did not."""


@dataclass
class Drawn:
    """Frames that were drawn: when, how large, and milliseconds since each was asked for."""

    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Frames per second."""
        if len(self.times) < 2:
            return 0.0
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])


class Driver(QObject):
    """Drives a main window with an open avatar."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window, self.viewport = window, window.viewport
        self._asked: dict[int, float] = {}
        self._sizes: dict[int, int] = {}
        self._seen: set[int] = set()
        self.drawn = Drawn()
        self.viewport.shown.connect(self._on_shown)
        self.viewport.stage.surface.painted.connect(self._on_painted)

    # Time

    def wait(self, seconds: float) -> None:
        """Let the window work for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(1e3 * seconds), loop.quit)
        loop.exec()

    def until(self, happened: Callable[[], bool], patience: float = 60.0) -> float:
        """Let the window work until something happened; returns the seconds that it took.

        Raises ``TooSlow`` when it did not.
        """
        began = time.perf_counter()
        loop, timer = QEventLoop(), QTimer()
        seen = False

        def look() -> None:
            nonlocal seen
            # Asked once: what comes and goes may be gone again when the loop has ended.
            seen = seen or happened()
            if seen or time.perf_counter() - began > patience:
                loop.quit()

        timer.timeout.connect(look)
        timer.start(_LOOK_MS)
        loop.exec()
        timer.stop()
        if not seen:
            raise TooSlow(f"the window did not answer within {patience:.0f} s")
        return time.perf_counter() - began

    def rest(self) -> None:
        """Wait until the picture at rest is drawn."""
        pump = self.viewport.pump
        self.until(lambda: not pump.waiting and pump.asked in self._seen)

    # Mouse

    def mouse(self, widget: QWidget, kind: QEvent.Type, x: float, y: float) -> None:
        """Send a mouse event with the left button to a place in a widget."""
        place = QPointF(x, y)
        button = _NONE if kind == QEvent.Type.MouseMove else _LEFT
        held = _NONE if kind == QEvent.Type.MouseButtonRelease else _LEFT
        keys = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, held, keys)
        QApplication.sendEvent(widget, event)
        self.note()

    def note(self) -> None:
        """Something was changed just now: remember when its frame was asked for."""
        self._asked.setdefault(self.viewport.pump.asked, time.perf_counter())

    def drag(self, widget: QWidget, place: Callable[[float], QPointF], seconds: float) -> Drawn:
        """Drag along ``place(seconds since the press)``; returns what was drawn meanwhile."""
        begin = place(0.0)
        self.mouse(widget, QEvent.Type.MouseButtonPress, begin.x(), begin.y())
        self.drawn = Drawn()
        began = time.perf_counter()

        def move() -> None:
            to = place(time.perf_counter() - began)
            self.mouse(widget, QEvent.Type.MouseMove, to.x(), to.y())

        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(move)
        timer.start(_MOUSE_MS)
        self.wait(seconds)
        timer.stop()
        timer.deleteLater()
        drawn = self.drawn
        end = place(time.perf_counter() - began)
        self.mouse(widget, QEvent.Type.MouseButtonRelease, end.x(), end.y())
        return drawn

    def orbit(self, seconds: float) -> Drawn:
        """Turn the head to and fro with the mouse."""
        stage = self.viewport.stage
        middle, reach = stage.rect().center(), 0.25 * stage.width()

        def place(now: float) -> QPointF:
            return QPointF(
                middle.x() + reach * math.sin(2.0 * now), middle.y() + 40.0 * math.sin(1.3 * now)
            )

        return self.drag(stage, place, seconds)

    # Frames

    def _on_shown(self, event: FrameReady) -> None:
        self._sizes[event.stamp] = event.size

    def _on_painted(self, stamp: int) -> None:
        if stamp in self._seen:
            return
        self._seen.add(stamp)
        now = time.perf_counter()
        self.drawn.times.append(now)
        self.drawn.sizes.append(self._sizes.get(stamp, 0))
        asked = self._asked.get(stamp)
        if asked is not None:
            self.drawn.latencies.append(1e3 * (now - asked))
