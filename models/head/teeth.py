"""Crowns of single teeth, set on a dental arch.

Local axes of a crown: ``across`` (+ away from the midline), ``outward`` (towards the lips)
and ``rise`` from the neck (0) to the biting edge (1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.dental_arch import ArchCurve, ToothKind, tooth_centres
from models.head.part_mesh import PartMesh, capped_tube, merge_parts, part

Floats = NDArray[np.float64]

# The first level is the root that the gum covers.
_LEVELS = np.array([-0.22, 0.0, 0.2, 0.42, 0.64, 0.82, 0.94, 0.99])
_SEGMENTS = 14
# Neighbouring crowns just touch; their rounding opens the embrasures.
_FILL = 1.012


def _through(values: tuple[float, float, float], rise: Floats) -> Floats:
    """Parabola through values at rise 0, 0.5 and 1."""
    low, middle, high = values
    return low + rise * (4 * middle - 3 * low - high + rise * (2 * low - 4 * middle + 2 * high))


def _taper(kind: ToothKind) -> Floats:
    """Width of each level over the greatest width: narrow neck, contact in the upper third."""
    neck = 0.76 if kind.square < 3 else 0.84
    knots = [-0.22, 0.0, 0.35, 0.70, 0.9, 1.0]
    widths = [neck - 0.08, neck, 0.93, 1.0, 0.97, 0.93]
    return np.asarray(np.interp(_LEVELS, knots, widths), np.float64)


def _edge_rounding() -> Floats:
    """Shrinking of the last levels towards the edge's centre line."""
    start = 0.82
    along = np.clip((_LEVELS - start) / (1.0 - start), 0, 1)
    return np.sqrt(np.maximum(1.0 - along**2.5, 0.0))


def _crown(kind: ToothKind, width: float, scale: float) -> tuple[Floats, Floats]:
    """One crown in local axes.

    Args:
        kind: the tooth's form.
        width: finished width.
        scale: units per millimetre for height and thickness.

    Returns:
        Rings (levels, segments, 3) as (across, outward, height above the neck) and the tip (3,).
    """
    turn = 2 * np.pi * (np.arange(_SEGMENTS) + 0.5) / _SEGMENTS
    power = 2.0 / kind.square
    cosine = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power
    sine = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power
    rounding = _edge_rounding()
    thickness = kind.thickness * scale
    front = thickness * _through(kind.labial, _LEVELS)
    back = thickness * _through(kind.lingual, _LEVELS)
    middle, half = (front + back) / 2, (front - back) / 2 * (0.25 + 0.75 * rounding)
    half_width = 0.5 * _FILL * width * _taper(kind) * (0.86 + 0.14 * rounding)
    across = half_width[:, None] * cosine
    outward = middle[:, None] + half[:, None] * sine
    aside = 2 * across / width
    fall = kind.cusp * np.abs(aside) ** 1.4 + kind.corner * np.clip(aside, 0, None) ** 3
    height = kind.height * scale
    weight = np.clip(_LEVELS, 0, 1)[:, None] ** 2
    rise = height * (_LEVELS[:, None] - fall * weight)
    tip = np.array([0.0, middle[-1], height * (0.93 if kind.square > 3 else 1.0)])
    return np.stack([across, outward, rise], 2), tip


def _crown_uv(rings: Floats, width: float) -> Floats:
    """u from the mesial (0) to the distal side (1), v from the gum line (0) to the edge (1)."""
    u = 0.5 + rings[..., 0].ravel() / width
    v = np.repeat(np.clip(_LEVELS, 0, 1), _SEGMENTS)
    return np.concatenate([np.stack([u, v], 1), [[0.5, 0.0], [0.5, 1.0]]]).clip(0, 1)


def tooth_row(
    teeth: tuple[ToothKind, ...],
    curve: ArchCurve,
    *,
    scale: float,
    edge_height: Floats,
    upward: float,
    region: int,
    jaw: float,
) -> PartMesh:
    """Fourteen closed crowns on an arch, mirror-symmetric in x = 0.

    Args:
        teeth: forms of the seven teeth of one side, midline first.
        curve: arch through the biting edges.
        scale: units per millimetre for heights and thicknesses.
        edge_height: (7,) y of the biting edges.
        upward: -1 for the upper jaw (edges below necks), +1 for the lower.
        region: region id of all vertices.
        jaw: jaw weight of all vertices.
    """
    centres, widths = tooth_centres(teeth, curve.half_length)
    position, tangent, normal = curve.frame(centres)
    side = []
    for index, kind in enumerate(teeth):
        rings, tip = _crown(kind, widths[index], scale)
        neck = edge_height[index] - upward * kind.height * scale
        root = np.array([0.0, rings[0, :, 1].mean(), rings[0, 0, 2]])
        local, faces = capped_tube(rings, root, tip)
        ground = position[index] + local[:, :1] * tangent[index] + local[:, 1:2] * normal[index]
        vertices = np.stack([ground[:, 0], neck + upward * local[:, 2], ground[:, 1]], 1)
        crown = part(vertices, faces, _crown_uv(rings, widths[index]), region=region, jaw=jaw)
        side.append(crown.outward())
    return merge_parts([*(crown.mirrored() for crown in reversed(side)), *side])
