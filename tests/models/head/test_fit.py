from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from models.animate.rotation import gaze_matrix, matrix_axis_angle
from models.camera import Camera
from models.head.fit import HeadFit, fit_head
from models.head.gaze import EYE_RADIUS, eye_centre
from models.head.landmarks import EYE_CORNERS, IRIS_LEFT, IRIS_RIGHT
from models.head.open_head import OpenHeadData, load_open_head
from models.pose import ARKIT_INDEX

SIZE = 512
NOISE = 0.5
EXPRESSIONS = (
    {},
    {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.6, "cheekSquintLeft": 0.4},
    {"jawOpen": 0.6, "browInnerUp": 0.8},
    {"eyeBlinkLeft": 0.8, "mouthPucker": 0.5},
)
VIEWS = ((0.0, 0.0), (18.0, -6.0), (-25.0, 8.0), (8.0, 15.0))


@dataclass
class Scene:
    landmarks: np.ndarray
    clean: np.ndarray
    prior: np.ndarray
    camera: Camera
    gaze: tuple[float, float]


@pytest.fixture(scope="module")
def head() -> OpenHeadData:
    return load_open_head()


def _scene(head: OpenHeadData, seed: int) -> Scene:
    rng = np.random.default_rng(seed)
    shape = rng.normal(0, 0.8, 64).astype(np.float32)
    expression = np.zeros(52, np.float32)
    for name, value in EXPRESSIONS[seed].items():
        expression[ARKIT_INDEX[name]] = value
    control = head.points(shape)[: head.control_count]
    moved = control + np.tensordot(expression, head.blendshapes[:, : head.control_count], 1)
    camera = Camera.orbit(*VIEWS[seed], radius=2.6, target=(0.02, -0.03, 0.0))
    gaze = (float(rng.uniform(-0.3, 0.3)), float(rng.uniform(-0.15, 0.15)))
    axis = gaze_matrix(*gaze)[:, 2]
    irises = {
        side: eye_centre(head, shape, side) + 0.95 * EYE_RADIUS * axis for side in ("left", "right")
    }
    places = np.zeros((478, 3))
    places[:468] = head.landmark_map @ moved
    places[list(IRIS_LEFT)] = irises["left"]
    places[list(IRIS_RIGHT)] = irises["right"]
    seen, depth = camera.project(places)
    clean = np.zeros((478, 3))
    clean[:, :2] = seen * SIZE
    # MediaPipe's depth is relative and in the pixels of the face's plane.
    clean[:, 2] = (depth / depth[:468].mean() - 1.0) * camera.intrinsics[0, 0] * SIZE
    landmarks = clean.copy()
    landmarks[:, :2] += rng.normal(0, NOISE, (478, 2))
    prior = np.clip(expression + rng.normal(0, 0.05, 52), 0, 1).astype(np.float32)
    return Scene(landmarks.astype(np.float32), clean, prior, camera, gaze)


def _turn_between(a: Camera, b: Camera) -> float:
    """Angle in degrees between two cameras' orientations."""
    relative = a.cam2world[:3, :3].T @ b.cam2world[:3, :3]
    return float(np.degrees(np.linalg.norm(matrix_axis_angle(relative))))


def _project_fit(head: OpenHeadData, fit: HeadFit) -> np.ndarray:
    control = head.points(fit.shape)[: head.control_count]
    control = control + np.tensordot(
        fit.pose.blendshapes, head.blendshapes[:, : head.control_count], 1
    )
    skin = head.subdivision @ control + fit.offsets
    corners = skin[head.skin_faces[head.landmark_triangle]]
    marks = np.einsum("nkc,nk->nc", corners, head.landmark_barycentric)
    return np.asarray(fit.camera.project(marks)[0]) * SIZE


@pytest.mark.parametrize("seed", range(len(VIEWS)))
def test_known_head_is_recovered(head: OpenHeadData, seed: int) -> None:
    scene = _scene(head, seed)
    fit = fit_head(head, scene.landmarks, scene.prior, SIZE)
    assert _turn_between(fit.camera, scene.camera) < 2.0
    assert fit.error < fit.error_linear < 2.0
    eyes = np.linalg.norm(np.subtract(*scene.clean[list(EYE_CORNERS), :2]))
    apart = np.linalg.norm(_project_fit(head, fit) - scene.clean[:468, :2], axis=1)
    assert apart.mean() / eyes < 0.02
    for gaze in (fit.pose.gaze_left, fit.pose.gaze_right):
        assert np.degrees(np.abs(gaze - scene.gaze)).max() < 5.0
    for name, value in EXPRESSIONS[seed].items():
        assert abs(fit.pose.coefficient(name) - value) < 0.25, name
    assert (fit.pose.blendshapes >= 0).all() and (fit.pose.blendshapes <= 1).all()
    assert not fit.pose.neck.any() and not fit.pose.head.any()


def test_fit_is_deterministic(head: OpenHeadData) -> None:
    scene = _scene(head, 1)
    first, second = (fit_head(head, scene.landmarks, scene.prior, SIZE) for _ in range(2))
    np.testing.assert_array_equal(first.shape, second.shape)
    np.testing.assert_array_equal(first.offsets, second.offsets)
    np.testing.assert_array_equal(first.camera.cam2world, second.camera.cam2world)
    assert first.pose == second.pose


def test_fit_does_not_depend_on_the_picture_size(head: OpenHeadData) -> None:
    scene = _scene(head, 2)
    small = fit_head(head, scene.landmarks, scene.prior, SIZE)
    large = fit_head(head, scene.landmarks * 4, scene.prior, SIZE * 4)
    np.testing.assert_allclose(small.shape, large.shape, atol=1e-3)
    assert _turn_between(small.camera, large.camera) < 0.01


def test_residual_goes_into_the_offsets(head: OpenHeadData) -> None:
    """A bump that no identity has is followed by the displacement, and only near it."""
    scene = _scene(head, 0)
    bent = scene.landmarks.copy()
    bent[1, 0] += 6.0  # the tip of the nose alone
    plain = fit_head(head, scene.landmarks, scene.prior, SIZE)
    fit = fit_head(head, bent, scene.prior, SIZE)
    difference = np.linalg.norm(fit.offsets - plain.offsets, axis=1)
    skin = head.subdivision @ head.template[: head.control_count]
    nose = (head.landmark_map @ head.template[: head.control_count])[1]
    distance = np.linalg.norm(skin - nose, axis=1)
    assert difference[distance < 0.02].max() > 0.003
    assert difference[distance > 0.15].max() < 0.25 * difference.max()
