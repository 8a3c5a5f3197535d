"""FLAME's expression and jaw as ARKit coefficients, for heads that know no FLAME."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.flame_expression import FlameExpression
from models.pose import ARKIT_NAMES

FloatArray = NDArray[np.float32]
Matrix = NDArray[np.float64]

_RIDGE = 1e-3
"""Weight of the coefficients' size, relative to the mean energy of a coefficient's motion."""
_SWEEPS = 400
_CLOSE = 1e-4
"""Largest change of a coefficient in a sweep at which the search ends."""
_USED = np.array([not name.startswith(("eyeLook", "tongue")) for name in ARKIT_NAMES])
"""Eyes turn by the gaze, which the lids follow; FLAME has no tongue."""


class ArkitRetarget:
    """Finds coefficients whose motion of a FLAME face is nearest to what a file asks for."""

    def __init__(self, flame: FlameExpression, arms: NDArray[np.floating]) -> None:
        """Prepare the normal equations.

        Args:
            flame: a FLAME head's components.
            arms: (C, 3) its neutral control vertices relative to the jaw joint, canonical units.
        """
        face, arms = flame.face, np.asarray(arms, np.float64)[flame.face]
        turns = np.cross(np.eye(3)[:, None], arms) * flame.jaw[face, None]
        moves = np.concatenate([flame.basis[:, face], turns]).reshape(-1, 3 * len(arms))
        own = flame.arkit_map.astype(np.float64) @ moves
        self._map = flame.arkit_map.astype(np.float64)
        self._gram: Matrix = own @ own.T
        self._wanted: Matrix = moves @ own.T
        self._gram[np.diag_indices_from(self._gram)] += _RIDGE * np.trace(self._gram) / len(own)

    def solve(
        self, expression: NDArray[np.floating], jaw: NDArray[np.floating]
    ) -> tuple[FloatArray, FloatArray]:
        """Bounded least squares over the displacements of the face, frame by frame.

        Args:
            expression: (N, 100) FLAME's coefficients.
            jaw: (N, 3) axis-angles of its jaw, radians.

        Returns:
            Coefficients (N, 52) in 0..1, and what is left of the jaw's turn (N, 3).
        """
        asked = np.concatenate([expression, jaw], axis=1).astype(np.float64)
        found = _bounded(self._gram, asked @ self._wanted)
        rest = asked[:, -3:] - found @ self._map[:, -3:]
        return found.astype(np.float32), rest.astype(np.float32)


def _bounded(gram: Matrix, wanted: Matrix) -> Matrix:
    """Minimise x G x / 2 - x w over 0 <= x <= 1 for every row w, by coordinate descent."""
    found = np.zeros_like(wanted)
    for _ in range(_SWEEPS):
        change = 0.0
        for i in np.flatnonzero(_USED):
            step = (wanted[:, i] - found @ gram[:, i]) / gram[i, i]
            value = np.clip(found[:, i] + step, 0.0, 1.0)
            change = max(change, float(np.abs(value - found[:, i]).max(initial=0.0)))
            found[:, i] = value
        if change < _CLOSE:
            break
    return found
