"""The per-frame fit recovers what an ideal head does."""

from __future__ import annotations

import numpy as np
import pytest

from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.camera import Camera
from models.head.assemble import skin_landmarks
from models.head.open_head import load_open_head
from models.pose import ARKIT_INDEX, Pose
from models.track import solve
from models.track.landmark_head import LandmarkHead
from models.track.solve import Fit, LandmarkSolver, Sight
from tests.models.head.people import person

CAMERA = Camera.orbit()
STILL = np.zeros(2)


@pytest.fixture(scope="module")
def head() -> LandmarkHead:
    return LandmarkHead.of(load_open_head(), person(3))


def coefficients(**values: float) -> np.ndarray:
    result = np.zeros(52)
    for name, value in values.items():
        result[ARKIT_INDEX[name]] = value
    return result


def start() -> Fit:
    world2cam = CAMERA.world2cam
    return Fit(world2cam[:3, :3].copy(), world2cam[:3, 3].copy(), np.zeros(52))


def test_the_reduced_head_moves_as_the_rig(head: LandmarkHead) -> None:
    given = coefficients(jawOpen=0.4, eyeBlinkLeft=0.5, eyeSquintLeft=0.6, mouthSmileRight=0.7)
    pose = Pose(blendshapes=given.astype(np.float32)).replace(gaze_left=(0.0, -0.2))
    mesh = person(3)
    skin = mesh.rig.deform(pose)[: mesh.skin_count]
    points, _ = head.posed(given, np.array([-0.2, 0.0]))
    away = np.linalg.norm(points - skin_landmarks(load_open_head(), skin), axis=1)
    assert np.median(away) < 1e-5
    assert away.max() < 3e-3  # lids that the rig keeps out of the eyeballs


def test_derivatives(head: LandmarkHead) -> None:
    given = coefficients(jawOpen=0.05, eyeBlinkLeft=0.5, eyeSquintLeft=0.6, mouthUpperUpLeft=0.02)
    _, slope = head.posed(given, np.array([0.1, -0.1]))
    for name in ("jawOpen", "eyeBlinkLeft", "eyeSquintLeft", "mouthUpperUpLeft"):
        step = coefficients(**{name: 1e-5})
        up, _ = head.posed(given + step, np.array([0.1, -0.1]))
        down, _ = head.posed(given - step, np.array([0.1, -0.1]))
        measured = (up - down) / 2e-5
        assert slope[..., ARKIT_INDEX[name]] == pytest.approx(measured, abs=1e-6)


@pytest.mark.parametrize("angle", [(0.0, 0.3, 0.0), (-0.2, 0.1, 0.15)])
def test_pose_and_expression_are_recovered(head: LandmarkHead, angle: tuple[float, ...]) -> None:
    solver = LandmarkSolver(head, CAMERA.intrinsics)
    wanted = coefficients(jawOpen=0.6, eyeBlinkRight=0.9, mouthSmileLeft=0.5)
    rest = start()
    truth = Fit(rest.rotation @ axis_angle_matrix(angle), rest.translation + (0.05, 0, 0), wanted)
    points, _ = head.posed(wanted, STILL)
    target = solver.project(points, truth)
    fit = rest
    for _ in range(8):
        fit = solver.step(fit, target, np.zeros(52), STILL, float(fit.translation[2]))
    turn = np.degrees(np.linalg.norm(matrix_axis_angle(fit.rotation.T @ truth.rotation)))
    assert turn < 1.0
    for name in ("jawOpen", "eyeBlinkRight", "mouthSmileLeft"):
        index = ARKIT_INDEX[name]
        assert fit.coefficients[index] == pytest.approx(wanted[index], abs=0.15), name
    assert fit.coefficients.min() >= 0.0


def test_anchors_outvote_landmarks_that_nod(
    head: LandmarkHead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The face is seen two degrees lower than the skull says: the skull is right."""
    # These anchors lie where they are said to, and are seen without noise.
    monkeypatch.setattr(solve, "DEPTH_DOUBT", 0.0)
    monkeypatch.setattr(solve, "ANCHOR_SIGMA", 0.1 / 512)
    solver = LandmarkSolver(head, CAMERA.intrinsics)
    rest = start()
    nodded = Fit(
        rest.rotation @ axis_angle_matrix((np.radians(2.0), 0, 0)),
        rest.translation,
        rest.coefficients,
    )
    points, _ = head.posed(rest.coefficients, STILL)
    target = solver.project(points, nodded)
    rng = np.random.default_rng(0)
    skull = rng.uniform((-0.15, 0.0, -0.05), (0.15, 0.25, 0.2), (40, 3))
    places = solver.project(skull, rest)
    places[:4] += 0.05  # background taken for skull
    sight = Sight(skull, places, rest.rotation)

    def angle(sight: Sight | None) -> float:
        fit = rest
        for _ in range(6):
            fit = solver.step(fit, target, np.zeros(52), STILL, 2.7, sight)
        return float(np.degrees(np.linalg.norm(matrix_axis_angle(fit.rotation.T @ rest.rotation))))

    assert angle(None) > 1.9
    assert angle(sight) < 1.0
