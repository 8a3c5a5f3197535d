"""Ctrl-C as a wish: finish what is half done, then stop."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any


class StopWish:
    """Whether the user wants to stop."""

    def __init__(self) -> None:
        self._wished = threading.Event()

    def __bool__(self) -> bool:
        return self._wished.is_set()

    def wish(self) -> None:
        """Ask to stop."""
        self._wished.set()


@contextlib.contextmanager
def stop_wish() -> Iterator[StopWish]:
    """Yield what becomes true at the first Ctrl-C or SIGTERM; a second one interrupts at once.

    For the main thread; elsewhere signals stay as they are.
    """
    wish = StopWish()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return

    def hear(number: int, frame: FrameType | None) -> None:
        if wish:
            raise KeyboardInterrupt
        wish.wish()

    before: dict[int, Any] = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, hear)
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
