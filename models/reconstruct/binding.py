"""Which joints move hair, neck and shoulders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.animate.rig import JOINTS
from models.head.assemble import HeadMesh
from models.reconstruct.canvas import Canvas

FloatArray = NDArray[np.float32]

_NECK_LENGTH, _HAIR_LENGTH, _HIGH_SHOULDER = 0.05, 0.3, 0.13
"""How far below the chin the neck, and long hair, follow the head in part; how far above it
shoulders do not; units."""


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
