"""A head-like scene with a field that is known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField

RADIUS = 0.3
BOX = 1.0


def icosphere(levels: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Unit sphere of 20 * 4**levels triangles, counter-clockwise seen from outside."""
    golden = (1 + 5**0.5) / 2
    vertices = np.array(
        [(-1, golden, 0), (1, golden, 0), (-1, -golden, 0), (1, -golden, 0),
         (0, -1, golden), (0, 1, golden), (0, -1, -golden), (0, 1, -golden),
         (golden, 0, -1), (golden, 0, 1), (-golden, 0, -1), (-golden, 0, 1)], float,
    )  # fmt: skip
    faces = np.array(
        [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4),
         (11, 10, 2), (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8),
         (3, 8, 9), (4, 9, 5), (2, 4, 11), (6, 2, 10), (8, 6, 7), (9, 8, 1)]
    )  # fmt: skip
    for _ in range(levels):
        edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
        unique, where = np.unique(np.sort(edges, 1), axis=0, return_inverse=True)
        middle = (where.reshape(3, -1) + len(vertices)).T
        vertices = np.concatenate([vertices, vertices[unique].mean(1)])
        a, b, c = faces.T
        ab, bc, ca = middle.T
        faces = np.concatenate(
            [
                np.stack(corner, 1)
                for corner in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))
            ]
        )
    vertices /= np.linalg.norm(vertices, axis=1, keepdims=True)
    return vertices.astype(np.float32), faces.astype(np.int32)


def sphere_field(radius: float = RADIUS, resolution: int = 256, box: float = BOX) -> TriplaneField:
    """Channels: 0 is radius^2 - |p|^2, 1..3 are x, y, z, 4 and 5 ripple; the rest is empty."""
    texel = ((np.arange(resolution) + 0.5) / resolution - 0.5) * box
    across, down = np.meshgrid(texel, texel)
    planes = np.zeros((3, 32, resolution, resolution), np.float32)
    planes[0, 0] = 3 * (radius**2 - across**2 - down**2)
    planes[2, 0] = -3 * across**2
    planes[0, 1], planes[0, 2], planes[2, 3] = 3 * across, 3 * down, 3 * across
    planes[0, 4] = 3 * np.sin(40 * across) * np.cos(30 * down)
    planes[2, 5] = 3 * np.sin(25 * across + 20 * down)
    return TriplaneField(planes, np.zeros(3, np.float32), box)


def analytic_decoder(density: float = 3000.0, sharpness: float = 4000.0) -> Decoder:
    """Density rises from the sphere inwards; colours are ramps of position and ripples."""
    w1, b1 = np.zeros((64, 32), np.float32), np.zeros(64, np.float32)
    w2, b2 = np.zeros((33, 64), np.float32), np.zeros(33, np.float32)
    w1[0, 0], w1[1, 0] = sharpness, sharpness
    b1[1] = -2
    # A soft step of height `density`: softplus(k s) - softplus(k s - 2) goes from 0 to 2.
    w2[0, 0], w2[0, 1], b2[0] = density / 2, -density / 2, -8
    for output, ramp in ((1, (3, 0, 0)), (2, (0, 3, 0)), (3, (0, 0, 3))):
        unit = 2 + 2 * output
        w1[unit, 1:4], w1[unit + 1, 1:4] = ramp, -np.asarray(ramp)
        w1[unit, 4], w1[unit + 1, 5] = 0.7, 0.6
        w2[output, unit], w2[output, unit + 1] = 1.5, -1.5
    return Decoder(w1, b1, w2, b2)


@dataclass(frozen=True)
class SphereScene:
    """A sphere of 20 * 4**levels triangles with its field."""

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    part: NDArray[np.uint8]
    field: TriplaneField
    decoder: Decoder


def sphere_scene(levels: int = 5, margin: float = 0.0) -> SphereScene:
    """Return the scene; the proxy lies ``margin`` outside the field's surface."""
    vertices, faces = icosphere(levels)
    return SphereScene(
        vertices * np.float32(RADIUS + margin),
        faces,
        np.zeros(len(faces), np.uint8),
        sphere_field(),
        analytic_decoder(),
    )
