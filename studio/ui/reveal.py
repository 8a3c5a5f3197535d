"""Shows a file in the desktop's file manager."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def reveal(path: Path) -> None:
    """Open the folder of ``path``, with the file chosen where the desktop can do that."""
    if path.exists() and sys.platform == "win32":
        QProcess.startDetached("explorer", ["/select,", str(path)])
    elif path.exists() and sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
