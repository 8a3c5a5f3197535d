"""The head with its hair on: the scalp blown up until its outline is the photo's.

The photo shows how far hair stands off above and beside the skull.  What it does not show, the
way from the hairline over the crown to the back of the head, follows the skull at that distance,
so that a profile is as round as a head.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.head.assemble import HeadMesh, Region
from models.reconstruct.canvas import Canvas, bilinear

FloatArray = NDArray[np.float32]

_SECTORS = 96
_LARGEST = 1.8
_OUTLINE = 0.6
_BROW = 0.55
"""Share of the way from ear lobes to the top of the ears at which hair begins to stand off."""


def hairy_head(
    canvas: Canvas, head: HeadMesh, posed: FloatArray, hair: FloatArray, thickness: float
) -> FloatArray:
    """Skin vertices (V, 3) moved out to the surface of the hair.

    Args:
        canvas: the photo; head: the fitted head; posed: its vertices (N, 3) in the photo.
        hair: (N, N) 0..1 all over the canvas, what of the person is hair or hat.
        thickness: canonical units by which hair stands off where the photo looks at it straight.
    """
    skin = posed[: head.skin_count]
    rest = head.rig.rest[: head.skin_count]
    ear = head.skin_region == Region.EAR
    low, high = np.percentile(rest[ear, 1], (5, 95))
    centre = _centre(skin, rest, ear, high)
    across = skin - centre
    axes = canvas.camera.cam2world[:3, :3]
    local = across @ axes
    radius = np.linalg.norm(across, axis=1)
    beside = (local[:, :2] ** 2).sum(1) / np.maximum(radius**2, 1e-9)
    angle = np.arctan2(local[:, 1], local[:, 0])
    scalp = (rest[:, 1] > low) & ~ear
    stretch = _stretch(canvas, skin, scalp, centre, angle, hair)
    rise = np.clip((rest[:, 1] - low) / (_BROW * (high - low) + 0.02), 0, 1)
    ease = rise * rise * (3 - 2 * rise)
    front = local[:, 2] < 0
    # Towards the face hair begins at no height; behind it is thick from the hairline on.
    beside = np.where(front, beside**3, beside)
    level = thickness / np.maximum(radius, 1e-3) * np.where(front, 0.4, 1.0)
    straight = ease * (1 - beside) * level
    wide = ease * beside * (stretch - 1)
    # In front it grows parallel to the picture only: temples' hair must not hide the eyes.
    local[:, :2] *= (1 + straight + wide)[:, None]
    local[:, 2] *= 1 + straight + np.where(front, 0, wide)
    return np.asarray(centre + local @ axes.T, np.float32)


def _centre(
    skin: FloatArray, rest: FloatArray, ear: NDArray[np.bool_], high: float
) -> NDArray[np.floating]:
    """The middle of the skull, on the line between the tops of the ears."""
    ring = (np.abs(rest[:, 1] - high) < 0.02) & ~ear
    slab = rest[ring]
    back, front = slab[:, 2].argmin(), slab[:, 2].argmax()
    members = skin[ring]
    middle = 0.55 * members[back] + 0.45 * members[front]
    return np.asarray(middle)


def _stretch(
    canvas: Canvas,
    skin: FloatArray,
    scalp: NDArray[np.bool_],
    centre: NDArray[np.floating],
    angle: NDArray[np.floating],
    hair: FloatArray,
) -> FloatArray:
    """(V,) by how much the person's outline lies farther from the centre than the skull's."""
    where, _ = canvas.project(skin[scalp])
    middle = canvas.project(centre[None])[0][0]
    offset = where - middle
    sector = _sector(np.arctan2(offset[:, 1], offset[:, 0]))
    skull = np.zeros(_SECTORS)
    np.maximum.at(skull, sector, np.hypot(offset[:, 0], offset[:, 1]))
    reach = np.arange(0.0, 0.75 * canvas.size, 2.0)
    turn = (np.arange(_SECTORS) + 0.5) / _SECTORS * 2 * np.pi - np.pi
    rays = middle + reach[None, :, None] * np.stack([np.cos(turn), np.sin(turn)], 1)[:, None]
    inside = canvas.sample(canvas.alpha, rays.reshape(-1, 2)).reshape(_SECTORS, -1) > _OUTLINE
    ends = np.where(inside.all(1), len(reach) - 1, np.argmin(inside, 1))
    rim = rays[np.arange(_SECTORS), np.maximum(ends - 3, 0)] * (len(hair) / canvas.size)
    covered = bilinear(hair, rim) > 0.3
    ratio = np.where(covered & (skull > 0), reach[ends] / np.maximum(skull, 1.0), 1.0)
    ratio = np.clip(ratio, 1.0, _LARGEST)
    smooth = cv2.GaussianBlur(np.tile(ratio, 3)[None], (0, 0), 2.5)[0][_SECTORS : 2 * _SECTORS]
    turns = (np.asarray(angle) + np.pi) / (2 * np.pi) * _SECTORS - 0.5
    return np.asarray(np.interp(turns, np.arange(_SECTORS), smooth, period=_SECTORS), np.float32)


def _sector(angle: NDArray[np.floating]) -> NDArray[np.int64]:
    turns = (angle + np.pi) / (2 * np.pi) * _SECTORS
    return np.asarray(np.clip(turns, 0, _SECTORS - 1), np.int64)
