"""How quickly a camera's frame becomes a picture: a video played as a camera, in real time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.background import Background
from models.errors import BadInput
from studio.drive.camera_source import PlayedVideo
from studio.drive.live_drive import LiveDrive
from studio.drive.mailbox import Mailbox
from studio.drive.pipeline import Driven
from studio.drive.settings import DriveSettings
from studio.drive.source import MotionSource, clock
from studio.engine.faults import Fault

WANTED_RATE, WANTED_LATENCY = 24.0, 120.0
"""Frames a second, and milliseconds from a frame's arrival to the picture that answers it."""
_WARM_UP = 1.5
"""Seconds that do not count: the performer is measured, kernels are loaded."""
_BUSY = 0.8
"""Share of the cores that a program with the machine to itself gets."""
_GREY = "#7f858c"


@dataclass(frozen=True)
class Spread:
    """Median and 95th percentile, milliseconds."""

    median: float
    p95: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Of at least one value."""
        return cls(float(np.median(values)), float(np.percentile(values, 95)))


@dataclass(frozen=True)
class LiveFigures:
    """What was measured.

    Attributes:
        size: pixels along a side; frames: pictures made in ``seconds``.
        camera_rate: frames a second of the video.
        latency: from the frame's arrival to the finished picture.
        stages: ``wait``, ``landmarks``, ``solve``, ``pose``, ``queue`` (the pose waits for the
            renderer), ``render``: together the latency.
        untracked: camera frames that were never looked at; unshown: poses that were not drawn.
        core_ms: milliseconds of processor that this program used for each picture, all cores and
            the frames that led to no picture together; cores: that it may use.
    """

    size: int
    seconds: float
    frames: int
    camera_rate: float
    latency: Spread
    stages: Mapping[str, Spread]
    untracked: int
    unshown: int
    core_ms: float
    cores: int

    @property
    def rate(self) -> float:
        """Pictures a second."""
        return self.frames / self.seconds

    @property
    def good(self) -> bool:
        """Whether both aims are met."""
        return self.rate >= WANTED_RATE and self.latency.median <= WANTED_LATENCY

    def obstacles(self) -> list[str]:
        """What stands in the way of the aims, a sentence each."""
        found = []
        render = self.stages["render"].median
        waits = ("wait", "queue", "render")
        tracking = sum(spread.median for n, spread in self.stages.items() if n not in waits)
        if self.rate < WANTED_RATE:
            slower, cost = ("rendering", render) if render > tracking else ("tracking", tracking)
            if self.camera_rate < WANTED_RATE:
                found.append(f"The video has only {self.camera_rate:.1f} frames a second.")
            else:
                found.append(
                    f"{slower.capitalize()} takes {cost:.0f} ms of a frame while both run side by "
                    f"side; {WANTED_RATE:.0f} frames a second leave {1e3 / WANTED_RATE:.0f} ms."
                )
        needed = self.core_ms * self.rate / 1e3
        if found and needed < _BUSY * self.cores:
            found.append(
                f"This program got {needed:.1f} of {self.cores} cores: other programs, or stages "
                "that wait for one another, took the rest."
            )
        if self.latency.median > WANTED_LATENCY:
            worst = max(self.stages, key=lambda name: self.stages[name].median)
            found.append(
                f"Of {self.latency.median:.0f} ms latency, {worst} takes "
                f"{self.stages[worst].median:.0f} ms."
            )
        return found

    def to_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "size": self.size,
            "seconds": self.seconds,
            "frames_per_second": self.rate,
            "camera_frames_per_second": self.camera_rate,
            "latency_ms": vars(self.latency),
            "stages_ms": {name: vars(spread) for name, spread in self.stages.items()},
            "core_ms": self.core_ms,
            "cores": self.cores,
            "untracked": self.untracked,
            "unshown": self.unshown,
            "obstacles": self.obstacles(),
        }


def bench_live(
    avatar: Any,
    video: Path,
    *,
    size: int = 512,
    samples: int = 2,
    seconds: float = 10.0,
    device: str = "auto",
) -> LiveFigures:
    """Play a video as a camera and answer it with pictures of the avatar.

    Args:
        avatar: a ``models.avatar.Avatar``.
        video: at least a few seconds with a face.
        size, samples, device: as for ``Avatar.render``.
        seconds: of the video that count, after a moment to warm up.

    Raises ``BadInput`` for a video that cannot be read, shows no face, or is too short.
    """
    avatar.render(avatar.source_pose, avatar.source_camera, size=size, background=_wall())
    return measured(avatar, PlayedVideo(video), size, samples, seconds, device)


def measured(
    avatar: Any, source: MotionSource, size: int, samples: int, seconds: float, device: str
) -> LiveFigures:
    """``bench_live`` for any live source."""
    box: Mailbox[Driven] = Mailbox()
    faults: list[Fault] = []
    done = threading.Event()

    def ended(fault: Fault | None) -> None:
        faults.extend([] if fault is None else [fault])
        done.set()
        box.close()

    rows: list[dict[str, float]] = []
    moments: list[float] = []
    unshown = 0
    used = 0.0
    first: Driven | None = None
    last: Driven | None = None
    drive = LiveDrive(lambda: source, avatar, DriveSettings(), box.put, ended)
    try:
        while (taken := box.take()) is not None:
            driven, missed = taken
            if driven.seconds < _WARM_UP or not driven.present:
                continue
            if driven.seconds > _WARM_UP + seconds:
                break
            rows.append(_drawn(avatar, driven, size, samples, device))
            moments.append(clock())
            if first is None:
                first, used = driven, time.process_time()
            last = driven
            unshown += missed
    finally:
        used = time.process_time() - used
        drive.stop()
    if faults:
        raise BadInput(faults[0].sentence)
    if len(rows) < 5 or first is None or last is None:
        raise BadInput(f"{source.name} shows too little of a face; take a longer video.")
    return LiveFigures(
        size=size,
        seconds=moments[-1] - moments[0],
        frames=len(rows) - 1,
        camera_rate=source.rate or 0.0,
        latency=Spread.of([sum(row.values()) for row in rows]),
        stages={name: Spread.of([row[name] for row in rows]) for name in rows[0]},
        untracked=last.dropped - first.dropped,
        unshown=unshown,
        core_ms=1e3 * used / (len(rows) - 1),
        cores=cores(),
    )


def _drawn(avatar: Any, driven: Driven, size: int, samples: int, device: str) -> dict[str, float]:
    """Draw the picture; milliseconds of every stage from the frame's arrival on."""
    begin = clock()
    avatar.render(
        driven.pose,
        avatar.source_camera,
        size=size,
        background=_wall(),
        samples=samples,
        device=device,
    )
    end = clock()
    queue, render = 1e3 * (begin - driven.finished), 1e3 * (end - begin)
    return {**driven.milliseconds, "queue": queue, "render": render}


def cores() -> int:
    """Processor cores that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _wall() -> Background | None:
    return Background.parse(_GREY)
