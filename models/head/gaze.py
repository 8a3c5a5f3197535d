"""Where an eye looks, from the iris seen in the photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.head.open_head import OpenHeadData

EYE_RADIUS = OpenHeadData.eye_radius
"""Of the open head that ships with Triptych, canonical units."""


def eye_centre(head: OpenHeadData, shape: NDArray[np.floating], side: str) -> NDArray[np.float64]:
    """(3,) neutral centre of the ``left`` or ``right`` eyeball."""
    row = head.point(f"eye_{side}")
    return np.asarray(
        head.template[row] + np.tensordot(shape, head.shape_basis[:, row], 1), np.float64
    )


def gaze_of_eye(
    head: OpenHeadData,
    shape: NDArray[np.floating],
    side: str,
    iris: NDArray[np.floating],
    camera: Camera,
) -> NDArray[np.float32]:
    """Yaw (towards +X) and pitch (up) in radians of one eye.

    The ray through the iris centre meets the eyeball; the direction from the eye's centre to
    that point is the optical axis.  ``iris`` is (5, 2) in 0..1 of the picture.
    """
    centre = eye_centre(head, shape, side)
    return gaze_about(centre, head.eye_radius, np.asarray(iris, np.float64).mean(0), camera)


def gaze_about(
    centre: NDArray[np.floating], radius: float, pixel: NDArray[np.floating], camera: Camera
) -> NDArray[np.float32]:
    """Yaw and pitch (2,) in radians of an eyeball whose iris is seen at ``pixel`` (2,) in 0..1."""
    origin = camera.cam2world[:3, 3]
    ray = camera.cam2world[:3, :3] @ np.linalg.solve(camera.intrinsics, np.append(pixel, 1.0))
    ray /= np.linalg.norm(ray)
    along = float((centre - origin) @ ray)
    nearest = origin + along * ray
    miss = float(np.linalg.norm(nearest - centre))
    reach = 0.95 * radius
    if miss >= reach:
        axis = nearest - centre
    else:
        axis = nearest - ray * np.sqrt(reach**2 - miss**2) - centre
    axis /= np.linalg.norm(axis)
    yaw = np.arctan2(axis[0], axis[2])
    pitch = np.arcsin(np.clip(axis[1], -1, 1))
    limit = np.radians((45.0, 35.0))
    return np.asarray(np.clip((yaw, pitch), -limit, limit), np.float32)
