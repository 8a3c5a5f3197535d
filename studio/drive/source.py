"""What moves an avatar: one small interface for cameras, videos, files and the network."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.pose import Pose

clock = time.perf_counter
"""Seconds by which arrivals and latencies are counted."""


class Origin(StrEnum):
    """What the numbers of a source are relative to.

    PERFORMER: a face seen by a camera; the zero of gaze and place is unknown.
    DEVICE: angles of head and eyes with a zero that means straight ahead; the place has none.
    AVATAR: poses of an avatar, which can be shown as they are.
    """

    PERFORMER = "performer"
    DEVICE = "device"
    AVATAR = "avatar"


@dataclass(frozen=True, eq=False)
class Seen:
    """What a tracker looked at, for a monitor.

    Attributes:
        picture: (H, W, 3) uint8 sRGB, upright, mirrored where the user wants it.
        landmarks: (478, 2) pixels in it, None without a face.
        error: distance of fitted and seen landmarks, percent of the eye corners' distance.
    """

    picture: NDArray[np.uint8]
    landmarks: NDArray[np.float32] | None = None
    error: float = 0.0


@dataclass(frozen=True, eq=False)
class Sample:
    """What a source knows at one time.

    Attributes:
        seconds: since the source began, growing.
        pose: what the performer does; None while nobody is seen or nothing arrives.
        arrived: ``clock()`` at which frame or packet came in.
        restarted: the performer was measured anew in this frame, which is the new rest.
        dropped: frames that came since the last sample and were not looked at.
        milliseconds: what was spent on it, by stage.
        seen: for a monitor.
    """

    seconds: float
    pose: Pose | None
    arrived: float = 0.0
    restarted: bool = False
    dropped: int = 0
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    seen: Seen | None = None


class MotionSource(Protocol):
    """A source of motion, for one thread.

    Attributes:
        name: for lists and messages.
        live: samples come when they happen, and those that nobody takes are dropped.
        origin: see ``Origin``.
        rate: samples per second where known; duration: seconds where known.
    """

    name: str
    live: bool
    origin: Origin
    rate: float | None
    duration: float | None

    def samples(self) -> Iterator[Sample]:
        """Every sample in turn; a live source waits for the next. Can be run once.

        Raises ``BadInput`` in one sentence when the source cannot be read (any more).
        """
        ...

    def refit(self, number: int) -> None:
        """Go by measure ``number`` of the performer, taken at the next frame if there is none yet.

        From any thread; sources that measure nobody do nothing.
        """
        ...

    def close(self) -> None:
        """End ``samples`` and let go of camera or port. From any thread, harmless twice."""
        ...
