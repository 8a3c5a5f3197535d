"""The smooth displacement that takes the fitted head exactly onto the landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.head.open_head import OpenHeadData

REACH = 0.076
"""Radius (canonical units) over which one landmark's residual is felt."""
SMOOTHING = 0.12
"""Ridge of the interpolation: landmarks jitter by about half a pixel."""


def residual_warp(
    head: OpenHeadData,
    landmarks: NDArray[np.float64],
    rotation: NDArray[np.float64],
    projected: NDArray[np.float64],
    target: NDArray[np.float64],
    camera: Camera,
    translation: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Spread the landmarks' reprojection residual over the neutral skin.

    Args:
        head: the open head; the displacement is spread over its average skin.
        landmarks: (468, 3) fitted canonical landmark positions.
        rotation, translation: canonical to camera.
        projected, target: (468, 2) fitted and wanted positions in 0..1.
        camera: gives the focal length.

    Returns:
        (V, 3) neutral offsets, parallel to the image plane, and (468, 2) positions after them.
    """
    depth = (landmarks @ rotation.T + translation)[:, 2]
    focal = np.array([camera.intrinsics[0, 0], camera.intrinsics[1, 1]])
    shift = (target - projected) / focal * depth[:, None]
    wanted = shift @ rotation[:2]
    control = head.template[: head.control_count]
    centres = np.asarray(head.landmark_map @ control, np.float64)
    kernel = _kernel(centres, centres)
    coefficients = np.linalg.solve(kernel + SMOOTHING * np.eye(len(kernel)), wanted)
    skin = np.asarray(head.subdivision @ control, np.float64)
    offsets = _kernel(skin, centres) @ coefficients
    moved = kernel @ coefficients
    after = projected + (moved @ rotation[:2].T) * focal / depth[:, None]
    return offsets.astype(np.float32), after


def _kernel(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Wendland's compactly supported C2 function (Wendland 1995), (len(a), len(b))."""
    from scipy.spatial.distance import cdist

    r = np.minimum(cdist(a, b) / REACH, 1.0)
    return np.asarray((1 - r) ** 4 * (4 * r + 1))
