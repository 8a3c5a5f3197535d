"""Displacements of a FLAME head: its expression components, and ARKit's shapes made of them."""

from __future__ import annotations

import numpy as np
import torch

from models.animate.expression_basis import mirror_map
from models.head.flame import FlameHead
from models.head.flame_arkit import apply_arkit_map, fit_arkit_map
from models.head.flame_expression import FlameExpression
from models.head.flame_regions import head_regions
from models.head.flame_source import EYES, JAW, FlameSource
from models.head.open_head import FloatArray, IntArray
from models.pose import ARKIT_NAMES

_LID_REACH = (0.055, 0.085)
"""Distance from the eye's centre at which the open head's lids begin to give way, and end."""
_LIDS = [
    i
    for i, name in enumerate(ARKIT_NAMES)
    if name.startswith(("eyeBlink", "eyeSquint", "eyeWide", "eyeLookUp", "eyeLookDown"))
]


def flame_expression(source: FlameSource, mirror: IntArray) -> FlameExpression:
    """Its components; ``mirror`` (C,) are control vertices at mirrored places."""
    flame, rows = source.flame, source.skin
    basis = source.turned(np.moveaxis(flame.expression_basis[rows], -1, 0))
    face = head_regions(flame.template, source.joints[EYES]).face[rows]
    return FlameExpression(
        basis, mirror_map(basis, mirror), _arkit_map(source), face, flame.weights[rows, JAW]
    )


def arkit_shapes(source: FlameSource, arkit_map: FloatArray) -> FloatArray:
    """(52, C, 3) ARKit displacements: FLAME's expressions and jaw, lids from the open head."""
    flame, found = source.flame, source.registration
    expression, jaw = apply_arkit_map(arkit_map, np.eye(len(ARKIT_NAMES)))
    with torch.no_grad():
        model = FlameHead(flame)
        posed = model(expression=torch.from_numpy(expression), jaw=torch.from_numpy(jaw))
    shapes = source.turned(posed.numpy()[:, source.skin] - flame.template[source.skin])
    match = found.find(source.vertices[source.skin], source.jaw)
    near, moved = _near_eyes(source)[:, None], _open_shapes(source)
    for index in _LIDS:
        # FLAME's expressions hardly close an eye.
        shapes[index] += near * (match.interpolate(moved[index], found.faces) - shapes[index])
    return shapes


def _arkit_map(source: FlameSource) -> FloatArray:
    """(52, 103) FLAME's expression and jaw for ARKit coefficients."""
    flame, found = source.flame, source.registration
    return fit_arkit_map(
        flame.template,
        flame.expression_basis,
        found.skin,
        _open_shapes(source),
        head_faces=found.faces,
        alignment=source.to_canonical,
        flame_eyes=source.joints[EYES],
        jaw_pivot=source.joints[JAW],
        jaw_weights=flame.weights[:, JAW],
        head_jaw_weights=source.open_head.skin_weights[:, 3],
    )


def _open_shapes(source: FlameSource) -> FloatArray:
    """(52, V, 3) the open head's displacements on its skin."""
    head = source.open_head
    moved = [head.subdivision @ shape[: head.control_count] for shape in head.blendshapes]
    return np.asarray(moved, np.float32)


def _near_eyes(source: FlameSource) -> FloatArray:
    """(C,) 1 on lids, 0 beyond brows."""
    eyes = source.to_canonical.apply(source.joints[EYES])
    skin = source.vertices[source.skin]
    away = np.linalg.norm(skin[:, None] - eyes, axis=2).min(1)
    near = np.clip((_LID_REACH[1] - away) / (_LID_REACH[1] - _LID_REACH[0]), 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)
