"""The menu of recent files, filled when it is opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from models.errors import BadInput
from studio.ui.desk import Desk
from studio.ui.icons import icon

_SHOWN = 12


class RecentMenu(QMenu):
    """Avatars and projects, the last one first."""

    chosen = Signal(Path)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Open &recent"))
        self.setToolTipsVisible(True)
        self._desk = desk
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        files = self._desk.recent.files[:_SHOWN]
        for file in files:
            name = "ph.user-square" if file.kind == "avatar" else "ph.file"
            entry = self.addAction(icon(name), file.path.name.replace("&", "&&"))
            entry.setToolTip(str(file.path))
            entry.triggered.connect(lambda _=False, path=file.path: self.chosen.emit(path))
        if not files:
            self.addAction(self.tr("Nothing yet")).setEnabled(False)
            return
        self.addSeparator()
        self.addAction(self.tr("Forget all")).triggered.connect(self._forget)

    def _forget(self) -> None:
        try:
            self._desk.recent.clear()
        except BadInput as error:
            self._desk.notice.emit(str(error))
