"""What the person chose to drive with, and how it is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import BadInput
from studio.drive import opening
from studio.drive.opening import Opener
from studio.drive.source import MotionSource

if TYPE_CHECKING:
    from studio.drive.source import Sample


class SourceKind(StrEnum):
    """Where motion comes from."""

    WEBCAM = "webcam"
    VIDEO = "video"
    MOTION = "motion"
    LIVE_LINK = "live link"
    VMC = "vmc"


CAMERA_KINDS = (SourceKind.WEBCAM, SourceKind.VIDEO)
FILE_KINDS = (SourceKind.VIDEO, SourceKind.MOTION)
NETWORK_KINDS = (SourceKind.LIVE_LINK, SourceKind.VMC)


@dataclass(frozen=True)
class SourceChoice:
    """A source that can be opened.

    Attributes:
        kind: see there; the other fields matter where it has them.
        camera: number of the webcam, None without any. size: wanted pixels. mirror: as a mirror.
        path: of the video or motion file. loop: it begins anew when it ends.
        port: of the network. opened: other computers may send.
    """

    kind: SourceKind = SourceKind.WEBCAM
    camera: int | None = None
    size: tuple[int, int] = (640, 480)
    mirror: bool = True
    path: Path | None = None
    loop: bool = True
    port: int = opening.LIVE_LINK_PORT
    opened: bool = False

    @property
    def missing(self) -> str:
        """What is still to be chosen, ``camera`` or ``file``; empty when nothing is."""
        if self.kind is SourceKind.WEBCAM:
            return "" if self.camera is not None else "camera"
        return "file" if self.kind in FILE_KINDS and self.path is None else ""


def opener_of(
    choice: SourceChoice, motion_file: Callable[[Path], Opener] = opening.motion_file
) -> Opener:
    """What opens a choice; ``motion_file`` does so for the avatar that is to be moved."""
    path = choice.path
    if choice.kind is SourceKind.WEBCAM and choice.camera is not None:
        return opening.webcam(choice.camera, size=choice.size, mirror=choice.mirror)
    if choice.kind is SourceKind.VIDEO and path is not None:
        return opening.video(path, loop=choice.loop)
    if choice.kind is SourceKind.MOTION and path is not None:
        make = motion_file(path)
        return partial(Looped, make) if choice.loop else make
    if choice.kind is SourceKind.LIVE_LINK:
        return opening.live_link(choice.port, opened=choice.opened)
    if choice.kind is SourceKind.VMC:
        return opening.vmc(choice.port, opened=choice.opened)
    return partial(_refuse, choice.missing)


def _refuse(missing: str) -> MotionSource:
    raise BadInput(f"There is no {missing} to drive with; choose one.")


class Looped:
    """A source that begins anew when it ends."""

    live = True

    def __init__(self, make: Opener) -> None:
        self._make, self._source = make, make()
        self.name, self.origin = self._source.name, self._source.origin
        self.rate: float | None = self._source.rate
        self.duration: float | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def samples(self) -> Iterator[Sample]:
        """See ``MotionSource``; times go on growing."""
        offset = 0.0
        while True:
            last = None
            for sample in self._source.samples():
                last = sample.seconds
                yield replace(sample, seconds=sample.seconds + offset)
            # One that gave nothing would be opened for ever.
            if last is None or not self._again():
                return
            offset += last + 1.0 / (self.rate or 30.0)

    def _again(self) -> bool:
        if self._closed.is_set():
            return False
        with self._lock:
            self._source = self._make()
        if self._closed.is_set():
            self._source.close()
        return not self._closed.is_set()

    def refit(self, number: int) -> None:
        """See ``MotionSource``."""
        self._source.refit(number)

    def close(self) -> None:
        """See ``MotionSource``."""
        self._closed.set()
        with self._lock:
            source = self._source
        source.close()
