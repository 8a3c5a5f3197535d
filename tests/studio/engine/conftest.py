"""Fixtures of the engine's tests: an engine that must end, its events, a quick avatar."""

from __future__ import annotations

import multiprocessing
import queue
import sys
import threading
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
import pytest

from studio.engine.child import Child
from studio.engine.engine import Engine
from studio.engine.events import EngineEvent
from studio.session.state import OpenAvatar
from tests.studio import fake_avatar

PATIENCE = 30.0
Kind = TypeVar("Kind")


class Events:
    """What an engine delivered, in order."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        self.all: list[EngineEvent] = []

    def __call__(self, event: EngineEvent) -> None:
        self._queue.put(event)

    def wait_for(self, *kinds: type[Kind]) -> Kind:
        """The next event of these kinds; others on the way are kept in ``all``."""
        while True:
            event = self._queue.get(timeout=PATIENCE)
            self.all.append(event)
            if isinstance(event, kinds):
                return event

    def of(self, kind: type[Kind]) -> list[Kind]:
        """What has arrived of a kind."""
        while not self._queue.empty():
            self.all.append(self._queue.get())
        return [event for event in self.all if isinstance(event, kind)]


class SlowAvatar(fake_avatar.Avatar):
    """Renders one picture for each ``go``; says when it has ``begun``."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.rendered: list[dict[str, Any]] = []
        self.at_once = self.most_at_once = 0
        self.faults: list[BaseException] = []

    def render(self, pose, camera, **options):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.rendered.append({"pose": pose, "camera": camera, **options})
        self.begun.release()
        try:
            assert self.go.acquire(timeout=PATIENCE)
            if self.faults:
                raise self.faults.pop(0)
            channels = 4 if options["background"] is None else 3
            return np.full((channels, options["size"], options["size"]), 0.5, np.float32)
        finally:
            self.at_once -= 1

    def let_all(self) -> SlowAvatar:
        """Render without waiting from now on."""
        self.go.release(10_000)
        return self


@pytest.fixture
def slow() -> SlowAvatar:
    return SlowAvatar()


@pytest.fixture
def avatar() -> SlowAvatar:
    """Quick."""
    return SlowAvatar().let_all()


@pytest.fixture
def opened(avatar) -> OpenAvatar:
    return OpenAvatar(avatar, "anna")


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail on threads and processes that outlive their test."""
    before = set(threading.enumerate())
    yield
    # The renderer's pool belongs to the process, not to an engine.
    left = [t for t in set(threading.enumerate()) - before if not t.name.startswith("render")]
    assert left == []
    assert multiprocessing.active_children() == []


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def engine(events, nothing_leaks) -> Iterator[Engine]:
    engine = Engine(events, device="cpu", child=Child("tests.studio.engine.child_tasks"))
    yield engine
    engine.close(timeout=10)


@pytest.fixture
def fake_models(monkeypatch) -> type[fake_avatar.Avatar]:
    """``models.avatar`` replaced by the stand-in."""
    monkeypatch.setitem(sys.modules, "models.avatar", fake_avatar)
    monkeypatch.setattr(fake_avatar.Avatar, "fault", None)
    return fake_avatar.Avatar
