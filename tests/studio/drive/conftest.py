"""Fixtures of driving: sources that are written down, an avatar's place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from models.camera import Camera
from models.pose import Pose
from studio.drive.calibrate import Target
from studio.drive.source import Origin, Sample, clock

NEUTRAL = Pose.neutral()
BASE = NEUTRAL.with_blendshapes({"jawOpen": 0.2, "mouthSmileLeft": 0.5})


class Script:
    """A source that gives what is written down, then ends, or breaks."""

    name, live, rate, duration = "script", True, 30.0, None

    def __init__(
        self,
        poses: Sequence[Pose | None],
        *,
        origin: Origin = Origin.PERFORMER,
        fault: Exception | None = None,
        step: float = 1 / 30,
    ) -> None:
        self.poses, self.origin, self.fault, self.step = poses, origin, fault, step
        self.refits = self.closed = 0

    def samples(self) -> Iterator[Sample]:
        for index, pose in enumerate(self.poses):
            yield Sample(index * self.step, pose, clock(), restarted=index == 0)
        if self.fault is not None:
            raise self.fault

    def refit(self, number: int) -> None:
        self.refits += number > 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def target() -> Target:
    camera = Camera.orbit(yaw=10, pitch=5)
    return Target(BASE, camera, np.array([0, -0.2, -0.06]), np.array([0, -0.06, 0.015]))


def random_pose(seed: int, *, expression: bool = False) -> Pose:
    rng = np.random.default_rng(seed)
    pose = Pose(
        rng.random(52),
        rng.normal(0, 0.1, 3),
        rng.normal(0, 0.1, 3),
        rng.normal(0, 0.2, 3),
        rng.normal(0, 0.2, 2),
        rng.normal(0, 0.2, 2),
        rng.normal(0, 0.05, 3),
    )
    return pose.replace(expression=rng.normal(0, 1, 100)) if expression else pose
