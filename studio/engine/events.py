"""What the engine tells, as values. They are delivered in the thread where they arise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import Fault
from studio.engine.request import FrameRequest


@dataclass(frozen=True, eq=False)
class FrameReady:
    """A rendered frame.

    Attributes:
        stamp: of its request; stamps that arrive only grow.
        request: what was asked for.
        picture: (S, S, 3) or, with a transparent background, (S, S, 4) uint8 sRGB, straight
            alpha, C-contiguous, ready for upload.
        size: S, which may be less than asked for (raw mode).
        nearest: show enlarged pixels as squares (raw mode).
        milliseconds: by stage: ``wait`` in the queue, ``pose`` the rig, ``render`` the field,
            ``composite`` it over the background, ``convert`` for upload.
        device: where it was rendered.
    """

    stamp: int
    request: FrameRequest = field(repr=False)
    picture: NDArray[np.uint8] = field(repr=False)
    size: int
    nearest: bool
    milliseconds: Mapping[str, float]
    device: str

    @property
    def made_ms(self) -> float:
        """Milliseconds that making it took, without waiting: what ``Pacer.measured`` wants."""
        return sum(self.milliseconds.values()) - self.milliseconds.get("wait", 0.0)


@dataclass(frozen=True, eq=False)
class FrameFailed:
    """A frame that could not be rendered; the one before stays valid."""

    stamp: int
    request: FrameRequest = field(repr=False)
    fault: Fault


@dataclass(frozen=True)
class Notice:
    """Something the person should know, not an error: one sentence. The same is told once."""

    sentence: str


@dataclass(frozen=True)
class DeviceChanged:
    """Pictures are now rendered elsewhere; ``sentence`` says why, empty when it was asked for."""

    device: str
    sentence: str = ""


@dataclass(frozen=True)
class JobStarted:
    """A job began to run."""

    job: int
    label: str


@dataclass(frozen=True)
class JobProgress:
    """Where a job is.

    Attributes:
        stage: its name; fraction: share 0..1 of the whole that is done.
        remaining: seconds left, an estimate; None when there is none yet.
    """

    job: int
    stage: str
    fraction: float
    remaining: float | None


@dataclass(frozen=True, eq=False)
class JobPartial:
    """A piece of a job's result that can be shown already, such as one thumbnail."""

    job: int
    value: Any


@dataclass(frozen=True, eq=False)
class JobDone:
    """A job's result; the job functions say of which type."""

    job: int
    label: str
    value: Any


@dataclass(frozen=True)
class JobFailed:
    """A job that ended with an error; ``error`` is the exception, for those that know its type."""

    job: int
    label: str
    fault: Fault
    error: BaseException = field(compare=False, repr=False)


@dataclass(frozen=True)
class JobCancelled:
    """A job that was cancelled; it left nothing behind."""

    job: int
    label: str


EngineEvent: TypeAlias = (
    FrameReady
    | FrameFailed
    | Notice
    | DeviceChanged
    | JobStarted
    | JobProgress
    | JobPartial
    | JobDone
    | JobFailed
    | JobCancelled
)
Deliver = Callable[[EngineEvent], None]
