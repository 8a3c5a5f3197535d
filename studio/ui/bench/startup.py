"""How long it takes from the command to a window on the screen."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

_PATIENCE = 60.0


def seconds_to_window(state: Path) -> float:
    """Start the studio as a program of its own, with ``state`` as its folder, and close it again.

    Raises ``RuntimeError`` when it does not come up.
    """
    done = subprocess.run(
        [sys.executable, "-m", "studio.ui.bench.startup", repr(time.time())],
        env={**os.environ, "TRIPTYCH_STATE": str(state)},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("window ")]
    if done.returncode != 0 or not lines:
        raise RuntimeError(f"the studio did not start: {done.stderr.strip()[-500:]}")
    return float(lines[0].split()[1])


class _Watch(QObject):
    """Waits for the main window's first drawing, tells the time and closes it."""

    def __init__(self, began: float) -> None:
        super().__init__()
        self._began = began

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        from studio.ui.main_window import MainWindow

        if event.type() == QEvent.Type.Paint and isinstance(watched, MainWindow):
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            # After the loop has brought to the screen what is being drawn now.
            QTimer.singleShot(0, watched, lambda: self._tell(watched))
        return False

    def _tell(self, window: QObject) -> None:
        from studio.ui.main_window import MainWindow

        print(f"window {time.time() - self._began:.4f}", flush=True)
        if isinstance(window, MainWindow):
            window.leave()


def main() -> int:
    """The program that is measured; its argument is the time at which it was started."""
    gc.disable()  # As the command does.
    from studio.session.settings import Settings, save_settings
    from studio.ui.app import run_studio

    save_settings(Settings(consent_shown=True))
    application = QApplication(sys.argv[:1])
    watch = _Watch(float(sys.argv[1]))
    application.installEventFilter(watch)
    return run_studio(None)


if __name__ == "__main__":
    sys.exit(main())
