"""Ends sources in the background, as cameras take their time to let go."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from studio.drive.live_drive import LiveDrive
from studio.drive.opening import Opener

if TYPE_CHECKING:
    from studio.drive.source import MotionSource

_SECONDS = 3.0


class Closers:
    """Threads that stop what was driven with."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def stop(self, drive: LiveDrive) -> None:
        """Stop a drive; returns at once."""
        thread = threading.Thread(target=drive.stop, name="stop driving", daemon=True)
        thread.start()
        self._threads = [*(t for t in self._threads if t.is_alive()), thread]

    def opening(self, opener: Opener) -> Opener:
        """``opener``, once all that was stopped before has let go of camera or port."""
        before = list(self._threads)

        def open_source() -> MotionSource:
            for thread in before:
                thread.join(_SECONDS)
            return opener()

        return open_source

    def join(self) -> None:
        """Wait until everything is stopped."""
        for thread in self._threads:
            thread.join(_SECONDS)
