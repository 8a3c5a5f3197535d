"""From the calibrated cameras of a truth to the cameras of an avatar that was built from one view.

An avatar lives in a space of its own: its photo's camera is an estimate, and a single view leaves
scale and focal length open. As in Triplane Fusion, section 4.2, the other views are taken by their
calibrated motion relative to the input view.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera

Floats = NDArray[np.float64]


def whole_picture_camera(
    camera: Camera, crop_matrix: NDArray[np.floating], crop_size: int, picture_size: int
) -> Camera:
    """The camera of a square picture, given that of a crop of it.

    ``crop_matrix (2, 3)`` maps picture pixels to crop pixels (turn, scale, shift). A turn goes into
    the pose, so that the result has upright pixels.
    """
    to_picture = np.linalg.inv(np.vstack([crop_matrix, [0, 0, 1]]).astype(np.float64))
    size = np.diag([crop_size, crop_size, 1.0])
    intrinsics = np.diag([1 / picture_size, 1 / picture_size, 1.0]) @ to_picture @ size
    intrinsics = intrinsics @ camera.intrinsics
    angle = math.atan2(intrinsics[1, 0], intrinsics[0, 0])
    roll = np.eye(4)
    roll[:2, :2] = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    return Camera(camera.cam2world @ roll.T, intrinsics @ roll[:3, :3].T)


def central_window(camera: Camera, share: float) -> Camera:
    """The camera of the central ``share`` (0..1) of its picture."""
    window = np.array([[1.0, 0, (share - 1) / 2], [0, 1.0, (share - 1) / 2], [0, 0, share]]) / share
    return Camera(camera.cam2world, window @ camera.intrinsics)


def relative_view(estimate: Camera, source: Camera, target: Camera) -> Camera:
    """Where ``target`` would be if the true camera ``source`` were ``estimate``.

    All see the same origin of canonical space. Lengths are scaled by the distance of that origin
    from the estimated and the true camera; the axes by which the camera moves are the true ones,
    seen from the estimated camera through the pixel in which the true camera has its centre.
    """
    motion = source.world2cam @ target.cam2world
    motion[:3, 3] *= _distance(estimate) / _distance(source)
    centre = source.intrinsics @ (0.0, 0.0, 1.0)
    swing = np.eye(4)
    swing[:3, :3] = _turn_forward_to(np.linalg.solve(estimate.intrinsics, centre))
    return Camera(estimate.cam2world @ swing @ motion @ swing.T, estimate.intrinsics)


def _distance(camera: Camera) -> float:
    return float(np.linalg.norm(camera.position))


def _turn_forward_to(direction: NDArray[np.floating]) -> Floats:
    """The smallest rotation (3, 3) that takes +z to ``direction (3,)``, which points forward."""
    x, y, z = direction / np.linalg.norm(direction)
    skew = np.array([[0, 0, x], [0, 0, y], [-x, -y, 0.0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + z))
