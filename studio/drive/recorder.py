"""Recording: poses that come while it runs, kept whatever happens to their source."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from models.pose import Pose
from studio.session.pose_track import PoseTrack

if TYPE_CHECKING:
    from studio.drive.pipeline import Driven

LONGEST_SECONDS = 3600.0
"""A take ends by itself then, so that a forgotten one does not fill the memory."""


class Recorder:
    """Collects poses; used by the thread that drives and the one that starts and stops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = False
        self._poses: list[tuple[float, Pose]] = []

    @property
    def running(self) -> bool:
        """Whether poses are kept."""
        return self._running

    @property
    def seconds(self) -> float:
        """How long the take is so far."""
        with self._lock:
            return self._poses[-1][0] - self._poses[0][0] if self._poses else 0.0

    def start(self) -> None:
        """Begin a take; what was not fetched is dropped."""
        with self._lock:
            self._poses, self._running = [], True

    def note(self, driven: Driven) -> None:
        """Keep a pose while a take is recorded."""
        with self._lock:
            if self._running:
                self._poses.append((driven.seconds, driven.pose))
                self._running = driven.seconds - self._poses[0][0] < LONGEST_SECONDS

    def stop(self) -> PoseTrack | None:
        """End the take and give it, times from 0; None when there is nothing in it."""
        with self._lock:
            poses, self._poses, self._running = self._poses, [], False
        track = PoseTrack.of(poses)
        return track.shifted(-float(track.times[0])) if len(track) else None
