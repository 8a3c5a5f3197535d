"""A piece of work beside the frames, with progress, cancel and a remaining time."""

from __future__ import annotations

import math
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
_OVERTIME = 0.15
"""A stage in overtime is taken to last this share of its time longer."""


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
    """Estimates the time that is left from usual stage times and how this run compares.

    The first stage says nothing about the pace: what it loads may be in memory already. Until the
    second is over nobody can tell how fast this machine is. Within a stage the estimate only falls.
    """

    def __init__(
        self, usual: Mapping[str, float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._usual, self._clock = dict(usual), clock
        self._order = list(usual)
        self._started = self._stage_started = clock()
        self._stage = ""
        self._spent, self._expected = 0.0, 0.0
        self._told = math.inf

    def begin(self, stage: str) -> None:
        """A stage begins."""
        if stage == self._stage:
            return
        now = self._clock()
        if self._stage in self._order[1:]:
            self._spent += now - self._stage_started
            self._expected += self._usual[self._stage]
        self._stage, self._stage_started, self._told = stage, now, math.inf

    def seconds(self, fraction: float) -> float | None:
        """Seconds left when ``fraction`` of the whole is done; None while nobody can tell."""
        if self._stage in self._usual:
            if self._expected == 0:
                return None
            self._told = min(self._told, self._guess())
            return self._told
        if fraction < _TELLING:
            return None
        return (self._clock() - self._started) * (1.0 - fraction) / fraction

    def share(self, fraction: float) -> float:
        """Share of the whole that is done: by time where usual times are known."""
        if self._stage not in self._usual:
            return fraction
        elapsed = self._clock() - self._started
        return elapsed / max(elapsed + self._guess(), 1e-6)

    def _guess(self) -> float:
        """Seconds left by the usual times, at the pace of this run so far."""
        here = self._clock() - self._stage_started
        pace = self._spent / self._expected if self._expected > 0 else 1.0
        # A stage that takes longer than it should tells that the others will, too.
        pace = min(max(pace, here / self._usual[self._stage], 0.2), 50.0)
        after = self._order[self._order.index(self._stage) + 1 :]
        left = max(self._usual[self._stage] * pace - here, _OVERTIME * here)
        return left + pace * sum(self._usual[name] for name in after)


class JobContext:
    """What a job may use; its methods raise ``Cancelled`` once the job is cancelled."""

    def __init__(self, engine: Engine, number: int, job: Job) -> None:
        self.engine, self.number, self.job = engine, number, job
        self.cancelled = threading.Event()
        self._remaining = Remaining(job.usual)
        self._stage, self._given, self._shown = "", 0.0, 0.0

    def check(self) -> None:
        """Raise ``Cancelled`` if the job was cancelled."""
        if self.cancelled.is_set():
            raise Cancelled

    def progress(self, stage: str, fraction: float) -> None:
        """A stage begins or goes on; ``fraction`` of the whole work is done."""
        self.check()
        self._remaining.begin(stage)
        self._stage, self._given = stage, min(max(fraction, self._given), 1.0)
        self.tick()

    def tick(self) -> None:
        """Tell the remaining time again, once the first stage began."""
        self.check()
        if not self._stage:
            return
        left = self._remaining.seconds(self._given)
        # A bar that steps back looks broken, even when the estimate got better.
        self._shown = max(self._shown, min(self._remaining.share(self._given), 1.0))
        self.engine.deliver(JobProgress(self.number, self._stage, self._shown, left))

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
        return self.engine.child.run(task, arguments, self, self.job.doing)
