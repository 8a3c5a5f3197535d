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
    """

    changed = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._session = desk.session
        self._usual = DriveSettings()
        self._accent: Pose | None = None
        self._read: tuple[Mapping[str, Any] | None, DriveSettings] = None, self._usual
        desk.closing.connect(desk.session.driving_changed.connect(lambda _: self.changed.emit()))

    @property
    def settings(self) -> DriveSettings:
        """What counts now."""
        document = self._session.state.driving
        if document is not self._read[0]:
            try:
                found = self._usual if document is None else read_settings(document)
            except BadInput:
                found = self._usual
            self._read = document, found
        return replace(self._read[1], accent=self._accent)

    def change(self, label: str, settings: DriveSettings, merge: str | None = None) -> None:
        """Change it, one step of the undo list."""
        if replace(settings, accent=None) != self._read[1]:
            document = settings_document(settings)
            self._session.change(label, merge=merge, driving=document)

    def show_accent(self, preset: Pose | None) -> None:
        """Show a preset over the performance, for a moment: no step."""
        self._accent = preset
        self.changed.emit()

    @property
    def accent(self) -> Pose | None:
        """The preset that is shown over the performance."""
        return self._accent

    def begin_with(self, usual: DriveSettings) -> None:
        """What counts in a session in which nothing was set."""
        self._usual = usual
        if self._session.state.driving is None:
            self._read = None, usual
            self.changed.emit()

    def begin(self, label: str) -> None:
        """Begin a drag: all changes until ``end`` are one step."""
        self._session.begin(label)

    def end(self) -> None:
        """End a drag."""
        self._session.end()
