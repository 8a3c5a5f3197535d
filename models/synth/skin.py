"""Painted skin: tone, lips, brows, lashes, stubble and moles, by place on the average face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.assemble import Region
from models.head.landmarks import LID_LEFT, LID_RIGHT, OUTER_LIPS
from models.synth.hair import above_hairline, strand_frame
from models.synth.noise import smoothstep, waves
from models.synth.person import Person

Floats = NDArray[np.float64]
FloatArray = NDArray[np.float32]

_BROWS = (
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
)
"""Outlines of the subject's right and left brow, MediaPipe's numbers."""
_LIP_TINT = np.array([0.90, 0.69, 0.69])
_BLUSH = ((0.105, -0.055, 0.215, 0.050), (0.0, -0.060, 0.300, 0.028))
_INSIDE = np.array([0.40, 0.20, 0.18])


def paint_skin(
    person: Person,
    coordinates: NDArray[np.floating],
    inner: NDArray[np.floating],
    ear: NDArray[np.floating],
    landmarks: NDArray[np.floating],
) -> FloatArray:
    """Colours (N, 3) of skin points.

    Args:
        person: whose skin.
        coordinates: (N, 3) where the points lie on the average head.
        inner: (N,) 1 inside mouth, nostrils and eye sockets; ear: (N,) 1 on ears.
        landmarks: (468, 3) of the average head.
    """
    place: Floats = np.asarray(coordinates, np.float64)
    colour = np.tile(np.asarray(person.skin, np.float64), (len(place), 1))
    colour *= 1 + 0.035 * _mottling(person, place)[:, None]
    colour = _blushed(colour, place, ear)
    front = np.flatnonzero((place[:, 2] > 0.15) & (inner < 0.99))
    colour[front] = _features(person, colour[front], place[front], landmarks)
    colour = _stubbled(person, colour, place)
    for centre in person.rng(5).normal(0, 1, (6, 3)) * (0.09, 0.09, 0) + (0, -0.02, 0):
        away = np.linalg.norm(place[:, :2] - centre[:2], axis=1)
        spot = smoothstep(0.0036, 0.0022, away) * (place[:, 2] > 0.15) * 0.55
        colour *= 1 - spot[:, None] * np.array([0.7, 0.9, 1.0])
    colour = _rooted(person, colour, place)
    dark = _INSIDE * (0.5 + 0.5 * max(person.skin))
    colour += (dark - colour) * np.clip(inner, 0, 1)[:, None]
    return np.asarray(np.clip(colour, 0, 1), np.float32)


def inner_skin(region: NDArray[np.uint8]) -> FloatArray:
    """(V,) 1 for skin inside the head."""
    inside = np.isin(region, (Region.INNER_MOUTH, Region.EYE_SOCKET, Region.HIDDEN))
    return inside.astype(np.float32)


def outline_distance(points: Floats, outline: Floats) -> Floats:
    """Signed distance (N,) of points (N, 2) to a closed outline (M, 2), negative inside."""
    start, end = outline, np.roll(outline, -1, 0)
    nearest = np.full(len(points), np.inf)
    inside = np.zeros(len(points), bool)
    for a, b in zip(start, end, strict=True):
        edge = b - a
        share = np.clip((points - a) @ edge / max(edge @ edge, 1e-12), 0, 1)
        away = points - a - share[:, None] * edge
        nearest = np.minimum(nearest, np.einsum("nd,nd->n", away, away))
        level = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
        rise = edge[1] if edge[1] != 0 else 1e-12
        inside ^= level & (points[:, 0] < a[0] + (points[:, 1] - a[1]) / rise * edge[0])
    return np.asarray(np.where(inside, -1, 1) * np.sqrt(nearest))


def _rooted(person: Person, colour: Floats, place: Floats) -> Floats:
    """Fine hair that thins out below the hairline."""
    above = above_hairline(person, place)
    strokes = 0.5 + 0.35 * waves(strand_frame(place) * (1.0, 0.05), person.rng(6), 260)
    amount = smoothstep(-0.030, 0.012, above) * np.clip(strokes + 8 * above + 0.2, 0, 1)
    return np.asarray(colour + (np.asarray(person.hair) - colour) * (0.9 * amount)[:, None])


def _mottling(person: Person, place: Floats) -> Floats:
    rng = person.rng(1)
    return waves(place, rng, 18) + 0.7 * waves(place, rng, 90) + 0.5 * waves(place, rng, 420)


def _blushed(colour: Floats, place: Floats, ear: NDArray[np.floating]) -> Floats:
    amount = 0.35 * ear.astype(np.float64)
    for x, y, z, radius in _BLUSH:
        mirrored = np.column_stack([np.abs(place[:, 0]), place[:, 1:]])
        away = np.linalg.norm(mirrored - (x, y, z), axis=1)
        amount = amount + 0.5 * np.exp(-((away / radius) ** 2))
    return np.asarray(colour * (1 - amount[:, None] * np.array([0.0, 0.17, 0.17])))


def _features(
    person: Person, colour: Floats, place: Floats, landmarks: NDArray[np.floating]
) -> Floats:
    """Lips, brows and lash lines over skin in front."""
    flat = place[:, :2]
    outline = landmarks[:, :2].astype(np.float64)
    lips = smoothstep(0.004, -0.003, outline_distance(flat, outline[list(OUTER_LIPS)]))
    creases = 1 + 0.05 * np.sin(700 * flat[:, 0] + 3 * waves(place, person.rng(2), 60))
    colour = colour + (colour * _LIP_TINT * creases[:, None] - colour) * lips[:, None]
    hair = np.asarray(person.hair) * 0.8
    for brow in _BROWS:
        away = outline_distance(flat, outline[list(brow)])
        side = np.sign(outline[brow[0], 0])
        along = flat @ np.array([0.5 * side, 1.0])
        strokes = 0.5 + 0.5 * np.sin(900 * along + 2 * waves(place, person.rng(3), 200))
        cover = smoothstep(0.006, -0.006, away) * (0.55 + 0.40 * strokes)
        colour = colour + (hair - colour) * cover[:, None]
    for lid in (LID_RIGHT, LID_LEFT):
        rim = outline[list(lid)]
        away = np.abs(outline_distance(flat, rim))
        upper = smoothstep(-0.006, 0.006, flat[:, 1] - rim[:, 1].mean())
        lash = smoothstep(0.0055, 0.001, away) * (0.25 + 0.6 * upper)
        colour = colour * (1 - 0.75 * lash[:, None])
    return colour


def _stubbled(person: Person, colour: Floats, place: Floats) -> Floats:
    """Beard shadow over chin, jaw and upper lip."""
    low = smoothstep(-0.075, -0.11, place[:, 1]) * smoothstep(0.06, 0.13, place[:, 2])
    neck = smoothstep(-0.30, -0.24, place[:, 1])
    cheek = smoothstep(0.055, 0.085, np.abs(place[:, 0]))
    mask = low * neck * np.clip(cheek + smoothstep(-0.145, -0.175, place[:, 1]), 0.75, 1)
    dots = 0.75 + 0.25 * waves(place, person.rng(4), 900)
    amount = np.clip(0.75 * person.stubble * mask * dots, 0, 0.8)
    grey = 0.55 * np.asarray(person.hair) + 0.25 * np.asarray(person.skin)
    return np.asarray(colour + (grey - colour) * amount[:, None])
