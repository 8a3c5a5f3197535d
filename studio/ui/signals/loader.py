"""Loads the plot's library beside the window."""

from __future__ import annotations

import contextlib
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
        if self._thread.ident is None:
            self._thread.start()

    def _load(self) -> None:
        importlib.import_module(self._module)
        # The panel may have been closed meanwhile.
        with contextlib.suppress(RuntimeError):
            self.ready.emit()
