"""The photo's field of view."""

from __future__ import annotations

import math

from models.camera import Camera


def source_fov(camera: Camera) -> float:
    """Vertical field of view of a camera, degrees."""
    return math.degrees(2.0 * math.atan(0.5 / float(camera.intrinsics[1, 1])))
