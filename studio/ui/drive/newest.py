"""From a thread to the window: only the newest value arrives, however many are sent."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal


class Newest(QObject):
    """``put`` in any thread; ``arrived`` in this object's, once for all that came meanwhile."""

    arrived = Signal(object)
    _waiting = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._value: Any = None
        self._replaced = 0
        self._waiting.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def put(self, value: object) -> None:
        """Leave a value; one that was not taken yet is replaced."""
        with self._lock:
            first = self._value is None
            self._replaced += not first
            self._value = value
        if first:
            # The window may have been closed meanwhile.
            with contextlib.suppress(RuntimeError):
                self._waiting.emit()

    @property
    def replaced(self) -> int:
        """How many values nobody saw."""
        return self._replaced

    def clear(self) -> None:
        """Forget what waits and what was counted."""
        with self._lock:
            self._value, self._replaced = None, 0

    def _take(self) -> None:
        with self._lock:
            value, self._value = self._value, None
        if value is not None:
            self.arrived.emit(value)
