"""Loads the plot's library beside the window."""

from __future__ import annotations

import importlib
import threading

from PySide6.QtCore import QObject, Signal


class Loader(QObject):
    """Imports a module in a thread of its own and says when it is there."""

    ready = Signal()

    def __init__(self, module: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._module = module
        self._thread = threading.Thread(target=self._load, name=f"load {module}", daemon=True)

    def start(self) -> None:
        """Begin, once."""
        if not self._thread.is_alive():
            self._thread.start()

    def wait(self) -> None:
        """Wait until the thread has ended."""
        if self._thread.ident is not None:
            self._thread.join()

    def _load(self) -> None:
        importlib.import_module(self._module)
        self.ready.emit()
