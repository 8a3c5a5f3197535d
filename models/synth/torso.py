"""Shoulders in a shirt, joined to the neck."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.synth.noise import smoothstep, waves
from models.synth.person import Person
from models.synth.surface import Surface, refine, unit, volume_surface

Floats = NDArray[np.float64]

_STEP = 0.016
_LOW, _HIGH = np.array([-0.80, -1.05, -0.42]), np.array([0.80, -0.20, 0.30])
_NECK_AXIS = np.array([0.0, -0.04])
"""x, z of the neck where it meets the shoulders."""


def torso_surface(person: Person) -> Surface:
    """A torso from the neck to below every picture's edge."""
    rng = person.rng(20)
    width, drop = float(rng.uniform(0.36, 0.43)), float(rng.uniform(0.0, 0.03))

    def distance(points: Floats) -> Floats:
        return body_distance(points, width, drop)

    vertices, normals, faces = volume_surface(distance, _LOW, _HIGH, _STEP)
    fine = refine(faces, len(vertices), 2)
    dense = fine(vertices)
    skin, shirt = np.asarray(person.skin), np.asarray(person.shirt)
    weave = 1 + 0.03 * waves(dense, rng, 25) + 0.03 * waves(dense, rng, 250)
    covered, band = _shirt(dense)
    cloth = shirt * (weave * (1 - 0.28 * band))[:, None]
    colours = skin * 0.98 + (cloth - skin * 0.98) * covered[:, None]
    return Surface(
        vertices=vertices,
        faces=faces,
        normals=_folded(dense, unit(fine(normals)), covered, rng),
        fine=fine,
        colours=np.asarray(np.clip(colours, 0, 1), np.float32),
        shine=np.asarray(0.05 * (1 - covered), np.float32),
        contrast=np.ones(len(dense), np.float32),
    )


def body_distance(points: Floats, width: float, drop: float) -> Floats:
    """About the signed distance (N,) to neck, trapezius, shoulders and chest."""
    x, y, z = points.T
    flare = smoothstep(-0.26, -0.44, y)
    across, along = x / (1 + 1.6 * flare), (z - _NECK_AXIS[1]) / (0.95 + 0.3 * flare)
    neck = np.hypot(across, along) - 0.118
    neck = np.maximum(neck, np.maximum(y + 0.27, -0.65 - y))
    side = np.abs(x)
    bone = -0.49 - drop - 0.10 * np.clip(side / width, 0, 1) ** 2
    beyond = np.maximum(side - width, 0)
    shoulder = np.hypot(np.hypot(beyond, y - bone), z + 0.07) - 0.115
    # Below its bone the shoulder goes on as upper arm and chest.
    below = np.hypot(np.maximum(side - width - 0.03, 0), (z + 0.06) * 0.62) - 0.115
    trunk = np.maximum(below, y - bone)
    return _joined(neck, _joined(shoulder, trunk, 0.09), 0.09)


def _joined(a: Floats, b: Floats, reach: float) -> Floats:
    """Smooth minimum of two distances."""
    share = np.clip(0.5 + 0.5 * (b - a) / reach, 0, 1)
    return np.asarray(b + (a - b) * share - reach * share * (1 - share))


def _shirt(points: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Where the shirt is (1, else 0 inside its neckline), and where the band along its edge is."""
    x, y, z = points.astype(np.float64).T
    forward = np.clip((z - _NECK_AXIS[1]) / 0.15, -0.6, 1.0)
    below = -0.335 - 0.045 * forward - y
    return smoothstep(-0.003, 0.003, below), smoothstep(0.034, 0.028, below)


def _folded(
    points: NDArray[np.float32],
    normals: NDArray[np.float32],
    covered: Floats,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Normals of cloth that hangs in soft folds from the shoulders."""
    x, y, z = points.astype(np.float64).T
    hang = np.stack([x * np.sign(x) + 0.45 * y, z, 0.25 * y], 1)
    ruffle = np.stack([waves(hang, rng, 22), waves(hang, rng, 30), waves(hang, rng, 22)], 1)
    return unit(normals + 0.22 * covered[:, None] * ruffle)
