from __future__ import annotations

import numpy as np
import pytest

from models.reconstruct.inflation import Pins, inflate

COUNT, RADIUS = 61, 20.0


def _disc() -> tuple[np.ndarray, np.ndarray]:
    """What is above 0.5 inside a disc, and the distance to its centre."""
    y, x = np.mgrid[0:COUNT, 0:COUNT].astype(np.float32) - COUNT // 2
    away = np.hypot(x, y)
    return np.clip(0.5 + (RADIUS - away) / 4, 0, 1).astype(np.float32), away


def _pins(u: float = 0.0, weight: float = 0.0) -> Pins:
    return Pins(*(np.full((COUNT, COUNT), value, np.float32) for value in (u, weight)))


def test_a_disc_becomes_a_ball() -> None:
    solid, away = _disc()
    nobody = np.zeros(solid.shape, bool)
    u = inflate(solid, 0.5, nobody, _pins(), np.full(solid.shape, 4.0, np.float32), 100.0)
    inner = away < 0.9 * RADIUS
    np.testing.assert_allclose(u[inner], (RADIUS**2 - away**2)[inner], rtol=0.12, atol=8)
    assert not u[away > RADIUS + 1].any()


def test_pins_and_limit_hold() -> None:
    solid, away = _disc()
    nobody, round_ = np.zeros(solid.shape, bool), np.full(solid.shape, 4.0, np.float32)
    pinned = inflate(solid, 0.5, nobody, _pins(50.0, 1000.0), round_, 100.0)
    assert pinned[away < 15] == pytest.approx(50, abs=1)
    assert inflate(solid, 0.5, nobody, _pins(), round_, 5.0).max() == pytest.approx(25)


def test_bare_nodes_are_no_outline() -> None:
    solid, away = _disc()
    y = np.mgrid[0:COUNT, 0:COUNT][0] - COUNT // 2
    bare = y > 0
    u = inflate(solid, 0.5, bare, _pins(), np.full(solid.shape, 4.0, np.float32), 100.0)
    assert not u[bare].any()
    assert u[COUNT // 2, COUNT // 2] == pytest.approx(RADIUS**2, rel=0.12)
