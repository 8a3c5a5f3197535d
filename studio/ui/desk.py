"""What every widget works with: session, engine and preferences, in the window's thread."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QObject, Qt, Signal, Slot

from models.errors import BadInput
from studio.engine.engine import Engine
from studio.engine.events import (
    DeviceChanged,
    EngineEvent,
    FrameFailed,
    FrameReady,
    JobCancelled,
    JobDone,
    JobFailed,
    JobPartial,
    JobProgress,
    JobStarted,
    Notice,
)
from studio.engine.faults import Fault
from studio.engine.job import Job
from studio.session.posing import Posing
from studio.session.presets import UserPresets
from studio.session.recent import RecentFiles
from studio.session.session import Session
from studio.session.settings import Settings, changed_settings, save_settings
from studio.ui.live_pose import LivePose


@dataclass(frozen=True)
class _Answer:
    """Whom to tell about a job."""

    done: Callable[[Any], object] | None
    failed: Callable[[Fault], object] | None
    partial: Callable[[Any], object] | None
    cancelled: Callable[[], object] | None


class Desk(QObject):
    """Session, engine, preferences; the engine's events arrive here in the window's thread.

    Widgets get the desk when they are made. They read and change ``session``, submit jobs, and
    listen to the session's events and to the signals below. A fault that no one takes is shown by
    the window through ``failed``.
    """

    frame_ready = Signal(object)
    frame_failed = Signal(object)
    device_changed = Signal(object)
    job_started = Signal(object)
    job_progress = Signal(object)
    job_ended = Signal(int)
    """Number of a job that is done, failed or cancelled."""
    notice = Signal(str)
    """A sentence for the status bar and the log."""
    warning = Signal(str)
    """A sentence that stays until it is seen, and for the log."""
    failed = Signal(object)
    """A ``Fault`` to show."""
    settings_changed = Signal(object)
    closing = Signal()
    """Threads that others began must end now."""

    _arrived = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Workers hand Python over within 1 ms, not 5: the window's thread asks for it often.
        sys.setswitchinterval(0.001)
        self.settings = settings
        self.session = Session(undo_limit=settings.undo_limit)
        self.posing = Posing(self.session)
        self.live = LivePose()
        self.presets = UserPresets()
        self.recent = RecentFiles(limit=settings.recent_limit)
        self._answers: dict[int, _Answer] = {}
        self._closed = False
        self._arrived.connect(self._dispatch, Qt.ConnectionType.QueuedConnection)
        self.engine = Engine(self._arrived.emit, device=settings.device)

    def submit(
        self,
        job: Job,
        *,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[Fault], object] | None = None,
        partial: Callable[[Any], object] | None = None,
        cancelled: Callable[[], object] | None = None,
    ) -> int:
        """Queue a job and have its outcome told in this thread; returns its number.

        Without ``failed`` a fault goes to everybody (the signal of that name).
        """
        number = self.engine.submit(job)
        self._answers[number] = _Answer(done, failed, partial, cancelled)
        return number

    def change_settings(self, **values: Any) -> None:
        """Change preferences, keep them on the disk and tell everybody."""
        try:
            self.settings = changed_settings(self.settings, **values)
            save_settings(self.settings)
        except ValidationError as error:
            self.failed.emit(Fault(f"That preference cannot be: {error.errors()[0]['msg']}."))
            return
        except BadInput as error:
            self.notice.emit(str(error))
        self.settings_changed.emit(self.settings)

    def close(self) -> bool:
        """End the engine's threads; nothing arrives any more."""
        # Not a disconnection: what is queued already would still arrive.
        self._closed = True
        self.closing.emit()
        return self.engine.close()

    @Slot(object)
    def _dispatch(self, event: EngineEvent) -> None:
        if self._closed:
            return
        if isinstance(event, FrameReady):
            self.frame_ready.emit(event)
        elif isinstance(event, FrameFailed):
            self.frame_failed.emit(event)
        elif isinstance(event, Notice):
            self.notice.emit(event.sentence)
        elif isinstance(event, DeviceChanged):
            self.device_changed.emit(event)
        elif isinstance(event, JobStarted):
            self.job_started.emit(event)
        elif isinstance(event, JobProgress):
            self.job_progress.emit(event)
        elif isinstance(event, JobPartial):
            answer = self._answers.get(event.job)
            if answer is not None and answer.partial is not None:
                answer.partial(event.value)
        else:
            self._end(event)

    def _end(self, event: JobDone | JobFailed | JobCancelled) -> None:
        answer = self._answers.pop(event.job, _Answer(None, None, None, None))
        self.job_ended.emit(event.job)
        if isinstance(event, JobDone):
            if answer.done is not None:
                answer.done(event.value)
        elif isinstance(event, JobCancelled):
            if answer.cancelled is not None:
                answer.cancelled()
        elif answer.failed is not None:
            answer.failed(event.fault)
        else:
            self.failed.emit(event.fault)
