"""Steadying of what is not live."""

from __future__ import annotations

import numpy as np

from models.pose import Pose
from studio.drive.calibration import Calibration
from studio.drive.lookahead import driven, steadied
from studio.drive.pipeline import Pipeline
from studio.drive.settings import DriveSettings
from studio.drive.smooth import OneEuro
from studio.drive.source import Origin, Sample
from tests.studio.drive.conftest import NEUTRAL, Script, random_pose

RATE = 30


def moved(poses: list[Pose]) -> list[tuple[float, Pose]]:
    return [(i / RATE, pose) for i, pose in enumerate(poses)]


def jaw(value: float) -> Pose:
    return NEUTRAL.with_blendshapes({"jawOpen": float(value)})


def jaws(poses: list[Pose]) -> np.ndarray:
    return np.array([pose.coefficient("jawOpen") for pose in poses])


def test_tremor_goes_and_what_is_meant_stays():
    rng = np.random.default_rng(3)
    tremor = 0.4 + 0.01 * rng.normal(size=90)
    blink = np.zeros(90)
    blink[40], blink[41:44], blink[44] = 0.5, 1.0, 0.4
    poses = [
        NEUTRAL.with_blendshapes({"jawOpen": float(a), "eyeBlinkLeft": float(b)})
        for a, b in zip(tremor, blink, strict=True)
    ]
    shown = list(steadied(moved(poses), 0.3))
    assert np.std(np.diff(jaws(shown), 2)) < 0.25 * np.std(np.diff(tremor, 2))
    eyes = [pose.coefficient("eyeBlinkLeft") for pose in shown]
    assert np.allclose(eyes, blink, atol=0.01)


def test_nothing_lags():
    ramp = 0.2 + 0.6 * np.clip((np.arange(60) - 20) / 20, 0.0, 1.0)
    shown = jaws(list(steadied(moved([jaw(v) for v in ramp]), 0.3)))
    live, late = OneEuro(), []
    for index, value in enumerate(ramp):
        late.append(live.smooth(jaw(value), index / RATE, 0.3).coefficient("jawOpen"))
    middle = slice(24, 36)
    assert np.abs(shown - ramp)[middle].max() < 1e-4
    assert np.abs(np.array(late) - ramp)[middle].max() > 0.01


def test_heads_are_held_still_as_one_turn():
    rng = np.random.default_rng(4)
    poses = [NEUTRAL.replace(head=0.1 + 0.002 * rng.normal(size=3)) for _ in range(60)]
    before = np.array([p.head for p in poses])
    after = np.array([pose.head for pose in steadied(moved(poses), 0.3)])
    assert np.std(np.diff(after, 2, axis=0)) < 0.3 * np.std(np.diff(before, 2, axis=0))


def test_zero_changes_nothing_and_gaps_are_not_bridged():
    poses = [random_pose(i, expression=True) for i in range(8)]
    assert list(steadied(moved(poses), 0.0)) == poses
    shown = list(steadied([(float(i), pose) for i, pose in enumerate(poses)], 1.0))
    for given, got in zip(poses, shown, strict=True):
        assert np.allclose(given.blendshapes, got.blendshapes, atol=1e-6)


def test_samples_are_held_back_no_longer_than_they_must_be():
    asked = 0

    def source():
        nonlocal asked
        for each in moved([jaw(0.1)] * 60):
            asked += 1
            yield each

    shown = steadied(source(), 0.3)
    for index in range(40):
        next(shown)
        assert asked - index <= 0.15 * RATE + 2


def test_offline_driving_smooths_once(target):
    settings = DriveSettings(Calibration(lips_meet=False), steadiness=0.0)
    poses = [random_pose(i) for i in range(10)]
    given = list(driven(Script(poses), target, settings))
    assert [d.seconds for d in given] == [i / RATE for i in range(10)]
    offline = [d.pose for d in given]
    pipeline = Pipeline(target, Origin.PERFORMER)
    live = [pipeline.drive(Sample(i / RATE, p), settings).pose for i, p in enumerate(poses)]
    assert offline == live
    calm = [d.pose for d in driven(Script(poses), target, DriveSettings(steadiness=0.5))]
    assert calm != offline
