"""Driving live: a source in a thread of its own, the newest pose handed on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from models.pose import Pose
from studio.drive.opening import Opener
from studio.drive.recorder import Recorder
from studio.drive.settings import DriveSettings
from studio.drive.source import MotionSource
from studio.engine.faults import Fault

if TYPE_CHECKING:
    from studio.drive.pipeline import Driven, Pipeline


class LiveDrive:
    """Opens a source and runs it until it ends, breaks or is stopped, all in its own thread.

    ``deliver`` is called there with every ``Driven``; ``ended`` once, last, with the ``Fault`` that
    ended it or None. What was recorded until then stays in ``recorder``.
    """

    def __init__(
        self,
        open_source: Opener,
        avatar: Any,
        settings: DriveSettings,
        deliver: Callable[[Driven], object],
        ended: Callable[[Fault | None], object],
        *,
        base: Pose | None = None,
    ) -> None:
        """Start.

        Args:
            open_source: see ``studio.drive.opening``.
            avatar: the ``models.avatar.Avatar`` that is moved.
            settings: see there.
            deliver, ended: called in the driving thread: hand over, do not work there.
            base: the avatar's answer to the performer's rest, its source pose if None.
        """
        self.recorder = Recorder()
        self._open, self._deliver, self._ended = open_source, deliver, ended
        self._lock = threading.Lock()
        self._settings = settings
        self._first_rest = settings.rest
        self._aim: tuple[Any, Pose | None] | None = (avatar, base)
        self._source: MotionSource | None = None
        self._rest_wanted: int | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="drive", daemon=True)
        self._thread.start()

    @property
    def settings(self) -> DriveSettings:
        """What counts from the next sample on; may be set from any thread."""
        with self._lock:
            return self._settings

    @settings.setter
    def settings(self, settings: DriveSettings) -> None:
        with self._lock:
            self._settings = settings

    @property
    def source(self) -> MotionSource | None:
        """What is driven with, None until it is open."""
        with self._lock:
            return self._source

    def retarget(self, avatar: Any, base: Pose | None = None) -> None:
        """Move another avatar, or start from another pose, from the next sample on."""
        with self._lock:
            self._aim = (avatar, base)

    def rest(self, number: int) -> None:
        """ "This is my rest face": the performer is measured anew, what is seen next is rest.

        The ``number`` of a former one goes back to it.
        """
        with self._lock:
            self._rest_wanted = number
            if self._source is not None:
                self._source.refit(number)

    def stop(self, timeout: float = 2.0) -> bool:
        """End it and let go of camera or port; False when the thread does not end in time."""
        self._stopped.set()
        with self._lock:
            source = self._source
        if source is not None:
            source.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        fault: Fault | None = None
        try:
            self._run()
        except Exception as error:
            fault = Fault.of(error, "driving")
        self._ended(None if self._stopped.is_set() else fault)

    def _run(self) -> None:
        source = self._open()
        with self._lock:
            wanted = self._rest_wanted
            source.refit(self._first_rest if wanted is None else wanted)
            self._source = source
        try:
            pipeline: Pipeline | None = None
            samples = iter(()) if self._stopped.is_set() else source.samples()
            for sample in samples:
                if self._stopped.is_set():
                    return
                pipeline, settings = self._taken_changes(pipeline, source)
                # Before a sample that was measured anew, which then belongs to the new rest.
                self._rest_if_wanted(pipeline)
                driven = pipeline.drive(sample, settings)
                self.recorder.note(driven)
                self._deliver(driven)
        finally:
            source.close()

    def _taken_changes(
        self, pipeline: Pipeline | None, source: MotionSource
    ) -> tuple[Pipeline, DriveSettings]:
        from studio.drive.calibrate import Target
        from studio.drive.pipeline import Pipeline

        with self._lock:
            aim, self._aim = self._aim, None
            settings = self._settings
        if aim is not None:
            target = Target.of(*aim)
            if pipeline is None:
                return Pipeline(target, source.origin, self._first_rest), settings
            pipeline.target = target
        assert pipeline is not None
        return pipeline, settings

    def _rest_if_wanted(self, pipeline: Pipeline) -> None:
        with self._lock:
            if self._rest_wanted is not None and pipeline.rest_now(self._rest_wanted):
                self._rest_wanted = None
