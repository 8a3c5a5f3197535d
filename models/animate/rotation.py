"""Small rotations: axis-angle, gaze, and the rigid motion that best explains moved points."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]


def axis_angle_matrix(axis_angle: ArrayLike) -> Matrix:
    """Rotation matrix (3, 3) of an axis-angle vector in radians (Rodrigues)."""
    vector = np.asarray(axis_angle, np.float64)
    angle = float(np.linalg.norm(vector))
    if angle < 1e-9:
        return np.eye(3) + _cross(vector)
    skew = _cross(vector / angle)
    return np.asarray(np.eye(3) + np.sin(angle) * skew + (1.0 - np.cos(angle)) * (skew @ skew))


def matrix_axis_angle(rotation: Matrix) -> NDArray[np.float64]:
    """Axis-angle (3,) in radians of a rotation matrix by less than 180 degrees."""
    cosine = np.clip((np.trace(rotation) - 1.0) / 2.0, -1.0, 1.0)
    angle = float(np.arccos(cosine))
    axis = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    return axis * (0.5 if angle < 1e-6 else angle / (2.0 * np.sin(angle)))


def gaze_matrix(yaw: float, pitch: float) -> Matrix:
    """Rotation of an eye that looks along +Z: ``yaw`` towards +X, then ``pitch`` up, radians."""
    return axis_angle_matrix((0.0, yaw, 0.0)) @ axis_angle_matrix((-pitch, 0.0, 0.0))


def rigid_fit(
    source: NDArray[np.floating], target: NDArray[np.floating]
) -> tuple[Matrix, NDArray[np.float64]]:
    """Rotation and translation with ``target ~ source @ R.T + t`` (Kabsch 1976), (N, 3) each."""
    a, b = source.astype(np.float64), target.astype(np.float64)
    centre_a, centre_b = a.mean(0), b.mean(0)
    u, _, vt = np.linalg.svd((b - centre_b).T @ (a - centre_a))
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ flip @ vt
    return rotation, centre_b - rotation @ centre_a


def _cross(vector: NDArray[np.float64]) -> Matrix:
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
