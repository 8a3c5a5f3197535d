"""When Python looks for unreachable objects: between events of the window, never amid them."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_PAUSE_MS = 250


class Collector(QObject):
    """Takes Python's cycle collector over from the interpreter while a window is open.

    By itself the interpreter collects in whichever thread makes the next object, and holds all
    of them up: after the imports of numerical libraries for 100 to 200 ms. It also frees widgets
    in worker threads that way. Here it happens in the window's thread, in small portions, and
    not before ``settle`` has taken what is loaded for good out of its reach.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=_PAUSE_MS)
        self._timer.timeout.connect(self.collect)

    def settle(self) -> None:
        """All that lives now stays: modules, classes, compiled code. Begin to collect the rest."""
        gc.freeze()
        self._timer.start()

    def collect(self) -> int | None:
        """Collect the oldest generation that is due, and return its number, if any is."""
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > limits[generation] > 0:
                gc.collect(generation)
                return generation
        return None

    def end(self) -> None:
        """Hand the collector back to the interpreter."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_on:
            gc.enable()
