"""Which joints move neck, hair and shoulders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.animate.proxy import Part
from models.animate.rig import JOINTS
from models.head.assemble import HeadMesh
from models.reconstruct.canvas import Canvas

FloatArray = NDArray[np.float32]

_NECK_LENGTH, _HAIR_LENGTH, _HIGH_SHOULDER = 0.05, 0.3, 0.13
"""How far below the chin the neck, and long hair, follow the head in part; how far above it
shoulders do not; units."""
_REACH, _ALL = 0.06, 0.23
"""Distance from the rim of the neck over which skin goes over to the torso, canonical units, and
the share of it that goes wholly."""


def onto_torso(head: HeadMesh) -> FloatArray:
    """Skinning weights (V, 7) of a head whose neck is rooted in the torso.

    The head's mesh ends at the neck, where shoulders that stay meet it. Its rim stays with them: a
    rim that turned with the head would lift off and show a slit.
    """
    weights, count = head.rig.weights.copy(), head.skin_count
    faces = head.faces[(head.faces < count).all(1) & (head.part == Part.HEAD)]
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
    edges, uses = np.unique(sides, axis=0, return_counts=True)
    rim = np.unique(edges[uses == 1])
    below = weights[:, [JOINTS.index("root"), JOINTS.index("neck")]].sum(1)
    rim = rim[below[rim] > 0.6]
    if not len(rim):
        return weights
    away = cKDTree(head.rig.rest[rim]).query(head.rig.rest[:count])[0]
    share = np.clip((1 - away / _REACH) / (1 - _ALL), 0, 1)
    share = (share * share * (3 - 2 * share))[:, None] * (below[:count, None] > 0.1)
    weights[:count] *= 1 - share
    weights[:count, JOINTS.index("root")] += share[:, 0]
    return weights


def bind_shell(
    canvas: Canvas, vertices: FloatArray, pixels: FloatArray, head: HeadMesh
) -> FloatArray:
    """Skinning weights (V, 7) of the shell: hair follows the head, shoulders stay.

    The neck blends between them. Long hair gives way by and by down to the shoulders: where it let
    go at once it would be shorn.

    Args:
        canvas: whose classes tell hair from clothes.
        vertices: (V, 3) canonical; pixels: (V, 2) where the canvas shows them.
        head: the fitted head.
    """
    neck = head.rig.pivots[JOINTS.index("neck")]
    beside = np.clip((np.abs(vertices[:, 0] - neck[0]) - 0.1) / 0.1, 0, 1)
    body = canvas.sample(canvas.classes["clothes"], pixels)
    body = np.maximum(body, beside * canvas.sample(canvas.classes["body_skin"], pixels))
    hair = canvas.sample(canvas.classes["hair"], pixels)
    rest = head.rig.rest[: head.skin_count]
    chin = float(rest[head.rig.weights[: head.skin_count, JOINTS.index("jaw")] > 0.5, 1].min())
    throat = min(float(neck[1]) - 0.014, chin - _NECK_LENGTH)
    bottom = throat + hair * (chin - _HAIR_LENGTH - throat)
    height = np.clip((vertices[:, 1] - bottom) / (chin - bottom), 0, 1)
    share = height * height * (3 - 2 * height)
    # Raised or tilted shoulders may reach above the chin; a hat, which is cloth too, stays above.
    shoulder = np.clip((chin + _HIGH_SHOULDER - vertices[:, 1]) / _NECK_LENGTH, 0, 1)
    share = share * (1 - 0.9 * body * shoulder)
    weights = np.zeros((len(vertices), len(JOINTS)), np.float32)
    weights[:, JOINTS.index("head")] = share**2
    weights[:, JOINTS.index("neck")] = share * (1 - share)
    weights[:, JOINTS.index("root")] = 1 - share
    return weights
