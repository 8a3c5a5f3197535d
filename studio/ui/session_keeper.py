"""Autosave on a timer, and what a crash left behind."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from studio.engine import jobs
from studio.engine.faults import Fault
from studio.session.recovery import Autosave
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.status_line import StatusLine

_MS = 60_000


class SessionKeeper(QObject):
    """Keeps unsaved work for recovery, quietly."""

    def __init__(
        self, desk: Desk, autosave: Autosave | None, status: StatusLine, parent: QObject
    ) -> None:
        """``autosave`` is None when its folder could not be made."""
        super().__init__(parent)
        self._desk, self._autosave, self._status = desk, autosave, status
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.save)
        desk.settings_changed.connect(lambda _: self._set_pace())
        listen(self, desk.session.title_changed, lambda _: self._tidy())
        self._set_pace()

    def save(self) -> int | None:
        """Keep what is unsaved now; returns the job's number, None when nothing is."""
        session = self._desk.session
        if self._autosave is None or not session.modified or session.avatar is None:
            return None
        job = jobs.autosave(self._autosave, session.state, session.project, session.title)
        number = self._desk.submit(job, failed=self._tell)
        self._status.hide_job(number)
        return number

    def _tell(self, fault: Fault) -> None:
        sentence = self.tr("The work cannot be kept for recovery: {reason}")
        remedy = self.tr("Save the project yourself, where there is space.")
        reason = sentence.format(reason=fault.sentence)
        self._desk.failed.emit(Fault(reason, remedy, fault.details))

    def _set_pace(self) -> None:
        minutes = self._desk.settings.autosave_minutes
        if minutes > 0:
            self._timer.start(round(_MS * minutes))
        else:
            self._timer.stop()

    def _tidy(self) -> None:
        if self._autosave is not None and not self._desk.session.modified:
            self._autosave.clear()
