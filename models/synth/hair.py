"""Hair as a volume around the scalp, and its strands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.synth.noise import smoothstep, waves
from models.synth.person import Person
from models.synth.surface import Surface, refine, unit, volume_surface

Floats = NDArray[np.float64]
FloatArray = NDArray[np.float32]

_STEP = 0.010
_LOW, _HIGH = np.array([-0.32, -0.46, -0.38]), np.array([0.32, 0.44, 0.33])
_STRANDS = ((0.10, 12), (0.08, 40), (0.13, 120), (0.16, 260), (0.12, 420))
"""Contrast and frequency (radians per radian around the head) of the strands' pattern."""
_EAR_ROOM = 0.016
_BARE = 0.012
"""How far below bare skin the surface of the hair stays."""


def hair_surface(
    person: Person, skin: FloatArray, normals: FloatArray, place: FloatArray, ears: FloatArray
) -> Surface:
    """The hair around ``skin (V, 3)``, outer skin only, that lies at ``place`` on the average.

    It leaves the vertices of the ``ears (E, 3)`` free.
    """
    tree, ear_tree = cKDTree(skin), cKDTree(ears)
    style, rng = person.hairstyle, person.rng(10)
    lock_rng = int(rng.integers(1 << 30))

    def distance(points: Floats) -> Floats:
        away, nearest = tree.query(points, k=3, workers=1)
        weight = 1 / (away + 1e-6)
        weight /= weight.sum(1, keepdims=True)
        normal = np.einsum("nk,nkd->nd", weight, normals[nearest])
        offset = points - np.einsum("nk,nkd->nd", weight, skin[nearest])
        signed = np.sign(np.einsum("nd,nd->n", offset, normal)) * np.linalg.norm(offset, axis=1)
        where = np.einsum("nk,nkd->nd", weight, place[nearest])
        polar = strand_frame(points)
        lock = waves(polar * (1.0, 0.16), np.random.default_rng(lock_rng), 26, 8)
        ragged = 0.010 * waves(polar * (1.0, 0.16), np.random.default_rng(lock_rng + 1), 70)
        cover = smoothstep(-0.008, 0.095, above_hairline(person, where) + ragged)
        deep = smoothstep(0.02, 0.22, where[:, 1])
        depth = style.side + (style.thickness - style.side) * deep
        # Long hair falls from the widest part of the head instead of following the neck in.
        falls = 0.06 if style.nape < -0.2 else 0.0
        depth = depth + falls * smoothstep(-0.02, -0.22, points[:, 1])
        depth = (depth + style.locks * lock) * cover - _BARE * (1 - cover)
        end = style.nape + 0.012 * lock - points[:, 1]
        # Below the ears hair hangs behind them.
        ahead = points[:, 2] - 0.01 - 3 * np.maximum(points[:, 1] + 0.02, 0)
        free = _EAR_ROOM - ear_tree.query(points, distance_upper_bound=0.05)[0]
        return np.asarray(np.maximum.reduce([signed - depth, end, ahead, np.maximum(free, -1.0)]))

    vertices, facing, faces = volume_surface(distance, _LOW, _HIGH, _STEP)
    fine = refine(faces, len(vertices), 2)
    dense = fine(vertices)
    return Surface(
        vertices=vertices,
        faces=faces,
        normals=_combed(person, dense, unit(fine(facing))),
        fine=fine,
        colours=_strands(person, dense),
        shine=np.full(len(dense), 0.035, np.float32),
        contrast=np.ones(len(dense), np.float32),
    )


def above_hairline(person: Person, place: Floats) -> Floats:
    """How far (N,) above the lower edge of the hair places (N, 3) on the average head lie."""
    style = person.hairstyle
    x, y, z = place.T
    front = style.line - style.peak * np.exp(-((x / 0.045) ** 2)) - 0.25 * np.abs(x) ** 1.5
    long_hair = style.nape < -0.2
    behind = -0.60 if long_hair else -0.11
    shift = 0.06 if long_hair else 0.0
    steps = np.array([-0.06, -0.015, 0.07, 0.125, 0.19]) + (shift, shift, 0.4 * shift, 0, 0)
    lower = np.interp(z, steps, [behind, 0.03, 0.045, 0.06, 0.135])
    blend = smoothstep(0.15, 0.23, z)
    return np.asarray(y - lower - (front - lower) * blend)


def strand_frame(points: Floats) -> Floats:
    """(N, 2) angle around the vertical axis through the crown, and height, of points."""
    angle = np.arctan2(points[:, 0], points[:, 2] + 0.02)
    reach = np.hypot(points[:, 0], points[:, 2] + 0.02)
    # Near the crown the angle says nothing: strands part from a line there.
    across = points[:, 0] * 7
    top = smoothstep(0.16, 0.05, reach)
    return np.stack([angle + (across - angle) * top, points[:, 1]], 1)


def _strands(person: Person, points: FloatArray) -> FloatArray:
    frame = strand_frame(points.astype(np.float64))
    rng = person.rng(11)
    bend = 0.05 * waves(frame, rng, 9, 6)
    along = np.stack([frame[:, 0] + bend, 0.05 * frame[:, 1]], 1)
    tone = np.sum([share * waves(along, rng, rate) for share, rate in _STRANDS], 0)
    colour = np.asarray(person.hair) * (1 + tone)[:, None]
    return np.asarray(np.clip(colour, 0.02, 1), np.float32)


def _combed(person: Person, points: FloatArray, normals: FloatArray) -> FloatArray:
    """Normals ruffled across the strands, so that light breaks into them."""
    frame = strand_frame(points.astype(np.float64))
    along = np.stack([frame[:, 0], 0.05 * frame[:, 1]], 1)
    swing = 0.25 * waves(along, person.rng(12), 60) + 0.3 * waves(along, person.rng(13), 200)
    across = unit(np.cross(normals, (0.0, 1.0, 0.0)))
    return unit(normals + swing[:, None] * across)
