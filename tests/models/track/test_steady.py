"""Trembling is held, movement passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.track.motion import Motion
from models.track.steady import COEFFICIENT_GRAIN, TURN_GRAIN, settled

REST = Motion(
    0.0,
    np.full(52, 0.3, np.float32),
    np.zeros((2, 2), np.float32),
    np.eye(3),
    np.array([0.0, 0.0, 2.7]),
)


def test_noise_is_held_back() -> None:
    rng = np.random.default_rng(0)
    raw, calm, held = [], [], REST
    for _ in range(60):
        noise = rng.normal(0, COEFFICIENT_GRAIN / 3, 52).astype(np.float32)
        turn = axis_angle_matrix(rng.normal(0, TURN_GRAIN / 4, 3))
        now = replace(REST, coefficients=REST.coefficients + noise, rotation=turn)
        held = settled(held, now)
        raw.append((now.coefficients, matrix_axis_angle(now.rotation)))
        calm.append((held.coefficients, matrix_axis_angle(held.rotation)))
    for part in (0, 1):
        before, after = (
            np.abs(np.diff([one[part] for one in track], 2, axis=0)).mean() for track in (raw, calm)
        )
        assert after < 0.4 * before


def test_movement_passes() -> None:
    turned = replace(
        REST,
        timestamp=0.04,
        coefficients=REST.coefficients + np.float32(0.5),
        rotation=axis_angle_matrix((0.0, 0.2, 0.0)),
        translation=REST.translation + (0.1, 0.0, 0.0),
    )
    once = settled(REST, turned)
    assert once.timestamp == 0.04
    assert once.coefficients == pytest.approx(turned.coefficients, abs=0.03)
    assert matrix_axis_angle(once.rotation)[1] == pytest.approx(0.2, rel=0.05)
    assert once.translation == pytest.approx(turned.translation, abs=0.004)
    assert settled(turned, turned).coefficients == pytest.approx(turned.coefficients)
