"""How long the window's thread leaves events waiting."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS = 5


@dataclass(frozen=True)
class Stalls:
    """Delays of a timer of 5 ms over a while, in milliseconds: the worst, and 99 of 100 below."""

    worst: float
    usual: float

    @classmethod
    def of(cls, late: list[float]) -> Stalls:
        """From single delays; nothing measured is one long delay that cannot be told."""
        if len(late) < 2:
            raise ValueError("the event loop did not run")
        return cls(max(late), statistics.quantiles(late, n=100, method="inclusive")[98])


class Heartbeat(QObject):
    """A timer that should fire every 5 ms and notes by how much it is late."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._late: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._beat)

    def begin(self) -> None:
        """Watch from now on."""
        self._late.clear()
        self._last = time.perf_counter()
        self._timer.start()

    def end(self) -> Stalls:
        """Stop watching; what happened since ``begin``."""
        # A stall up to this moment counts, though no event told of it.
        self._beat()
        self._timer.stop()
        return Stalls.of(self._late)

    def _beat(self) -> None:
        now = time.perf_counter()
        self._late.append(max(0.0, 1e3 * (now - self._last) - INTERVAL_MS))
        self._last = now
