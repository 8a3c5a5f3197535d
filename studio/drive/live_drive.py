"""Driving live: a source in a thread of its own, the newest pose handed on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from studio.drive.calibrate import Target
from studio.drive.pipeline import Driven, DriveSettings, Pipeline
from studio.drive.recorder import Recorder
from studio.drive.source import MotionSource
from studio.engine.faults import Fault


class LiveDrive:
    """Runs a source until it ends, breaks or is stopped.

    ``deliver`` is called in its thread with every ``Driven``; ``ended`` once, last, with the
    ``Fault`` that ended it or None. What was recorded until then stays in ``recorder``.
    """

    def __init__(
        self,
        source: MotionSource,
        target: Target,
        settings: DriveSettings,
        deliver: Callable[[Driven], object],
        ended: Callable[[Fault | None], object],
    ) -> None:
        self.source, self.recorder = source, Recorder()
        self._pipeline = Pipeline(target, source.origin)
        self._deliver, self._ended = deliver, ended
        self._lock = threading.Lock()
        self._settings = settings
        self._target: Target | None = None
        self._rest_wanted = False
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

    def retarget(self, target: Target) -> None:
        """Move another avatar, or start from another pose, from the next sample on."""
        with self._lock:
            self._target = target

    def calibrate(self) -> None:
        """ "This is my rest face": the performer is measured anew, what is seen next is rest."""
        self.source.refit()
        with self._lock:
            self._rest_wanted = True

    def stop(self, timeout: float = 2.0) -> bool:
        """End it and let go of camera or port; False when the thread does not end in time."""
        self._stopped.set()
        self.source.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        fault: Fault | None = None
        try:
            for sample in self.source.samples():
                if self._stopped.is_set():
                    break
                settings = self._taken_changes()
                driven = self._pipeline.drive(sample, settings)
                self.recorder.note(driven)
                self._deliver(driven)
                self._rest_if_wanted()
        except Exception as error:
            fault = Fault.of(error, f"driving with {self.source.name}")
        finally:
            self.source.close()
        self._ended(None if self._stopped.is_set() else fault)

    def _taken_changes(self) -> DriveSettings:
        with self._lock:
            if self._target is not None:
                self._pipeline.target, self._target = self._target, None
            return self._settings

    def _rest_if_wanted(self) -> None:
        with self._lock:
            if self._rest_wanted:
                self._rest_wanted = not self._pipeline.rest_now()
