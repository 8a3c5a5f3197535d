"""A second process for what would hold up the window: reading photos and building avatars.

Python code in a thread shares the interpreter with the window and cannot be stopped; a process
does neither. Cancelling ends it, and if it crashes the window only hears about it.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from studio.engine.faults import Fault

_POLL_SECONDS = 0.1
_POLLS_PER_TICK = 3
_KILLED = -9
_NICENESS = 5
Tell = Callable[[str, float], None]


class Watch(Protocol):
    """What a running task reports to; all methods raise when the task should end."""

    def check(self) -> None:
        """Raise when the task was cancelled."""

    def progress(self, stage: str, fraction: float) -> None:
        """A stage begins."""

    def tick(self) -> None:
        """Time passes."""


class TaskFailed(Exception):
    """A task ended with an error, which was described where it happened."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


class Child:
    """Runs one task after the other in a process that starts with the first and is kept warm.

    For one thread at a time; ``stop`` may be called from any.
    """

    def __init__(self, tasks: str = "studio.engine.tasks") -> None:
        """``tasks`` is the module whose ``TASKS`` the process can do."""
        self._tasks = tasks
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.is_alive()

    def start(self) -> None:
        """Start the process if there is none; it then imports what tasks need by itself."""
        if self.running:
            return
        self.stop()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self._tasks), name="triptych-work", daemon=True
        )
        process.start()
        theirs.close()
        self._process, self._connection = process, ours

    def run(self, task: str, arguments: Mapping[str, Any], watch: Watch, doing: str) -> Any:
        """Run a function of ``studio.engine.tasks`` and return its result.

        Args:
            task: its name; arguments: plain values, arrays and paths.
            watch: hears of progress; what its methods raise ends the process, and is raised.
            doing: for errors: ``building the avatar``.

        Raises:
            TaskFailed: when the function raises or the process dies.
        """
        self.start()
        connection = self._connection
        assert connection is not None
        try:
            connection.send((task, dict(arguments), doing))
            return self._wait(connection, watch)
        except (EOFError, OSError) as error:
            watch.check()
            raise TaskFailed(self._death(error)) from None
        except TaskFailed:
            raise
        except BaseException:
            self.stop()
            raise

    def _wait(self, connection: Connection, watch: Watch) -> Any:
        quiet = 0
        while True:
            while not connection.poll(_POLL_SECONDS):
                quiet += 1
                watch.check()
                if quiet % _POLLS_PER_TICK == 0:
                    watch.tick()
            kind, value = connection.recv()
            if kind == "progress":
                watch.progress(*value)
            elif kind == "failed":
                raise TaskFailed(value)
            else:
                return value

    def _death(self, error: Exception) -> Fault:
        process = self._process
        if process is not None:
            process.join(1.0)
        code = None if process is None else process.exitcode
        self.stop()
        killed = "the system ended it, most likely for want of memory"
        return Fault(
            "The process that reads photos and builds avatars ended unexpectedly "
            f"({killed if code == _KILLED else f'exit code {code}'}).",
            "Close other programs and try again; nothing that was open is lost.",
            repr(error),
        )

    def stop(self) -> None:
        """End the process, whatever it does. Harmless without one."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is not None:
            process.kill()
            process.join(1.0)
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()


def _serve(connection: Connection, module: str) -> None:
    """The process: run tasks until the other end is gone."""
    # Ctrl-C in the terminal is for the window, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        # The window and its pictures go first.
        os.nice(_NICENESS)
    tasks: Mapping[str, Callable[..., Any]] = importlib.import_module(module).TASKS

    def tell(stage: str, fraction: float) -> None:
        connection.send(("progress", (stage, fraction)))

    with contextlib.suppress(EOFError, OSError):
        while True:
            name, arguments, doing = connection.recv()
            connection.send(_outcome(tasks[name], arguments, tell, doing))


def _outcome(
    task: Callable[..., Any], arguments: dict[str, Any], tell: Tell, doing: str
) -> tuple[str, Any]:
    try:
        return "done", task(tell=tell, **arguments)
    except (EOFError, BrokenPipeError):
        raise
    except Exception as error:
        return "failed", Fault.of(error, doing)
