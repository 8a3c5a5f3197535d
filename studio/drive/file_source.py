"""A motion file as a source."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from studio.drive.flame_expression import for_avatar
from studio.drive.live_link import looking_once
from studio.drive.motion_files import read_motion
from studio.drive.source import Sample, clock


class MotionFileSource:
    """The poses of a file, as fast as they are asked for, or in real time."""

    def __init__(
        self,
        path: Path,
        *,
        live: bool = False,
        avatar: object | None = None,
        flame: Path | None = None,
    ) -> None:
        """Read the file.

        Args:
            path: the file. live: its poses come in real time.
            avatar: whom it will move; ``warning`` says what of the file it cannot show.
            flame: the user's FLAME file, by which expressions reach avatars with an open head.

        Raises:
            BadInput: in one sentence.
        """
        motion = read_motion(path)
        self.name, self.live, self.origin = path.name, live, motion.origin
        self.track = motion.track
        self.warning: str | None = None
        if avatar is not None:
            self.track, self.warning = for_avatar(motion.track, path.name, avatar, flame)
        self.rate: float | None = self.track.rate
        self.duration: float | None = self.track.duration
        self._doubled = path.suffix.lower() == ".csv"
        self._closed = threading.Event()

    def samples(self) -> Iterator[Sample]:
        """See ``MotionSource``; in real time, what comes too late is dropped."""
        began, dropped = clock(), 0
        first = float(self.track.times[0])
        for index, (moment, pose) in enumerate(self.track):
            seconds = moment - first
            if self.live:
                if index + 1 < len(self.track) and self._late(began, index + 1, first):
                    dropped += 1
                    continue
                self._closed.wait(max(0.0, began + seconds - clock()))
            if self._closed.is_set():
                return
            posed = looking_once(pose) if self._doubled else pose
            yield Sample(seconds, posed, clock(), dropped=dropped)
            dropped = 0

    def _late(self, began: float, following: int, first: float) -> bool:
        """Whether the pose after this one is already due."""
        return clock() >= began + float(self.track.times[following]) - first

    def refit(self, number: int) -> None:
        """Do nothing: nobody is measured."""

    def close(self) -> None:
        """End ``samples``."""
        self._closed.set()
