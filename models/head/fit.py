"""Fit the open head to one photo's landmarks: camera, identity, expression and gaze.

Regularised Gauss-Newton on the reprojection of MediaPipe's 468 mesh landmarks.  One photo cannot
tell a wide mouth from a smile, so the expression is drawn towards MediaPipe's own coefficients and
the identity towards the average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.animate.rotation import axis_angle_matrix
from models.camera import Camera
from models.head.gaze import gaze_of_eye
from models.head.landmarks import (
    EYE_CORNERS,
    IRIS_LEFT,
    IRIS_RIGHT,
    landmark_weights,
)
from models.head.open_head import OpenHeadData
from models.head.warp import residual_warp
from models.pose import ARKIT_NAMES, Pose

FloatArray = NDArray[np.float32]
Matrix = NDArray[np.float64]

ITERATIONS = 12
PIXEL_SIGMA = 2.5 / 512
"""Trust in one landmark, as a share of the picture's side."""
DEPTH_SIGMA = 0.008
"""Trust in a landmark's relative depth, canonical units; MediaPipe guesses it, but noses obey."""
SHAPE_SIGMA = 1.0
EXPRESSION_SIGMA = 0.22

_FIXED = tuple(
    i
    for i, name in enumerate(ARKIT_NAMES)
    if name.startswith("eyeLook") or name in ("tongueOut", "cheekPuff", "mouthClose")
)
"""Coefficients that landmarks cannot tell, or that gaze already explains."""


@dataclass(frozen=True)
class HeadFit:
    """What the photo says about the head.

    Attributes:
        shape: (64,) identity coefficients, about N(0, 1).
        offsets: (V, 3) neutral skin displacement that the identity basis cannot express.
        pose: expression and gaze in the photo; head and neck are zero, the camera carries them.
        camera: the photo's camera in canonical space.
        error: mean landmark distance over the distance of the outer eye corners, in percent.
        error_linear: the same before the residual displacement.
    """

    shape: FloatArray
    offsets: FloatArray
    pose: Pose
    camera: Camera
    error: float
    error_linear: float


@dataclass
class _State:
    rotation: Matrix
    translation: NDArray[np.float64]
    shape: NDArray[np.float64]
    expression: NDArray[np.float64]


def fit_head(
    head: OpenHeadData, landmarks: FloatArray, expression_prior: FloatArray, size: int
) -> HeadFit:
    """Fit ``head`` to one face.

    Args:
        head: the open head.
        landmarks: (478, 3) MediaPipe landmarks in pixels of a square picture.
        expression_prior: (52,) MediaPipe's coefficients.
        size: side of the picture in pixels.
    """
    camera = Camera.orbit()
    basis = _LandmarkBasis(head)
    target = landmarks[:468, :2].astype(np.float64) / size
    depth = landmarks[:468, 2].astype(np.float64) / size
    weights = landmark_weights()
    state = _start(basis, target, camera, expression_prior)
    for _ in range(ITERATIONS):
        _gauss_newton(basis, state, target, depth, weights, camera, expression_prior)
    scale = float(np.linalg.norm(target[EYE_CORNERS[0]] - target[EYE_CORNERS[1]]))
    linear = basis.project(state, camera)
    error_linear = float(np.linalg.norm(linear - target, axis=1).mean())
    offsets, after = residual_warp(
        head, basis.positions(state), state.rotation, linear, target, camera, state.translation
    )
    fitted = _to_camera(state, camera)
    pose = Pose(blendshapes=state.expression.astype(np.float32))
    gaze = {
        side: gaze_of_eye(head, state.shape, side, landmarks[list(iris), :2] / size, fitted)
        for side, iris in (("left", IRIS_LEFT), ("right", IRIS_RIGHT))
    }
    pose = pose.replace(gaze_left=gaze["left"], gaze_right=gaze["right"])
    return HeadFit(
        shape=state.shape.astype(np.float32),
        offsets=offsets,
        pose=pose,
        camera=fitted,
        error=100 * float(np.linalg.norm(after - target, axis=1).mean()) / scale,
        error_linear=100 * error_linear / scale,
    )


class _LandmarkBasis:
    """The head restricted to its landmarks: positions are linear in identity and expression."""

    def __init__(self, head: OpenHeadData) -> None:
        control = head.control_count
        to_landmarks = head.landmark_map
        self.mean: Matrix = np.asarray(to_landmarks @ head.template[:control], np.float64)
        self.shape = self._apply(to_landmarks, head.shape_basis[:, :control])
        self.expression = self._apply(to_landmarks, head.blendshapes[:, :control])

    @staticmethod
    def _apply(matrix: sp.csr_matrix, basis: FloatArray) -> Matrix:
        return np.stack([np.asarray(matrix @ row, np.float64) for row in basis])

    def positions(self, state: _State) -> Matrix:
        """(468, 3) canonical landmark positions."""
        return (
            self.mean
            + np.tensordot(state.shape, self.shape, 1)
            + np.tensordot(state.expression, self.expression, 1)
        )

    def project(self, state: _State, camera: Camera) -> Matrix:
        """(468, 2) in 0..1."""
        seen = self.positions(state) @ state.rotation.T + state.translation
        return np.asarray(_pinhole(seen, camera))


def _pinhole(seen: Matrix, camera: Camera) -> Matrix:
    k = camera.intrinsics
    return np.asarray(seen[:, :2] / seen[:, 2:] * (k[0, 0], k[1, 1]) + (k[0, 2], k[1, 2]))


def _start(basis: _LandmarkBasis, target: Matrix, camera: Camera, prior: FloatArray) -> _State:
    """Weak-perspective pose of the average face (orthographic least squares, then made rigid)."""
    state = _State(
        np.diag([1.0, -1.0, -1.0]),
        np.array([0.0, 0.0, 2.7]),
        np.zeros(basis.shape.shape[0]),
        prior.astype(np.float64),
    )
    state.expression[list(_FIXED)] = 0.0
    points = basis.positions(state)
    centre = points.mean(0)
    design = np.column_stack([points - centre, np.ones(len(points))])
    solution = np.linalg.lstsq(design, target, rcond=None)[0]
    rows = solution[:3].T
    scale = float(np.sqrt(np.linalg.norm(rows[0]) * np.linalg.norm(rows[1])))
    first = rows[0] / np.linalg.norm(rows[0])
    second = rows[1] - first * (rows[1] @ first)
    second /= np.linalg.norm(second)
    state.rotation = np.stack([first, second, np.cross(first, second)])
    focal = float(camera.intrinsics[0, 0])
    depth = focal / scale
    offset = (solution[3] - camera.intrinsics[:2, 2]) / focal * depth
    state.translation = np.array([offset[0], offset[1], depth]) - state.rotation @ centre
    return state


def _gauss_newton(
    basis: _LandmarkBasis,
    state: _State,
    target: Matrix,
    depth: NDArray[np.float64],
    weights: NDArray[np.float64],
    camera: Camera,
    prior: FloatArray,
) -> None:
    """One step on pose (6), identity and expression; expression stays within 0..1."""
    points = basis.positions(state)
    turned = points @ state.rotation.T
    seen = turned + state.translation
    residual = (_pinhole(seen, camera) - target) * weights[:, None]
    by_point = _pinhole_jacobian(seen, camera) * weights[:, None, None]
    count = len(points)
    columns = [
        by_point @ _minus_cross(turned),
        by_point,
        _along(by_point, state.rotation, basis.shape),
        _along(by_point, state.rotation, basis.expression),
    ]
    jacobian = np.concatenate(columns, axis=2).reshape(2 * count, -1) / PIXEL_SIGMA
    shapes, expressions = len(state.shape), len(state.expression)
    regular = np.concatenate(
        [
            np.full(6, 1e-3),
            np.full(shapes, 1 / SHAPE_SIGMA),
            np.full(expressions, 1 / EXPRESSION_SIGMA),
        ]
    )
    pull = np.concatenate(
        [np.zeros(6), state.shape / SHAPE_SIGMA, (state.expression - prior) / EXPRESSION_SIGMA]
    )
    deep, deep_residual = _depth_rows(basis, state, seen, turned, depth, camera)
    normal = jacobian.T @ jacobian + deep.T @ deep + np.diag(regular**2)
    gradient = jacobian.T @ residual.reshape(-1) / PIXEL_SIGMA + deep.T @ deep_residual
    gradient += regular * pull
    frozen = np.zeros(len(gradient), bool)
    frozen[6 + shapes + np.array(_FIXED)] = True
    for _ in range(3):
        free = ~frozen
        step = np.zeros(len(gradient))
        step[free] = -np.linalg.solve(normal[np.ix_(free, free)], gradient[free])
        moved = state.expression + step[6 + shapes :]
        outside = (moved < -1e-6) | (moved > 1 + 1e-6)
        at_bound = (state.expression <= 0) & (moved < 0) | (state.expression >= 1) & (moved > 1)
        if not (outside & at_bound).any():
            break
        frozen[6 + shapes :] |= outside & at_bound
    state.rotation = axis_angle_matrix(step[:3]) @ state.rotation
    state.translation = state.translation + step[3:6]
    state.shape = state.shape + step[6 : 6 + shapes]
    state.expression = np.clip(state.expression + step[6 + shapes :], 0.0, 1.0)


def _depth_rows(
    basis: _LandmarkBasis,
    state: _State,
    seen: Matrix,
    turned: Matrix,
    depth: NDArray[np.float64],
    camera: Camera,
) -> tuple[Matrix, NDArray[np.float64]]:
    """Jacobian (468, parameters) and residual of the depths relative to their mean."""
    wanted = depth * float(seen[:, 2].mean()) / camera.intrinsics[0, 0]
    residual = (seen[:, 2] - seen[:, 2].mean()) - (wanted - wanted.mean())
    forward = np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(seen), 1, 3))
    rows = np.concatenate(
        [
            forward @ _minus_cross(turned),
            np.zeros((len(seen), 1, 3)),
            _along(forward, state.rotation, basis.shape),
            _along(forward, state.rotation, basis.expression),
        ],
        axis=2,
    )[:, 0]
    return (rows - rows.mean(0)) / DEPTH_SIGMA, residual / DEPTH_SIGMA


def _pinhole_jacobian(seen: Matrix, camera: Camera) -> Matrix:
    """(N, 2, 3) derivative of the projection by the camera-space point."""
    x, y, z = seen.T
    fx, fy = camera.intrinsics[0, 0], camera.intrinsics[1, 1]
    jacobian = np.zeros((len(seen), 2, 3))
    jacobian[:, 0, 0], jacobian[:, 0, 2] = fx / z, -fx * x / z**2
    jacobian[:, 1, 1], jacobian[:, 1, 2] = fy / z, -fy * y / z**2
    return jacobian


def _minus_cross(points: Matrix) -> Matrix:
    """(N, 3, 3) with ``d (w x p) / d w = -[p]x``."""
    x, y, z = points.T
    zero = np.zeros_like(x)
    return np.stack([zero, z, -y, -z, zero, x, y, -x, zero], -1).reshape(-1, 3, 3)


def _along(by_point: Matrix, rotation: Matrix, basis: Matrix) -> Matrix:
    """(N, 2, K) derivative along ``basis`` (K, N, 3)."""
    return np.asarray(np.einsum("nij,jk,bnk->nib", by_point, rotation, basis, optimize=True))


def _to_camera(state: _State, camera: Camera) -> Camera:
    cam2world = np.eye(4)
    cam2world[:3, :3] = state.rotation.T
    cam2world[:3, 3] = -state.rotation.T @ state.translation
    return Camera(cam2world, camera.intrinsics)
