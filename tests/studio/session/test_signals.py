"""The signals of a pose."""

from __future__ import annotations

import numpy as np
import pytest

from models.pose import Pose
from studio.session.angles import Turn, axis_angle_of
from studio.session.channels import read_channel
from studio.session.signals import FIRST_ANGLE, SIGNAL_INDEX, SIGNALS, comparable, signals_of
from studio.session.view import View


def test_signals_are_the_channels_of_a_curve():
    pose = Pose.neutral().with_blendshapes({"jawOpen": 0.5})
    pose = pose.replace(
        head=axis_angle_of(Turn(10, 20, 30)),
        neck=axis_angle_of(Turn(-5, 0, 2)),
        gaze_left=(0.1, -0.2),
        gaze_right=(0.3, 0.0),
    )
    read = [read_channel(name, pose, View()) for name in SIGNALS]
    np.testing.assert_allclose(signals_of(pose), read, atol=0.01)
    assert signals_of(pose)[SIGNAL_INDEX["head.roll"]] == pytest.approx(30, abs=0.01)


def test_noise_is_no_movement():
    turned = Pose.neutral().replace(head=axis_angle_of(Turn(0, 20, 0)))
    moved = np.flatnonzero(signals_of(turned) != signals_of(Pose.neutral()))
    assert [SIGNALS[index] for index in moved] == ["head.yaw"]


def test_angles_and_coefficients_are_compared():
    values = np.zeros((1, len(SIGNALS)), np.float32)
    values[0, [0, FIRST_ANGLE]] = 0.5, 45.0
    assert list(comparable(values)[0, [0, FIRST_ANGLE]]) == [0.5, 1.0]
    assert values[0, FIRST_ANGLE] == 45.0
