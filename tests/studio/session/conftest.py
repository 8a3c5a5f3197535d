"""Fixtures of the session's tests: a clock that stands still, avatars without content."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.files import atomic_write
from models.pose import Pose
from studio.session.session import Session
from studio.session.state import OpenAvatar


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Handle:
    """What the session holds of an avatar."""

    source_pose = Pose.neutral().with_blendshapes({"jawOpen": 0.25})

    def save(self, path: Path) -> None:
        with atomic_write(path) as temporary:
            temporary.write_bytes(b"avatar")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(clock: Clock) -> Session:
    return Session(clock=clock)


@pytest.fixture
def avatar() -> OpenAvatar:
    """Built, never saved."""
    return OpenAvatar(Handle(), "anna")


@pytest.fixture(autouse=True)
def state_of_its_own(tmp_path_factory, monkeypatch) -> None:
    monkeypatch.setenv("TRIPTYCH_STATE", str(tmp_path_factory.mktemp("state")))
