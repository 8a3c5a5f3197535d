"""One render at a time, and frames go first."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class RenderGate:
    """Lets the frame thread and jobs render in turn; a waiting frame passes a waiting job."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._busy = False
        self._frames_waiting = 0

    @contextlib.contextmanager
    def frame(self) -> Iterator[None]:
        """The frame thread's turn."""
        with self._free:
            self._frames_waiting += 1
            self._free.wait_for(lambda: not self._busy)
            self._frames_waiting -= 1
            self._busy = True
        with self._turn():
            yield

    @contextlib.contextmanager
    def job(self) -> Iterator[None]:
        """A job's turn, when no frame waits."""
        with self._free:
            self._free.wait_for(lambda: not self._busy and not self._frames_waiting)
            self._busy = True
        with self._turn():
            yield

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._free:
                self._busy = False
                self._free.notify_all()
