"""A parametric eyeball: sclera, iris disc, pupil and the bulge of the cornea.

Proportions are those of the human eye (Atchison and Smith, Optics of the Human Eye, 2000):
eyeball radius 12 mm, visible iris radius 5.9 mm, front surface of the cornea 7.8 mm.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from models.head.part_mesh import PartMesh, fan_faces, grid_faces, part

IRIS_RADIUS = 5.9 / 12.0
CORNEA_RADIUS = 7.8 / 12.0
PUPIL_RATIO = 0.35
MAX_ANGLE = float(np.deg2rad(110.0))


class EyeRegion(IntEnum):
    """Values of ``PartMesh.region`` on an eyeball."""

    SCLERA = 0
    IRIS = 1
    PUPIL = 2


def uv_from_direction(direction: NDArray[np.floating]) -> NDArray[np.float32]:
    """Texture coordinates (N, 2) of directions (N, 3) from the eyeball's centre.

    (u - 0.5, v - 0.5) points away from the optical axis, x to u and y to v; its length is
    the angle from the axis, 0.5 at ``MAX_ANGLE``.
    """
    across = np.linalg.norm(direction[:, :2], axis=1)
    angle = np.arctan2(across, direction[:, 2])
    scale = 0.5 * angle / MAX_ANGLE / np.maximum(across, 1e-12)
    return np.asarray(0.5 + direction[:, :2] * scale[:, None], np.float32)


def uv_angle(uv: NDArray[np.floating]) -> NDArray[np.float64]:
    """Angle from the optical axis in radians, (N,), of texture coordinates (N, 2)."""
    offset = np.asarray(uv, np.float64) - 0.5
    return np.asarray(np.linalg.norm(offset, axis=1) * 2.0 * MAX_ANGLE)


def _ring_angles(rings: int, iris: float, pupil: float) -> NDArray[np.float64]:
    """Angles of the rings, growing; rings lie on the pupil's edge and on the limbus."""
    inner, middle = max(2, rings // 7), max(4, (3 * rings) // 8)
    outer = rings - inner - middle
    sclera = iris + (MAX_ANGLE - iris) * np.linspace(0, 1, outer + 1)[1:] ** 1.35
    return np.concatenate(
        [
            np.linspace(0, pupil, inner + 1)[1:],
            np.linspace(pupil, iris, middle + 1)[1:],
            sclera,
        ]
    )


def _surface_radius(angle: NDArray[np.float64], iris: float, bulge: float) -> NDArray[np.float64]:
    """Distance from the centre to the surface; the cornea is a smaller sphere set in front.

    The cornea's sphere passes through the limbus; a smooth maximum rounds the crease there.
    """
    limbus = np.sin(iris)
    radius = max(CORNEA_RADIUS, limbus * 1.02)
    centre = np.cos(iris) - np.sqrt(radius**2 - limbus**2)
    reach = radius**2 - (centre * np.sin(angle)) ** 2
    cornea = centre * np.cos(angle) + np.sqrt(np.maximum(reach, 0.0))
    excess = np.where(angle < np.pi / 2, cornea - 1.0, -1.0)
    softness = 0.006
    return np.asarray(1.0 + bulge * softness * np.logaddexp(0.0, excess / softness))


def eyeball(
    rings: int = 22,
    segments: int = 36,
    *,
    iris_radius: float = IRIS_RADIUS,
    pupil_ratio: float = PUPIL_RATIO,
    bulge: float = 1.0,
) -> PartMesh:
    """A unit eyeball centred at the origin that looks along +Z.

    Args:
        rings: rings around the optical axis, at least 8; two thirds lie on the front.
        segments: vertices a ring, an even number of at least 8.
        iris_radius: radius of the iris disc over that of the eyeball, 0.2..0.8.
        pupil_ratio: pupil radius over iris radius, 0.1..0.9.
        bulge: height of the cornea; 0 is a plain sphere, 1 the human cornea.

    Returns:
        A mesh of ``1 + rings * segments`` vertices, open beyond 110 degrees from the axis;
        regions are those of ``EyeRegion``, uv is that of ``uv_from_direction``.

    Raises:
        ValueError: a parameter is out of range.
    """
    if rings < 8 or segments < 8 or segments % 2:
        raise ValueError("an eyeball needs at least 8 rings and an even 8 segments")
    if not (0.2 <= iris_radius <= 0.8 and 0.1 <= pupil_ratio <= 0.9):
        raise ValueError("iris_radius must lie in 0.2..0.8 and pupil_ratio in 0.1..0.9")
    iris = float(np.arcsin(iris_radius))
    pupil = float(np.arcsin(iris_radius * pupil_ratio))
    angles = np.concatenate([[0.0], np.repeat(_ring_angles(rings, iris, pupil), segments)])
    turns = np.concatenate([[0.0], np.tile(2 * np.pi * np.arange(segments) / segments, rings)])
    across = np.sin(angles)
    direction = np.stack([across * np.cos(turns), across * np.sin(turns), np.cos(angles)], 1)
    region = np.select(
        [angles <= pupil + 1e-9, angles <= iris + 1e-9],
        [EyeRegion.PUPIL, EyeRegion.IRIS],
        EyeRegion.SCLERA,
    )
    faces = np.concatenate(
        [fan_faces(np.arange(1, segments + 1), 0), grid_faces(rings, segments, wrap=True) + 1]
    )
    return part(
        direction * _surface_radius(angles, iris, bulge)[:, None],
        faces,
        uv_from_direction(direction),
        region=region,
    )
