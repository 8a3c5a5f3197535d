"""The status bar: the last message, and the running job with progress and Cancel."""

from __future__ import annotations

import math

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from studio.engine.events import JobProgress, JobStarted
from studio.ui.desk import Desk
from studio.ui.log_book import LogEntry

_MESSAGE_MS = 8000
_PATIENCE_MS = 400
"""Jobs that are done sooner are not worth a mention."""
_STEPS = 1000


class StatusLine(QStatusBar):
    """Shows notices for a while, and the job that began last for as long as it runs."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs: dict[int, str] = {}
        self._hidden: set[int] = set()
        self._progress: dict[int, JobProgress] = {}
        self._area = QWidget()
        self._label = QLabel()
        self._label.setProperty("dim", True)
        self._bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self._bar.setFixedWidth(140)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setProperty("flat", True)
        self._cancel.clicked.connect(self._cancel_shown)
        row = QHBoxLayout(self._area)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(8)
        for widget in (self._label, self._bar, self._cancel):
            row.addWidget(widget)
        self.addPermanentWidget(self._area)
        # Without jobs it is as high: otherwise the whole window is laid out and painted again.
        self.setMinimumHeight(self.sizeHint().height())
        self._area.hide()
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._show_job)
        desk.job_started.connect(self._started)
        desk.job_progress.connect(self._progressed)
        desk.job_ended.connect(self._ended)

    def tell(self, entry: LogEntry) -> None:
        """Show a note for a while; warnings and faults stay elsewhere until they are seen."""
        if entry.kind == "note":
            self.showMessage(entry.sentence, _MESSAGE_MS)

    def hide_job(self, number: int) -> None:
        """Do not mention this job: it is shown elsewhere, or works quietly."""
        self._hidden.add(number)
        self._show_job()

    @property
    def _shown(self) -> int | None:
        visible = [number for number in self._jobs if number not in self._hidden]
        return visible[-1] if visible else None

    def _started(self, event: JobStarted) -> None:
        self._jobs[event.job] = event.label
        if not self._patience.isActive():
            self._patience.start()

    def _progressed(self, event: JobProgress) -> None:
        self._progress[event.job] = event
        if self._area.isVisible():
            self._show_job()

    def _ended(self, number: int) -> None:
        self._jobs.pop(number, None)
        self._progress.pop(number, None)
        self._hidden.discard(number)
        if self._area.isVisible():
            self._show_job()

    def _show_job(self) -> None:
        number = self._shown
        self._area.setVisible(number is not None)
        if number is None:
            return
        progress = self._progress.get(number)
        # Only jobs that tell where they are look up from their work to see that they should stop.
        self._cancel.setVisible(progress is not None)
        self._bar.setMaximum(0 if progress is None else _STEPS)
        text = self._jobs[number]
        if progress is not None:
            self._bar.setValue(round(_STEPS * progress.fraction))
            if progress.remaining is not None:
                text = f"{text}, {remaining_text(self, progress.remaining)}"
        self._label.setText(text)

    def _cancel_shown(self) -> None:
        number = self._shown
        if number is not None:
            self._desk.engine.cancel(number)
            self.hide_job(number)


def remaining_text(widget: QWidget, seconds: float) -> str:
    """``about 12 s left``, in steps that do not flicker."""
    whole = math.ceil(seconds)
    if whole < 60:
        return widget.tr("about {count} s left").format(count=max(whole, 1))
    return widget.tr("about {count} min left").format(count=math.ceil(whole / 60))
