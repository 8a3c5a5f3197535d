"""Gums: a closed band along a dental arch whose margin is scalloped around each tooth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.dental_arch import ArchCurve, ToothKind, tooth_centres
from models.head.part_mesh import PartMesh, capped_tube, part

Floats = NDArray[np.float64]

_COLUMNS = np.array([-0.8, -0.4, 0.0, 0.4, 0.8])
# Profile of the band: (outward from the tooth's front or back in mm, depth into the jaw in mm,
# share of the scallop, 1 for the front edge of the profile and 0 for the back).
_PROFILE = np.array(
    [
        [1.9, 10.0, 0.0, 1.0],
        [1.5, 5.5, 0.2, 1.0],
        [0.9, 2.4, 0.8, 1.0],
        [0.45, 0.6, 1.0, 1.0],
        [-0.3, 0.0, 1.0, 1.0],
        [0.0, 0.7, 1.0, 0.5],
        [0.3, 0.0, 1.0, 0.0],
        [-0.8, 3.0, 0.6, 0.0],
        [-2.5, 9.0, 0.0, 0.0],
    ]
)


def _stations(centres: Floats, widths: Floats) -> tuple[Floats, Floats]:
    """Arc positions of the columns over both sides and their place (-1..1) within a tooth."""
    arc = (centres[:, None] + 0.5 * widths[:, None] * _COLUMNS).ravel()
    place = np.tile(_COLUMNS, len(centres))
    contact = np.concatenate([centres - 0.5 * widths, [centres[-1] + 0.5 * widths[-1]]])
    arc = np.concatenate([arc, contact])
    place = np.concatenate([place, np.ones(len(contact))])
    order = np.argsort(arc)
    arc, place = arc[order], place[order]
    return np.concatenate([-arc[:0:-1], arc]), np.concatenate([place[:0:-1], place])


def _along(values: Floats, centres: Floats, arc: Floats) -> Floats:
    """Values given for the teeth of one side, interpolated at |arc|."""
    return np.interp(np.abs(arc), centres, values)


def gum_band(
    teeth: tuple[ToothKind, ...],
    curve: ArchCurve,
    *,
    scale: float,
    edge_height: Floats,
    upward: float,
    region: int,
    jaw: float,
) -> PartMesh:
    """The gum of one jaw as a closed tube; arguments as those of ``teeth.tooth_row``.

    uv: u along the arch from -X to +X, v from the margin (0) into the jaw (1) on the lip side,
    and 1 on the tongue side.
    """
    centres, widths = tooth_centres(teeth, curve.half_length)
    arc, place = _stations(centres, widths)
    neck = edge_height - upward * scale * np.array([kind.height for kind in teeth])
    base = _along(neck, centres, arc)
    front = _along(np.array([k.labial[0] * k.thickness for k in teeth]), centres, arc)
    back = _along(np.array([k.lingual[0] * k.thickness for k in teeth]), centres, arc)
    papilla = _along(np.array([0.41 * k.height for k in teeth]), centres, arc)
    scallop = papilla * np.abs(place) ** 2.2
    # Between two teeth the gum draws back from the lips; over a root it swells.
    hollow = 0.9 * np.abs(place) ** 2.5

    offset, depth, share, side = (column[:, None] for column in _PROFILE.T)
    drawn = hollow * (0.25 + 0.75 * share)
    ridge = side * (front - drawn) + (1 - side) * (back + drawn)
    outward = (ridge + offset) * scale
    into = (depth - share * scallop + 0.3 * (1 - share) * np.abs(place)) * scale
    position, _, normal = curve.frame(arc)
    ground = position[None] + outward[..., None] * normal[None]
    height = base[None] - upward * into
    # Columns become rings, so that the tube runs along the arch.
    rings = np.stack([ground[..., 0], height, ground[..., 1]], 2).transpose(1, 0, 2)
    vertices, faces = capped_tube(rings, rings[0].mean(0), rings[-1].mean(0))

    rows = len(_PROFILE)
    u = np.repeat(np.linspace(0, 1, len(arc)), rows)
    v = np.tile(np.where(_PROFILE[:, 3] > 0.6, _PROFILE[:, 1] / 10.0, 1.0), len(arc))
    uv = np.concatenate([np.stack([u, v], 1), [[0.0, 1.0], [1.0, 1.0]]])
    return part(vertices, faces, uv, region=region, jaw=jaw).outward()
