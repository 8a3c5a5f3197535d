"""What is set about driving: undone and saved with the session, kept for the next start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from models.errors import BadInput
from models.pose import Pose
from studio.drive.settings import DriveSettings
from studio.drive.settings_json import read_settings, settings_document
from studio.ui.desk import Desk


class Transfer(QObject):
    """Transfer, arming and smoothing as ``session.state.driving`` has them.

    A session in which nothing was set yet has the usual ones: those of the last start.

    Attributes:
        accent: the preset that is shown over the performance, None for none.
    """

    changed = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, desk.session
        self._usual = DriveSettings()
        self.accent: Pose | None = None
        desk.closing.connect(desk.session.driving_changed.connect(self._follow))
        self._follow(desk.session.state.driving)

    @property
    def settings(self) -> DriveSettings:
        """What counts now."""
        return replace(self._settings, accent=self.accent)

    def change(self, label: str, settings: DriveSettings, merge: str | None = None) -> None:
        """Change it, one step of the undo list."""
        if replace(settings, accent=None) != self._settings:
            document = settings_document(settings)
            self._session.change(label, merge=merge, driving=document)

    def show_accent(self, preset: Pose | None) -> None:
        """Show a preset over the performance, for a moment: no step."""
        self.accent = preset
        self.changed.emit()

    def begin_with(self, usual: DriveSettings) -> None:
        """What counts in a session in which nothing was set."""
        self._usual = usual
        if self._session.state.driving is None:
            self._follow(None)

    def _follow(self, document: Mapping[str, Any] | None) -> None:
        """Take over what the session has; projects carry it along unread."""
        self._settings = self._usual
        if document is not None:
            try:
                self._settings = read_settings(document)
            except BadInput as error:
                self._desk.notice.emit(str(error))
        self.changed.emit()
