"""FLAME's expression components on a head, and how ARKit coefficients are made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FlameExpression:
    """What a FLAME file adds to a head of C control vertices.

    Attributes:
        basis: (100, C, 3) displacements at one standard deviation, canonical units.
        mirror: (100, 100), coefficients times it are those of the mirrored face.
        arkit_map: (52, 103), ARKit coefficients times it give expression, then jaw axis-angle.
        face: (C,) bool, control vertices by which faces are compared: the face without the neck.
        jaw: (C,) skinning weights of FLAME's jaw.
    """

    basis: FloatArray
    mirror: FloatArray
    arkit_map: FloatArray
    face: NDArray[np.bool_]
    jaw: FloatArray
