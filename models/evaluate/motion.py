"""Motion metrics on what a face tracker reads: expression, head pose, landmarks, gaze, jitter.

Landmarks are (N, 2) in 0..1 of the picture; distances in pixels are those of a 512 x 512 picture,
so that numbers of different resolutions compare. ``visible`` (N,) bool restricts a landmark metric
to the foreground or to unoccluded points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float32]
Visible = NDArray[np.bool_]

PIXELS = 512
OUTER_EYE_CORNERS = (33, 263)
"""MediaPipe's landmarks of the subject's right and left outer eye corner."""


def _same_shape(a: Array, b: Array) -> None:
    if a.shape != b.shape or a.size == 0:
        raise ValueError(f"two arrays of one shape are needed, not {a.shape} and {b.shape}")


def aed(a: Array, b: Array) -> float:
    """Average expression distance: mean absolute difference of blendshapes (..., 52) in 0..1.

    As in Siarohin et al. (CVPR 2021) and GOHA (NeurIPS 2023), with ARKit coefficients in the
    place of a 3DMM's.
    """
    _same_shape(a, b)
    return float(np.abs(a.astype(np.float64) - b).mean())


def apd_degrees(a: Array, b: Array) -> float:
    """Average pose distance: mean angle in degrees between rotations (..., 3, 3)."""
    _same_shape(a, b)
    turn = _rotation(a) * _rotation(b).inv()
    return float(np.degrees(turn.magnitude()).mean())


def apd_axis_angle(a: Array, b: Array) -> float:
    """Average pose distance: mean L1 difference of the axis-angle vectors of (..., 3, 3), radians.

    The form of GOHA's and Portrait4D's tables, which compare pose parameters component-wise.
    """
    _same_shape(a, b)
    return float(np.abs(_rotation(a).as_rotvec() - _rotation(b).as_rotvec()).mean())


def _rotation(matrices: Array) -> Rotation:
    return Rotation.from_matrix(np.asarray(matrices, dtype=np.float64).reshape(-1, 3, 3))


def _distances(a: Array, b: Array, visible: Visible | None) -> NDArray[np.float64]:
    """Distances (N,) of the visible landmarks, in pictures."""
    _same_shape(a, b)
    distance: NDArray[np.float64] = np.linalg.norm(a.astype(np.float64) - b, axis=-1)
    if visible is None:
        return distance
    if not visible.any():
        raise ValueError("no landmark is visible")
    return distance[..., visible]


def akd_pixels(a: Array, b: Array, visible: Visible | None = None) -> float:
    """Average keypoint distance of landmarks (N,2) in pixels of a 512 picture (Siarohin 2019)."""
    return float(_distances(a, b, visible).mean() * PIXELS)


def akd_normalised(reference: Array, other: Array, visible: Visible | None = None) -> float:
    """Average keypoint distance as a share of the reference's outer eye corner distance.

    Both are MediaPipe landmarks (468 or 478, 2); independent of how large the face is.
    """
    right, left = (reference[index].astype(np.float64) for index in OUTER_EYE_CORNERS)
    scale = float(np.linalg.norm(left - right))
    if scale == 0.0:
        raise ValueError("the outer eye corners of the reference coincide")
    return float(_distances(reference, other, visible).mean()) / scale


def gaze_error_degrees(a: Array, b: Array) -> float:
    """Mean angle in degrees between gaze directions (..., 2) given as (yaw, pitch) in radians."""
    _same_shape(a, b)
    cosine = (gaze_direction(a) * gaze_direction(b)).sum(axis=-1)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))).mean())


def gaze_direction(gaze: Array) -> NDArray[np.float64]:
    """Unit vectors (..., 3) of gaze (yaw, pitch): yaw towards +X, pitch up, zero along +Z."""
    yaw, pitch = (gaze[..., axis].astype(np.float64) for axis in (0, 1))
    return np.stack(
        (np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)), axis=-1
    )


def temporal_jitter(track: Array, visible: Visible | None = None) -> float:
    """Mean length of the second difference of landmarks (T,N,2), T >= 3, in pixels of 512.

    Steady motion counts nothing; a static avatar gives 0.
    """
    if track.ndim != 3 or track.shape[0] < 3:
        raise ValueError(f"a track of at least three frames (T,N,2) is needed, not {track.shape}")
    track = track.astype(np.float64) if visible is None else track[:, visible].astype(np.float64)
    second = track[2:] - 2.0 * track[1:-1] + track[:-2]
    return float(np.linalg.norm(second, axis=-1).mean() * PIXELS)


def steadiness_percent(track: Array) -> float:
    """Root mean square of the second difference of landmarks (T,N,2), T >= 3.

    In percent of the outer eye corners' distance, so that faces of any size compare.
    """
    if track.ndim != 3 or track.shape[0] < 3:
        raise ValueError(f"a track of at least three frames (T,N,2) is needed, not {track.shape}")
    points = track.astype(np.float64)
    second = points[2:] - 2.0 * points[1:-1] + points[:-2]
    right, left = (points[:, index] for index in OUTER_EYE_CORNERS)
    scale = float(np.linalg.norm(left - right, axis=-1).mean())
    return float(np.sqrt((second**2).sum(-1).mean())) / scale * 100.0
