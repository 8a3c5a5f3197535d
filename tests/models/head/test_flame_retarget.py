"""FLAME's expression as ARKit coefficients."""

from __future__ import annotations

import numpy as np
import pytest

from models.head.flame_expression import FlameExpression
from models.head.flame_retarget import ArkitRetarget
from models.pose import ARKIT_INDEX, ARKIT_NAMES

COUNT = 400
JAW_OPEN = ARKIT_INDEX["jawOpen"]
EYES = [i for i, name in enumerate(ARKIT_NAMES) if name.startswith("eyeLook")]


@pytest.fixture(scope="module")
def flame() -> FlameExpression:
    """Orthogonal components, a jaw, and coefficients that are mixtures of them."""
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(3 * COUNT, 100)))[0].T.reshape(100, COUNT, 3)
    arkit_map = np.zeros((52, 103), np.float32)
    arkit_map[:, :100] = rng.normal(size=(52, 100)) * (rng.random((52, 100)) < 0.2)
    arkit_map[JAW_OPEN, 100] = 0.3
    jaw = np.linspace(0, 1, COUNT).astype(np.float32)
    face = np.arange(COUNT) % 7 > 0
    return FlameExpression(
        basis.astype(np.float32), np.eye(100, dtype=np.float32), arkit_map, face, jaw
    )


@pytest.fixture(scope="module")
def retarget(flame: FlameExpression) -> ArkitRetarget:
    return ArkitRetarget(flame, np.random.default_rng(1).normal(size=(COUNT, 3)))


def _coefficients(count: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    wanted = rng.random((count, 52)) * (rng.random((count, 52)) < 0.15)
    wanted[:, [*EYES, ARKIT_INDEX["tongueOut"]]] = 0.0
    return wanted


def test_what_coefficients_did_is_found_again(flame, retarget) -> None:
    wanted = _coefficients(20)
    asked = wanted @ flame.arkit_map
    found, jaw = retarget.solve(asked[:, :100], asked[:, 100:])
    assert wanted.max() > 0.8
    np.testing.assert_allclose(found, wanted, atol=0.02)
    assert np.abs(jaw).max() < 0.01 < np.abs(asked[:, 100]).max()


def test_frames_do_not_depend_on_each_other(flame, retarget) -> None:
    asked = _coefficients(5) @ flame.arkit_map
    together, _ = retarget.solve(asked[:, :100], asked[:, 100:])
    alone, _ = retarget.solve(asked[3:4, :100], asked[3:4, 100:])
    np.testing.assert_allclose(alone[0], together[3], atol=1e-3)


def test_nothing_asked_is_nothing_done(retarget) -> None:
    found, jaw = retarget.solve(np.zeros((2, 100)), np.zeros((2, 3)))
    assert not found.any() and not jaw.any()


def test_coefficients_stay_in_bounds_and_the_rest_of_the_jaw_stays_with_the_joint(
    flame, retarget
) -> None:
    rng = np.random.default_rng(9)
    expression, jaw = 8 * rng.normal(size=(6, 100)), np.tile([0.2, 0.1, -0.05], (6, 1))
    found, rest = retarget.solve(expression, jaw)
    assert found.min() >= 0 and found.max() <= 1 and not found[:, EYES].any()
    assert (found == 1).any()
    np.testing.assert_allclose(rest + found @ flame.arkit_map[:, 100:], jaw, atol=1e-6)


def test_it_is_the_bounded_least_squares_solution(flame, retarget) -> None:
    rng = np.random.default_rng(4)
    expression = rng.normal(size=(1, 100))
    found, _ = retarget.solve(expression, np.zeros((1, 3)))
    slope = found.astype(np.float64) @ retarget._gram - np.pad(expression, ((0, 0), (0, 3))) @ (
        retarget._wanted
    )
    used = [i for i in range(52) if i not in EYES and ARKIT_NAMES[i] != "tongueOut"]
    free = (found[0] > 1e-3) & (found[0] < 1 - 1e-3)
    scale = np.diag(retarget._gram)
    for i in used:
        if free[i]:
            assert abs(slope[0, i]) < 1e-3 * scale[i]
        elif found[0, i] <= 1e-3:
            assert slope[0, i] > -1e-2 * scale[i]
        else:
            assert slope[0, i] < 1e-2 * scale[i]
    assert free.any()
