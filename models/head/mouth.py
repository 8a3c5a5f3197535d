"""A parametric mouth: two rows of teeth, gums, palate, tongue and the dark sack behind them.

Mouth frame: metres for an average adult, x to the viewer's right, y up, z to the front; the
origin lies half-way between the upper and lower biting edges, between the front teeth.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from models.head.dental_arch import LOWER_TEETH, UPPER_TEETH, ArchCurve, ToothKind, arch_curve
from models.head.gums import gum_band
from models.head.part_mesh import PartMesh, capped_tube, fan_faces, grid_faces, merge_parts, part
from models.head.teeth import tooth_row

Floats = NDArray[np.float64]

ARCH_WIDTH = 0.055
ARCH_DEPTH = 0.046
TOOTH_HEIGHT = 0.0100
OVERBITE = 0.0022
_OVERJET = 0.0026
_MOLAR_THICKNESS = 0.0105
_ROOT_STAYS = 0.30


class MouthRegion(IntEnum):
    """Values of ``PartMesh.region`` in a mouth."""

    UPPER_TEETH = 0
    LOWER_TEETH = 1
    UPPER_GUM = 2
    LOWER_GUM = 3
    PALATE = 4
    TONGUE = 5
    CAVITY = 6


def _edge_heights(teeth: tuple[ToothKind, ...], scale: float, overbite: float) -> Floats:
    """Distance (7,) that each upper (or mirrored lower) edge reaches past y = 0."""
    edges = np.array([kind.edge for kind in teeth]) * scale + overbite / 2
    # Back teeth meet without overlapping.
    return np.where(np.arange(len(teeth)) < 3, edges, np.minimum(edges, -0.1 * scale))


def _palate(curve: ArchCurve, scale: float, roof: float) -> PartMesh:
    """The roof of the mouth: an open dome over the upper arch, seen from below."""
    rows, columns = 12, 13
    back = float(curve.points[-1, 1]) * 1.12
    front = float(curve.points[:, 1].max()) - 4.0 * scale
    depth = front + (back - front) * np.linspace(0, 1, rows) ** 1.3
    half = curve.points[curve.points[:, 0] >= 0]
    width = np.interp(np.maximum(depth, half[-1, 1]), half[::-1, 1], half[::-1, 0])
    width = np.maximum(width - 2.0 * scale, 5.0 * scale)
    across = np.sin(np.linspace(-np.pi / 2, np.pi / 2, columns))
    dome = 1.0 - np.abs(across) ** 3
    swell = 1.0 - np.exp(-3.0 * np.linspace(0, 1, rows))
    x = width[:, None] * across
    y = roof + 6.0 * scale * swell[:, None] * dome
    z = np.broadcast_to(depth[:, None], x.shape)
    uv = np.stack(np.meshgrid((across + 1) / 2, np.linspace(0, 1, rows)), 2).reshape(-1, 2)
    faces = grid_faces(rows, columns)
    vertices = np.stack([x, y, z], 2).reshape(-1, 3)
    return part(vertices, faces, uv, region=MouthRegion.PALATE, jaw=0.0)


def _tongue(width: float, depth: float, scale: float) -> PartMesh:
    """A closed, rounded tongue with a shallow groove; its tip rests behind the lower teeth."""
    rows, columns = 15, 18
    along = 1.0 - np.cos(np.linspace(0.25, 1.0, rows) * np.pi / 2)
    turn = 2 * np.pi * np.arange(columns) / columns + np.pi / 2
    profile = np.clip(along / 0.35, 0, 1)
    half_width = 0.38 * width * np.sqrt(1 - (1 - profile) ** 2.2) * (0.80 + 0.2 * along)
    thick = 8.0 * scale * np.sqrt(1 - (1 - np.clip(along / 0.22, 0, 1)) ** 2)
    spine = (-4.8 + 3.2 * np.sin(np.pi * np.clip(along * 0.85, 0, 1))) * scale
    cosine = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.85
    x = half_width[:, None] * cosine
    top = np.sin(turn)
    y = spine[:, None] - thick[:, None] + thick[:, None] * np.where(top > 0, top, 1.2 * top)
    groove = np.exp(-((x / (3.0 * scale)) ** 2)) * np.clip(top, 0, 1) * profile[:, None]
    y = y - 1.2 * scale * groove
    front, back = -8.0 * scale, -1.35 * depth
    z = np.broadcast_to((front + (back - front) * along)[:, None], x.shape)
    rings = np.stack([x, y, z], 2)
    tip = rings[0].mean(0) + np.array([0.0, 0.0, 0.6 * scale])
    vertices, faces = capped_tube(rings, tip, rings[-1].mean(0))
    u = np.tile(0.5 + 0.5 * cosine, rows)
    uv = np.stack([u, np.repeat(along, columns)], 1)
    uv = np.concatenate([uv, [[0.5, 0.0], [0.5, 1.0]]])
    # Its root hangs on the throat: with the jaw down the tongue slopes up to the back.
    jaw = 1.0 - _ROOT_STAYS * np.clip((uv[:, 1] - 0.1) / 0.6, 0, 1)
    return part(vertices, faces, uv, region=MouthRegion.TONGUE, jaw=jaw).outward()


def _cavity(width: float, depth: float, scale: float) -> PartMesh:
    """The sack behind the lips, open in front and closed at the back, seen from inside.

    The rim follows the curve of the lips; its upper half moves with the skull, its lower half
    with the jaw.
    """
    rows, columns = 10, 32
    turn = 2 * np.pi * np.arange(columns) / columns
    inward = np.linspace(0, 1, rows)
    swell = np.interp(inward, [0, 0.25, 0.7, 0.9, 1.0], [1.0, 1.12, 1.1, 0.8, 0.5])
    x = 0.55 * width * swell[:, None] * np.cos(turn)
    y = 22.5 * scale * np.interp(inward, [0, 0.7, 1.0], [1.0, 1.0, 0.5])[:, None] * np.sin(turn)
    rim = 2.0 * scale - 0.36 * depth * np.cos(turn) ** 2
    back = -1.55 * depth
    z = rim + (back - rim) * inward[:, None]
    rings = np.stack([x, y, z], 2)
    count = rows * columns
    vertices = np.concatenate([rings.reshape(-1, 3), [[0.0, 0.0, back - 3.0 * scale]]])
    closing = fan_faces(np.arange(count - columns, count), count, reverse=True)
    faces = np.concatenate([grid_faces(rows, columns, wrap=True), closing])
    uv = np.stack([np.tile(turn / (2 * np.pi), rows), np.repeat(inward, columns)], 1)
    blend = np.clip(0.5 - vertices[:, 1] / (18.0 * scale), 0, 1)
    jaw = blend * blend * (3 - 2 * blend)
    return part(
        vertices,
        faces[:, ::-1],
        np.concatenate([uv, [[0.5, 1.0]]]),
        region=MouthRegion.CAVITY,
        jaw=jaw,
    )


def arches(width: float = ARCH_WIDTH, *, depth: float = ARCH_DEPTH) -> tuple[ArchCurve, ArchCurve]:
    """Curves through the biting edges of the upper and the lower teeth, in the mouth frame."""
    half = 0.5 * width * (1 - _MOLAR_THICKNESS / ARCH_WIDTH)
    overjet = _OVERJET * depth / ARCH_DEPTH
    lower = arch_curve(half - overjet * 0.8, depth - overjet)
    lower = ArchCurve(lower.arc, lower.points - np.array([0.0, overjet]))
    return arch_curve(half, depth), lower


def mouth_parts(
    width: float = ARCH_WIDTH,
    *,
    depth: float = ARCH_DEPTH,
    tooth_height: float = TOOTH_HEIGHT,
    overbite: float = OVERBITE,
) -> dict[MouthRegion, PartMesh]:
    """Every part of the mouth in the mouth frame, with the teeth closed.

    Args:
        width: width of the upper arch over the outer faces of the last molars.
        depth: from the front teeth back to the end of the arch.
        tooth_height: crown height of an upper central incisor; scales all heights.
        overbite: how far the upper front teeth reach down over the lower ones.

    Returns:
        One mesh a region. Teeth, gums and tongue are closed surfaces; palate and cavity are
        open and face the inside of the mouth. ``jaw`` is 0 for upper teeth, upper gum and
        palate, 1 for lower teeth, lower gum and the tongue's tip, and blends over the rest of
        the tongue and the cavity.

    Raises:
        ValueError: a size is not positive, or the overbite exceeds the tooth height.
    """
    if min(width, depth, tooth_height) <= 0 or not 0 <= overbite < tooth_height:
        raise ValueError("mouth sizes must be positive and the overbite below the tooth height")
    scale = tooth_height / UPPER_TEETH[0].height
    upper, lower = arches(width, depth=depth)
    up = _edge_heights(UPPER_TEETH, scale, overbite)
    low = _edge_heights(LOWER_TEETH, scale, overbite)
    roof = 12.0 * scale
    rows = {
        MouthRegion.UPPER_TEETH: (tooth_row, UPPER_TEETH, upper, -up, -1.0, 0.0),
        MouthRegion.LOWER_TEETH: (tooth_row, LOWER_TEETH, lower, low, 1.0, 1.0),
        MouthRegion.UPPER_GUM: (gum_band, UPPER_TEETH, upper, -up, -1.0, 0.0),
        MouthRegion.LOWER_GUM: (gum_band, LOWER_TEETH, lower, low, 1.0, 1.0),
    }
    parts = {
        region: build(
            teeth, curve, scale=scale, edge_height=edge, upward=upward, region=region, jaw=jaw
        )
        for region, (build, teeth, curve, edge, upward, jaw) in rows.items()
    }
    parts[MouthRegion.PALATE] = _palate(upper, scale, roof)
    parts[MouthRegion.TONGUE] = _tongue(width, depth, scale)
    parts[MouthRegion.CAVITY] = _cavity(width, depth, scale)
    return parts


def mouth(
    width: float = ARCH_WIDTH,
    *,
    depth: float = ARCH_DEPTH,
    tooth_height: float = TOOTH_HEIGHT,
    overbite: float = OVERBITE,
) -> PartMesh:
    """All of ``mouth_parts`` as one mesh; ``region`` tells the parts apart."""
    parts = mouth_parts(width, depth=depth, tooth_height=tooth_height, overbite=overbite)
    return merge_parts(parts.values())
