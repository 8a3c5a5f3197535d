"""The engine: one thread that renders frames, two lanes for jobs, one process for builds."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from typing import Literal

from studio.engine.child import Child
from studio.engine.events import (
    Deliver,
    DeviceChanged,
    EngineEvent,
    FrameFailed,
    FrameReady,
    JobCancelled,
    JobDone,
    JobFailed,
    JobStarted,
    Notice,
)
from studio.engine.faults import Fault
from studio.engine.gate import RenderGate
from studio.engine.job import Cancelled, Job, JobContext
from studio.engine.renderer import Rendered, Renderer
from studio.engine.request import FrameRequest

_LOG = logging.getLogger(__name__)
_CHILD_IDLE_SECONDS = 180.0
"""After this the other process ends and gives its memory back."""


class Engine:
    """Renders frames and runs jobs beside the window.

    ``deliver`` is called with each ``EngineEvent`` in the thread where it arises; it must be quick
    and must not raise. All methods return at once and may be called from any thread.
    """

    def __init__(self, deliver: Deliver, *, device: str = "auto", child: Child | None = None):
        self._deliver = deliver
        self.child = Child() if child is None else child
        self._renderer = Renderer(device, self._tell)
        self._gate = RenderGate()
        self._wake = threading.Condition()
        self._stamps, self._numbers = itertools.count(1), itertools.count(1)
        self._pending: tuple[int, FrameRequest, float] | None = None
        self._newest = 0
        self._told: set[str] = set()
        self._closing = False
        self._jobs: dict[int, JobContext] = {}
        self._lanes: dict[str, queue.SimpleQueue[JobContext | None]] = {
            "build": queue.SimpleQueue(),
            "file": queue.SimpleQueue(),
        }
        self._threads = [threading.Thread(target=self._serve_frames, name="frames", daemon=True)]
        for lane in self._lanes:
            self._threads.append(
                threading.Thread(target=self._serve_jobs, args=(lane,), name=lane, daemon=True)
            )
        for thread in self._threads:
            thread.start()

    # Frames

    def request_frame(self, request: FrameRequest) -> int:
        """Ask for a frame; it takes the place of one that waits. Returns its stamp."""
        with self._wake:
            stamp = next(self._stamps)
            self._newest = stamp
            self._pending = (stamp, request, time.perf_counter())
            self._wake.notify()
            return stamp

    def drop_frames(self) -> None:
        """Forget the frame that waits and the one being rendered (the avatar is gone)."""
        with self._wake:
            self._pending, self._newest = None, next(self._stamps)

    def set_device(self, device: str) -> None:
        """Render on another device from the next frame on; ``DeviceChanged`` follows then."""
        self._renderer.use(device)

    def _serve_frames(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._closing or self._pending is not None)
                if self._closing or self._pending is None:
                    return
                stamp, request, asked = self._pending
                self._pending = None
            self._frame(stamp, request, asked)

    def _frame(self, stamp: int, request: FrameRequest, asked: float) -> None:
        try:
            with self._gate.frame():
                wait = 1e3 * (time.perf_counter() - asked)
                done = self._renderer.render(request)
                device = self._renderer.device
        except BaseException as error:
            # Whatever it is, the thread that renders goes on: Rust's panics are no ``Exception``.
            fault = Fault.of(error, "rendering the picture")
            self.deliver(FrameFailed(stamp, request, fault))
            return
        if self._is_stale(stamp, request):
            return
        times = {"wait": wait, **done.milliseconds}
        size = len(done.picture)
        self.deliver(FrameReady(stamp, request, done.picture, size, done.nearest, times, device))

    def _is_stale(self, stamp: int, request: FrameRequest) -> bool:
        """Whether a finished frame would show what is no longer so.

        While something moves each frame is a little late, and showing it is what makes motion;
        but a picture at rest must not flash up after the motion went on, nor another avatar.
        """
        with self._wake:
            if stamp == self._newest:
                return False
            if self._pending is None:
                return True
            newer = self._pending[1]
            return request.quality.final or newer.avatar is not request.avatar

    # Jobs

    def submit(self, job: Job) -> int:
        """Queue a job; returns its number, which its events carry. After closing nothing runs."""
        context = JobContext(self, next(self._numbers), job)
        with self._wake:
            if not self._closing:
                self._jobs[context.number] = context
                self._lanes[job.lane].put(context)
        return context.number

    def cancel(self, number: int) -> None:
        """Cancel a job, running or waiting; nothing when it has ended."""
        with self._wake:
            context = self._jobs.get(number)
        if context is not None:
            context.cancelled.set()

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        with self._wake:
            return bool(self._jobs)

    def render_for_job(self, request: FrameRequest) -> Rendered:
        """Render for a job; frames go first. For jobs only."""
        with self._gate.job():
            return self._renderer.render(request)

    def _serve_jobs(self, lane: Literal["build", "file"]) -> None:
        waiting = self._lanes[lane]
        while True:
            try:
                idle = _CHILD_IDLE_SECONDS if lane == "build" else None
                context = waiting.get(timeout=idle)
            except queue.Empty:
                self.child.stop()
                continue
            if context is None:
                return
            self._run(context)

    def _run(self, context: JobContext) -> None:
        number, job = context.number, context.job
        try:
            context.check()
            self.deliver(JobStarted(number, job.label))
            value = job.work(context)
            outcome: EngineEvent = JobDone(number, job.label, value)
        except Cancelled:
            outcome = JobCancelled(number, job.label)
        except BaseException as error:
            fault = getattr(error, "fault", None) or Fault.of(error, job.doing)
            outcome = JobFailed(number, job.label, fault, error)
        with self._wake:
            self._jobs.pop(number, None)
        self.deliver(outcome)

    # Both

    def deliver(self, event: EngineEvent) -> None:
        """Hand an event over; nothing is delivered any more while closing."""
        if not self._closing:
            try:
                self._deliver(event)
            except Exception:
                # A listener that fails must not end the thread that serves everything else.
                _LOG.exception("%s could not be delivered", type(event).__name__)

    def _tell(self, event: Notice | DeviceChanged) -> None:
        if isinstance(event, Notice):
            if event.sentence in self._told:
                return
            self._told.add(event.sentence)
        self.deliver(event)

    def close(self, timeout: float = 1.0) -> bool:
        """Cancel everything and end the threads; True when all ended within ``timeout`` seconds.

        No event is delivered any more. Threads that hang in foreign code do not keep the program
        alive, and files being written stay whole.
        """
        with self._wake:
            self._closing = True
            for context in self._jobs.values():
                context.cancelled.set()
            self._wake.notify_all()
        for lane in self._lanes.values():
            lane.put(None)
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self.child.stop()
        return not any(thread.is_alive() for thread in self._threads)
