"""Loads the plot's library once the panel that needs it has been shown."""

from __future__ import annotations

import importlib

from PySide6.QtCore import QObject, QTimer, Signal


class Loader(QObject):
    """Imports a module in the window's thread, after what waits to be drawn, and says so.

    Not in a thread of its own: a library built on Qt that is loaded beside a working window
    ends the program now and then.
    """

    ready = Signal()

    def __init__(self, module: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._module = module
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._load)
        self._begun = False

    def start(self) -> None:
        """Begin, once."""
        if not self._begun:
            self._begun = True
            self._timer.start()

    def _load(self) -> None:
        importlib.import_module(self._module)
        self.ready.emit()
