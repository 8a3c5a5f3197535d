"""FLAME's expression components on a rig.

After Li, Bolkart, Black, Li and Romero, "Learning a model of facial shape and expression from 4D
scans", 2017, eq. 5: an expression is a sum of displacements, added before the joints turn. The
displacements are kept where FLAME has them, at its own vertices; the finer vertices of a rig
follow as weighted sums of these, so that a hundred components cost two megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.animate.rig_kernels import add_components, add_followed

FloatArray = NDArray[np.float32]

_LEAST_WAY = 2e-5
"""Canonical units; a control point that no component moves further stays."""


@dataclass(frozen=True, eq=False)
class ExpressionBasis:
    """E components that move K control points, and M rig vertices that follow these.

    Attributes:
        basis: (E, K, 3) float16 displacements at one standard deviation, canonical units.
        vertex: (M,) int32 rig vertices that follow.
        start: (M + 1,) int32, vertex ``i`` follows entries ``start[i]:start[i + 1]`` of the next.
        control: (N,) uint16 control points; share: (N,) float16 how far each is followed.
        opening: (E,) float32 how far a component parts the lips, in units of ``mouth_opening``.
        mirror: (E, E) float32, coefficients times it are those of the mirrored face.
    """

    basis: NDArray[np.float16]
    vertex: NDArray[np.int32]
    start: NDArray[np.int32]
    control: NDArray[np.uint16]
    share: NDArray[np.float16]
    opening: FloatArray
    mirror: FloatArray

    @classmethod
    def of(
        cls,
        basis: NDArray[np.floating],
        following: sp.csr_matrix,
        opening: NDArray[np.floating],
        mirror: NDArray[np.floating],
    ) -> ExpressionBasis:
        """Keep what moves, in half precision.

        Args:
            basis: (E, C, 3) displacements of control points.
            following: (V, C) how rig vertices follow them.
            opening, mirror: see the class.
        """
        moved = np.abs(basis).max((0, 2)) > _LEAST_WAY
        rows = following.tocsr()[:, moved]
        vertex = np.flatnonzero(np.diff(rows.indptr))
        kept = rows[vertex]
        return cls(
            basis=np.ascontiguousarray(basis[:, moved], np.float16),
            vertex=vertex.astype(np.int32),
            start=kept.indptr.astype(np.int32),
            control=kept.indices.astype(np.uint16),
            share=kept.data.astype(np.float16),
            opening=np.asarray(opening, np.float32),
            mirror=np.asarray(mirror, np.float32),
        )

    def add_to(self, vertices: FloatArray, coefficients: FloatArray) -> None:
        """Add the displacement of ``coefficients`` (E,) to ``vertices`` (V, 3) in place."""
        active = np.flatnonzero(coefficients)
        if not len(active):
            return
        moved = np.zeros((self.basis.shape[1], 3), np.float32)
        add_components(moved, active, coefficients, self._single)
        add_followed(vertices, moved, self.vertex, self.start, *self._shares)

    def fault(self, vertices: int) -> str:
        """Name of an array whose indices a rig of V ``vertices`` cannot hold, else empty."""
        start, controls = self.start, self.basis.shape[1]
        if not _within(self.vertex, vertices):
            return "vertex"
        if len(start) != len(self.vertex) + 1 or start[0] != 0 or start[-1] != len(self.control):
            return "start"
        if (np.diff(start) < 0).any():
            return "start"
        return "" if _within(self.control, controls) else "control"

    @cached_property
    def _single(self) -> FloatArray:
        """The basis in the precision that processors add in."""
        return self.basis.astype(np.float32)

    @cached_property
    def _shares(self) -> tuple[NDArray[np.int32], FloatArray]:
        return self.control.astype(np.int32), self.share.astype(np.float32)


def mirror_map(basis: NDArray[np.floating], twin: NDArray[np.integer]) -> FloatArray:
    """(E, E) coefficients of the mirrored face, by least squares over displacement fields.

    Args:
        basis: (E, C, 3) displacements.
        twin: (C,) control point at the mirrored place.
    """
    flat = basis.reshape(len(basis), -1).astype(np.float64)
    seen = (basis[:, twin] * (-1.0, 1.0, 1.0)).reshape(len(basis), -1)
    gram = flat @ flat.T
    gram[np.diag_indices_from(gram)] += 1e-5 * max(float(np.trace(gram)) / len(gram), 1e-12)
    return np.asarray(np.linalg.solve(gram, flat @ seen.T).T, np.float32)


def _within(indices: NDArray[np.integer], count: int) -> bool:
    return not indices.size or bool(indices.min() >= 0 and indices.max() < count)
