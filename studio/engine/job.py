"""A piece of work beside the frames, with progress, cancel and a remaining time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from studio.engine.events import JobPartial, JobProgress

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.engine.renderer import Rendered
    from studio.engine.request import FrameRequest

_TELLING = 0.1
"""Fraction from which elapsed time says something about the rest."""


class Cancelled(Exception):
    """Raised inside a job that was cancelled."""


@dataclass(frozen=True)
class Job:
    """What to do.

    Attributes:
        label: for lists and messages, ``Building the avatar of anna.jpg``.
        work: does it and returns the result; runs in the lane's thread.
        lane: ``build`` for what takes long, ``file`` for the rest. A lane does one job after the
            other; the two run beside each other.
        doing: for errors: ``building the avatar``.
        usual: usual seconds by stage, for the remaining time.
    """

    label: str
    work: Callable[[JobContext], Any]
    lane: Literal["build", "file"] = "file"
    doing: str = "this"
    usual: Mapping[str, float] = field(default_factory=dict)


class Remaining:
    """Estimates the time that is left from usual stage times and how this run compares."""

    def __init__(
        self, usual: Mapping[str, float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._usual, self._clock = dict(usual), clock
        self._started = self._stage_started = clock()
        self._stage = ""

    def begin(self, stage: str) -> None:
        """A stage begins."""
        if stage != self._stage:
            self._stage, self._stage_started = stage, self._clock()

    def seconds(self, fraction: float) -> float | None:
        """Seconds left when ``fraction`` of the whole is done; None while nobody can tell."""
        now = self._clock()
        elapsed = now - self._started
        if self._stage in self._usual:
            names = list(self._usual)
            place = names.index(self._stage)
            before = sum(self._usual[name] for name in names[:place])
            spent = self._stage_started - self._started
            pace = min(max(spent / before, 0.5), 20.0) if before > 0 else 1.0
            here = max(self._usual[self._stage] * pace - (now - self._stage_started), 0.0)
            after = pace * sum(self._usual[name] for name in names[place + 1 :])
            return here + after
        if fraction < _TELLING:
            return None
        return elapsed * (1.0 - fraction) / fraction


class JobContext:
    """What a job may use; its methods raise ``Cancelled`` once the job is cancelled."""

    def __init__(self, engine: Engine, number: int, job: Job) -> None:
        self.engine, self.number, self.job = engine, number, job
        self.cancelled = threading.Event()
        self._remaining = Remaining(job.usual)
        self._stage, self._fraction = "", 0.0

    def check(self) -> None:
        """Raise ``Cancelled`` if the job was cancelled."""
        if self.cancelled.is_set():
            raise Cancelled

    def progress(self, stage: str, fraction: float) -> None:
        """A stage begins or goes on; ``fraction`` of the whole work is done."""
        self.check()
        self._remaining.begin(stage)
        self._stage, self._fraction = stage, min(max(fraction, self._fraction), 1.0)
        self.tick()

    def tick(self) -> None:
        """Tell the remaining time again."""
        self.check()
        left = self._remaining.seconds(self._fraction)
        self.engine.deliver(JobProgress(self.number, self._stage, self._fraction, left))

    def partial(self, value: Any) -> None:
        """Deliver a piece of the result."""
        self.check()
        self.engine.deliver(JobPartial(self.number, value))

    def render(self, request: FrameRequest) -> Rendered:
        """Render a picture; frames of the viewport go first."""
        self.check()
        return self.engine.render_for_job(request)

    def elsewhere(self, task: str, **arguments: Any) -> Any:
        """Run a task of ``studio.engine.tasks`` in the other process; see ``Child.run``."""
        return self.engine.child.run(task, arguments, self)
