"""The first identity components of a head on the rig of one person, to change the person a little.

After Li et al. 2017, eq. 3: identity is a sum of displacements of the neutral head. The field of
an avatar stays as it was baked; its colours follow the surface.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

SHAPE_COUNT = 10
"""Components that an avatar carries."""


@dataclass(frozen=True, eq=False)
class ShapeBasis:
    """S components of a rig with V vertices.

    Attributes:
        delta: (S, V, 3) float16 displacement of the neutral vertices at one standard deviation.
        pivots: (S, 7, 3) float32 of the joints.
    """

    delta: NDArray[np.float16]
    pivots: FloatArray

    def moved(self, change: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Displacement of vertices (V, 3) and joints (7, 3) for a change of coefficients (<= S)."""
        vertices = np.zeros(self.delta.shape[1:], np.float32)
        joints = np.zeros(self.pivots.shape[1:], np.float32)
        for amount, delta, pivots in zip(change, self.delta, self.pivots, strict=False):
            if amount:
                vertices += np.float32(amount) * delta.astype(np.float32)
                joints += np.float32(amount) * pivots
        return vertices, joints
