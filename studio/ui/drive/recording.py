"""Recording takes of what is driven, into the timeline."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from studio.drive.live_drive import LiveDrive
from studio.drive.recorder import Recorder
from studio.engine.job import Job
from studio.session.pose_track import PoseTrack
from studio.session.timeline_json import packed
from studio.ui.desk import Desk
from studio.ui.timeline.playing import Playing

_LIMIT_MS = 1000


class Recording(QObject):
    """One take at a time; what was recorded until a source broke is kept as well."""

    ended = Signal()
    """A forgotten take ended by itself."""

    def __init__(
        self, desk: Desk, playing: Playing, parts: Callable[[], frozenset[str]], parent: QObject
    ) -> None:
        """``parts`` tells what is armed when a take ends."""
        super().__init__(parent)
        self._desk, self._playing, self._parts = desk, playing, parts
        self._recorder: Recorder | None = None
        self._start = 0.0
        self._watch = QTimer(self, interval=_LIMIT_MS)
        self._watch.timeout.connect(self._end_long_take)

    @property
    def on(self) -> bool:
        """Whether a take is recorded."""
        return self._recorder is not None

    def begin(self, drive: LiveDrive) -> None:
        """Record what ``drive`` gives, from the playhead on."""
        self._recorder, self._start = drive.recorder, self._playing.seconds
        drive.recorder.start()
        self._playing.begin_recording()
        self._watch.start()

    def end(self, *, at_once: bool = False) -> None:
        """End the take: it is in the timeline soon, or ``at_once`` when the window must know."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        self._watch.stop()
        track = recorder.stop()
        self._playing.end_recording()
        self._keep(track, at_once)

    def _keep(self, track: PoseTrack | None, at_once: bool) -> None:
        if track is None:
            self._desk.notice.emit(self.tr("Nothing came while it was recorded."))
            return
        parts, start, store = self._parts(), self._start, self._playing.store
        if not parts:
            self._desk.notice.emit(self.tr("No part was armed, so there is no take."))
            return
        label = self.tr("Record {0}")
        stem = store.timeline.free_name(self.tr("Take"))
        if at_once:
            store.put_take(label, track, stem, start, parts)
            return
        job = Job(
            self.tr("Keeping the take"),
            lambda context: packed(track),
            "file",
            "keeping the take",
        )
        self._desk.submit(job, done=lambda kept: store.put_take(label, kept, stem, start, parts))

    def _end_long_take(self) -> None:
        """The recorder ends a forgotten take by itself."""
        if self._recorder is not None and not self._recorder.running:
            self.end()
            self.ended.emit()
