"""A desk, an avatar, and sources that are told what to do."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from models.pose import Pose
from studio.drive.calibration import Calibration
from studio.drive.settings import DriveSettings
from studio.drive.source import Origin, Sample, Seen, clock
from studio.ui.drive.driving import Driving, driving_of
from studio.ui.drive.phase import Phase
from tests.studio.fake_avatar import PIVOTS
from tests.studio.ui.panel_fixtures import PATIENCE_MS, desk, open_avatar

__all__ = ["desk", "open_avatar"]


class Puppet:
    """A live source: samples are those that the test sends."""

    name, live, origin, rate, duration = "puppet", True, Origin.PERFORMER, 30.0, None

    def __init__(self) -> None:
        self._box: queue.Queue[Sample | Exception | None] = queue.Queue()
        self._count = 0
        self.refits = 0
        self.closed = threading.Event()

    def send(self, pose: Pose | None, *, dropped: int = 0, picture: bool = False) -> None:
        seen = None
        if picture:
            marks = None if pose is None else np.full((478, 2), 20, np.float32)
            seen = Seen(np.full((48, 64, 3), 90, np.uint8), marks)
        seconds = self._count / 30
        self._count += 1
        self._box.put(Sample(seconds, pose, clock(), dropped=dropped, seen=seen))

    def smile(self, amount: float) -> None:
        self.send(Pose.neutral().with_blendshapes({"mouthSmileLeft": amount}))

    def fail(self, error: Exception) -> None:
        self._box.put(error)

    def end(self) -> None:
        self._box.put(None)

    def samples(self) -> Iterator[Sample]:
        while (item := self._box.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def refit(self, number: int) -> None:
        self.refits += number > 0

    def close(self) -> None:
        self.closed.set()
        self._box.put(None)


@pytest.fixture
def puppet() -> Puppet:
    return Puppet()


@pytest.fixture
def driving(desk, open_avatar, puppet, monkeypatch) -> Driving:
    """Ready to start; nothing is filtered, so that numbers can be compared."""
    avatar = open_avatar()
    rig = type("Rig", (), {"pivots": PIVOTS})
    avatar.parts.proxy = type("Proxy", (), {"rig": rig})
    driving = driving_of(desk)
    driving.opener = lambda choice: lambda: puppet
    driving.restore()
    driving.transfer.begin_with(DriveSettings(Calibration(lips_meet=False), steadiness=0.0))
    return driving


@pytest.fixture
def until(qtbot) -> Callable[[Callable[[], object]], None]:
    return lambda happened: qtbot.waitUntil(lambda: bool(happened()), timeout=PATIENCE_MS)


@pytest.fixture
def running(driving, puppet, until) -> Driving:
    driving.start()
    puppet.smile(0.0)
    until(lambda: driving.phase is Phase.RUNNING)
    return driving


def smile(pose: Pose) -> float:
    return pose.coefficient("mouthSmileLeft")


def drive_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name in ("drive", "stop driving", "film")]
