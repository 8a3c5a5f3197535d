"""Hand the newest of something to another thread; what is not taken in time is dropped."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds one value; a new one replaces it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._dropped = 0
        self._closed = False
        self._fault: Exception | None = None

    def put(self, value: T) -> None:
        """Leave the newest value."""
        with self._changed:
            self._dropped += self._value is not None
            self._value = value
            self._changed.notify()

    def close(self, fault: Exception | None = None) -> None:
        """Nothing follows; ``take`` gives what is left, then raises ``fault`` or gives None."""
        with self._changed:
            self._closed = True
            self._fault = self._fault or fault
            self._changed.notify()

    def take(self) -> tuple[T, int] | None:
        """Wait for the newest value; with it, how many it replaced. None when nothing follows."""
        with self._changed:
            self._changed.wait_for(lambda: self._value is not None or self._closed)
            value, dropped = self._value, self._dropped
            self._value, self._dropped = None, 0
            if value is not None:
                return value, dropped
            if self._fault is not None:
                raise self._fault
            return None
