"""Studio light: many lamps around the head, each blocked by whatever stands before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.zbuffer import rasterize
from models.synth.surface import unit

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

LAMPS = 40
_MAP = 320
_BIAS = 0.010


def studio(rng: np.random.Generator, count: int = LAMPS) -> tuple[Floats, Floats]:
    """Directions (L, 3) towards the lamps and their strengths (L,), which sum to about 2.

    The light is soft and comes from in front and above, with more of it from one side.
    """
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    level = np.sqrt(1 - height**2)
    lamps = np.stack([level * np.sin(turn), height, level * np.cos(turn)], 1)
    key = np.array([rng.uniform(-0.7, 0.7), 0.55, 0.8])
    key /= np.linalg.norm(key)
    strength = 0.30 + 0.35 * np.clip(lamps[:, 1], 0, 1) + 1.6 * np.clip(lamps @ key, 0, 1) ** 3
    strength = np.where(lamps[:, 1] < -0.3, 0.3 * strength, strength)
    facing = np.clip(lamps @ key, 0, 1)
    return lamps, np.asarray(strength / float((strength * facing).sum()))


def irradiance(
    vertices: FloatArray,
    normals: FloatArray,
    faces: NDArray[np.int32],
    lamps: Floats,
    strength: Floats,
) -> FloatArray:
    """Light (V,) on vertices: the sum over all lamps that they face and that nothing hides."""
    total = np.zeros(len(vertices))
    for lamp, power in zip(lamps, strength, strict=True):
        facing = np.clip(normals @ lamp, 0, 1)
        lit = np.flatnonzero(facing > 0)
        total[lit] += power * facing[lit] * _visible(vertices, faces, lamp)[lit]
    return np.asarray(total, np.float32)


def _visible(vertices: FloatArray, faces: NDArray[np.int32], lamp: Floats) -> Floats:
    """Share (V,) of the surroundings of each vertex that the lamp sees."""
    up = np.array([0.0, 1.0, 0.0]) if abs(lamp[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    right = unit(np.cross(up, lamp)[None])[0].astype(np.float64)
    across = np.stack([vertices @ right, vertices @ np.cross(lamp, right)], 1)
    low, high = across.min(0), across.max(0)
    pixels = (across - low) / (high - low).max() * (_MAP - 2) + 1
    height = vertices @ lamp
    depth = height.max() - height + 1.0
    nearest = rasterize(pixels, depth, faces, _MAP, _MAP).depth
    place = np.clip(pixels.astype(np.intp), 1, _MAP - 2)
    shares = [
        depth <= nearest[place[:, 1] + down, place[:, 0] + along] + _BIAS
        for down in (-1, 0, 1)
        for along in (-1, 0, 1)
    ]
    return np.asarray(np.mean(shares, 0))
