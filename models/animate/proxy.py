"""The proxy mesh: the surface that is rasterised, with the field each triangle belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from models.animate.rig import Rig


class Part(IntEnum):
    """Which tri-plane field a triangle's rays enter; left and right are the subject's."""

    HEAD = 0
    EYE_LEFT = 1
    EYE_RIGHT = 2
    MOUTH = 3


@dataclass(frozen=True)
class Proxy:
    """Triangles between posed space and canonical space.

    Attributes:
        canonical: (V, 3) float32 vertices in the pose in which the fields were baked.
        faces: (F, 3) int32 corners, counter-clockwise from outside.
        part: (F,) uint8 ``Part`` of each triangle.
        soft: (F,) bool, triangles of the half-transparent hair fringe.
        rig: moves the vertices.
    """

    canonical: NDArray[np.float32]
    faces: NDArray[np.int32]
    part: NDArray[np.uint8]
    soft: NDArray[np.bool_]
    rig: Rig
