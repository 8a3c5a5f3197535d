"""Faces in front of a camera: videos, videos played as if they were a camera, and webcams."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.track.video import read_video
from studio.drive.film_facts import film_facts
from studio.drive.following import FaceFollower
from studio.drive.mailbox import Mailbox
from studio.drive.source import Origin, Sample, clock
from studio.engine.faults import Fault
from studio.engine.webcam import Webcam, webcam_devices

Pixels = NDArray[np.uint8]
Frame = tuple[float, Pixels, float]
"""Seconds, picture (H, W, 3), and ``clock()`` of its arrival."""

LIVE_SIDE = 640
"""Live frames are shrunk to this side: the landmarker looks at 192 pixels of the face."""
_BROKEN_OFF = 0.5
"""Seconds that a film may lack at its end before it counts as broken off."""


class VideoSource:
    """A video file, every frame of it, as fast as they are asked for."""

    live = False
    origin = Origin.PERFORMER

    def __init__(self, path: Path) -> None:
        """Look at the file. Raises ``BadInput`` when it is no video."""
        facts = film_facts(path)
        self.path, self.name = path, path.name
        self.rate: float | None = facts.rate
        self.duration: float | None = facts.duration
        self.warning: str | None = None
        self._closed = threading.Event()

    def samples(self) -> Iterator[Sample]:
        """See ``MotionSource``; ``warning`` says afterwards whether the file breaks off."""
        follower = FaceFollower(search=True)
        last = 0.0
        try:
            for frame in read_video(self.path):
                if self._closed.is_set():
                    return
                last = frame.seconds
                yield follower.read(frame.rgb, frame.seconds, clock())
        finally:
            follower.close()
        self.warning = _broken_off(self.path, last, self.duration)

    def refit(self, number: int) -> None:
        """Do nothing: a film is measured at its first face."""

    def close(self) -> None:
        """End ``samples``."""
        self._closed.set()


class _LiveFrames:
    """Frames that come by themselves: the newest is followed, the others are dropped."""

    live = True
    origin = Origin.PERFORMER
    name = ""
    rate: float | None = None
    duration: float | None = None

    def __init__(self) -> None:
        self._box: Mailbox[Frame] = Mailbox()
        self._closed = threading.Event()
        self._measure = 0

    def _start(self) -> None:
        """Begin to put frames into the box."""
        raise NotImplementedError

    def _stop(self) -> None:
        """Let go of where frames come from."""
        raise NotImplementedError

    def samples(self) -> Iterator[Sample]:
        """See ``MotionSource``."""
        follower = FaceFollower(search=False)
        try:
            self._start()
            while not self._closed.is_set():
                taken = self._box.take()
                if taken is None:
                    return
                (seconds, rgb, arrived), dropped = taken
                follower.go_by(self._measure)
                yield follower.read(rgb, seconds, arrived, dropped)
        finally:
            self.close()
            follower.close()

    def refit(self, number: int) -> None:
        """See ``MotionSource``."""
        self._measure = number

    def close(self) -> None:
        """See ``MotionSource``."""
        self._closed.set()
        self._box.close()
        self._stop()


class PlayedVideo(_LiveFrames):
    """A video file played in real time, as if it were a camera.

    One that breaks off raises ``BadInput`` at its end, unless it is looped.
    """

    def __init__(self, path: Path, *, loop: bool = False) -> None:
        """Look at the file; ``loop`` plays it again and again, with the same performer.

        Raises ``BadInput`` when it is no video.
        """
        super().__init__()
        facts = film_facts(path)
        self.path, self.name = path, path.name
        self.rate, self.duration = facts.rate, None if loop else facts.duration
        self._loop = loop
        self._thread = threading.Thread(target=self._play, name="film", daemon=True)

    def _start(self) -> None:
        self._thread.start()

    def _stop(self) -> None:
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _play(self) -> None:
        fault: Exception | None = None
        try:
            run, length = 0.0, self._run(0.0)
            # One that gives nothing would be read for ever.
            while self._loop and length > 0.0:
                run += length
                length = self._run(run)
            broken = _broken_off(self.path, length, self.duration)
            if broken is not None and not self._closed.is_set():
                fault = BadInput(broken)
        except BadInput as error:
            fault = error
        finally:
            self._box.close(fault)

    def _run(self, start: float) -> float:
        """Play it once, its times from ``start`` seconds on; seconds played, 0 when closed."""
        began: float | None = None
        played = 0.0
        for frame in read_video(self.path, LIVE_SIDE):
            began = clock() if began is None else began
            if self._closed.wait(max(began + frame.seconds - clock(), 0.0)):
                return 0.0
            self._box.put((start + frame.seconds, frame.rgb, clock()))
            played = frame.seconds + 1.0 / (self.rate or 30.0)
        return played


class WebcamSource(_LiveFrames):
    """A camera of this computer."""

    def __init__(
        self, camera: int | str, *, size: tuple[int, int] = (640, 480), mirror: bool = False
    ) -> None:
        """Choose a camera.

        Args:
            camera: its number, or its name as ``webcam_devices`` gives it.
            size: wanted width and height of its pictures.
            mirror: turn pictures, and with them the motion, as a mirror does.

        Raises ``BadInput`` for a name that no camera has.
        """
        super().__init__()
        self._number = camera if isinstance(camera, int) else _numbered(camera)
        self.name = f"Camera {self._number + 1}" if isinstance(camera, int) else camera
        self._size, self._mirror = size, mirror
        self._webcam: Webcam | None = None
        self._began = 0.0

    def _start(self) -> None:
        self._began = clock()
        self._webcam = Webcam(self._number, self._deliver, self._size)

    def _stop(self) -> None:
        if self._webcam is not None:
            self._webcam.stop()

    def _deliver(self, came: Pixels | Fault) -> None:
        if isinstance(came, Fault):
            self._box.close(BadInput(f"{came.sentence.rstrip('.')}; {_lowered(came.remedy)}"))
            return
        now = clock()
        picture = np.ascontiguousarray(came[:, ::-1]) if self._mirror else came
        self._box.put((now - self._began, picture, now))


def _broken_off(path: Path, shown: float, whole: float | None) -> str | None:
    """A sentence about a film of which less was shown than the file promises, in seconds."""
    if whole is None or shown >= whole - _BROKEN_OFF:
        return None
    return f"{path} breaks off after {shown:.1f} of {whole:.1f} seconds; use another copy."


def _numbered(name: str) -> int:
    for device in webcam_devices():
        if device.name == name:
            return device.number
    raise BadInput(f"There is no camera named {name}; plug it in, or choose another.")


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
