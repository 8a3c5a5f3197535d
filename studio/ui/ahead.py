"""Work done ahead of its time, in pieces between the events of the window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

_PAUSE_MS = 8
"""Between two pieces; the window answers in it."""


class Ahead(QObject):
    """Does one piece at a time, in order, with pauses; then says so."""

    finished = Signal()

    def __init__(self, pieces: Iterable[Callable[[], object]], parent: QObject) -> None:
        super().__init__(parent)
        self._pieces = deque(pieces)
        self._timer = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self._next)
        self._timer.start()

    def stop(self) -> None:
        """Leave the rest undone."""
        self._timer.stop()
        self._pieces.clear()

    def _next(self) -> None:
        if not self._pieces:
            self.finished.emit()
        else:
            piece = self._pieces.popleft()
            # First, so that a piece that fails does not keep the others from their turn.
            self._timer.start()
            piece()
