"""A studio in a process of its own, to be killed or interrupted; prints how far it is."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from studio.ui.app import run_studio
from studio.ui.main_window import MainWindow
from tests.studio import fake_avatar


def start(window: MainWindow) -> None:
    """In place of loading what is heavy: move a slider once the avatar is open."""
    QTimer.singleShot(50, window, lambda: work(window))


def work(window: MainWindow) -> None:
    """Do something unsaved, keep it for recovery, and say so."""
    if window.desk.session.avatar is None:
        start(window)
        return
    window.desk.posing.set("jawOpen", 0.9)
    number = window.keeper.save()
    window.desk.job_ended.connect(
        lambda ended: print("kept", flush=True) if ended == number else None
    )


if __name__ == "__main__":
    sys.modules["models.avatar"] = fake_avatar
    MainWindow.start = start
    sys.exit(run_studio(Path(sys.argv[1])))
