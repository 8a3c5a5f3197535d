"""One performer is followed, measured anew beside that, and found again by number."""

from __future__ import annotations

import threading
import time
import types

import numpy as np
import pytest

from models.pose import Pose
from studio.drive import following
from studio.drive.following import FaceFollower, Measure

FRAME = np.zeros((4, 4, 3), np.uint8)


class Tracker:
    def __init__(self, *, search):
        pass

    def read(self, rgb, seconds):
        return types.SimpleNamespace(landmarks=np.zeros((478, 3), np.float32))

    def close(self):
        pass


@pytest.fixture
def follower(monkeypatch):
    """Measures are numbered in the order they are taken; ``go`` lets one after the first end."""
    go, made = threading.Event(), []

    def measure(seen, rgb):
        if made:
            assert go.wait(10)
        number = len(made)
        made.append(number)

        def pose(what):
            return Pose.neutral().with_blendshapes({"jawOpen": number / 10 + what})

        performer = types.SimpleNamespace(rest=0.05, follow=lambda *_: Motion())
        return Measure(performer, types.SimpleNamespace(pose=lambda what: pose(float(what))))

    monkeypatch.setattr(following, "FaceTracker", Tracker)
    monkeypatch.setattr(following.Measure, "of", staticmethod(measure))
    follower = FaceFollower(search=False)
    follower.go, follower.made = go, made
    yield follower
    go.set()
    follower.close()


class Motion(float):
    error = 1.0


def jaw(sample) -> float:
    return round(sample.pose.coefficient("jawOpen"), 3)


def test_nothing_stands_still_while_the_performer_is_measured_anew(follower):
    first = follower.read(FRAME, 0.0, 0.0)
    assert first.restarted and jaw(first) == 0.05
    assert jaw(follower.read(FRAME, 0.1, 0.1)) == 0.0
    follower.go_by(1)
    meanwhile = [follower.read(FRAME, 0.2 + n / 10, 0.0) for n in range(3)]
    assert not any(sample.restarted for sample in meanwhile)
    assert [jaw(sample) for sample in meanwhile] == [0.0] * 3
    follower.go.set()
    follower._coming[1].result(10)
    new = follower.read(FRAME, 1.0, 0.0)
    assert new.restarted and jaw(new) == 0.15
    assert jaw(follower.read(FRAME, 1.1, 0.0)) == 0.1


def test_a_former_measure_is_gone_back_to(follower):
    follower.read(FRAME, 0.0, 0.0)
    follower.go.set()
    follower.go_by(1)
    for n in range(1, 1000):
        if follower.read(FRAME, n / 1000, 0.0).restarted:
            break
        time.sleep(0.005)
    follower.go_by(0)
    back = follower.read(FRAME, 2.0, 0.0)
    assert not back.restarted and jaw(back) == 0.0 and follower.made == [0, 1]
