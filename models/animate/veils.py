"""Veils over the eyes that come out as these shut: closed lids that no open eye shows.

A real lid unfolds from below its crease. A veil does alike: it starts as a line at the margin of
the upper lid and unrolls until, in a shut eye, each of its vertices lies on the skin that it was
made from. Both ends are taken from the skin as a pose has moved it, and in depth it is laid over
what is there, so that no mixture of other shapes tears it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.animate.veil_kernels import drape, draw_faces, draw_sphere, unroll
from models.pose import ARKIT_NAMES

FloatArray = NDArray[np.float32]

_CELLS = 80
"""Side of the depth map of what lies below a veil."""
_PROUD = 0.0006
"""How far a veil lies before that, canonical units."""
_LATEST = 0.9
"""Blink before which it must set in."""
_HIDDEN = 0.030
"""How far it lies inside the head while the eye is open."""


@dataclass(frozen=True, eq=False)
class Veils:
    """E veils with K vertices in all.

    Attributes:
        vertex_start: (E + 1,) int32, veil ``e`` has rows ``vertex_start[e]:vertex_start[e + 1]``
            of the next seven.
        vertex: (K,) int32 own vertices in the rig.
        margin: (K, M) int32 vertices of the skin round the point from which one unrolls, at the
            upper lid's margin; hold: (K, M) float32 its barycentric weights.
        skin: (K,) int32 vertex of the skin on which it lies in a shut eye.
        offset: (K, 3, 2) float32 x and y to add at the open margin, at that of a shut eye, and
            on the skin of a shut eye.
        lag: (K,) float32 power of the share of its way: below 1 hurries ahead, above lags behind.
        lead: (K,) float32 height above the margin that is reached soon after setting in.
        face_start: (E + 1,) int32 rows of the next; face: (M, 3) int32 its triangles, corners
            counted from its own first vertex.
        below_start: (E + 1,) int32 rows of the next; below: (F, 3) int32 triangles of skin that it
            may cover.
        blink: (E,) int32 coefficient that brings it out.
        sets_in: (E,) float32 value of that from which it is out.
        eyeball: (E, 4) float32 centre and radius, cornea included.
    """

    vertex_start: NDArray[np.int32]
    vertex: NDArray[np.int32]
    margin: NDArray[np.int32]
    hold: FloatArray
    skin: NDArray[np.int32]
    offset: FloatArray
    lag: FloatArray
    lead: FloatArray
    face_start: NDArray[np.int32]
    face: NDArray[np.int32]
    below_start: NDArray[np.int32]
    below: NDArray[np.int32]
    blink: NDArray[np.int32]
    sets_in: FloatArray
    eyeball: FloatArray

    def lay(self, vertices: FloatArray, coefficients: FloatArray) -> None:
        """Place the veils' vertices among ``vertices`` (V, 3), before the joints turn.

        Args:
            vertices: the skin is where the ``coefficients`` (52,) have moved it; changed in place.
            coefficients: which pose it is.
        """
        for e, blink in enumerate(self.blink):
            rows = slice(self.vertex_start[e], self.vertex_start[e + 1])
            sets_in = float(self.sets_in[e])
            way = (min(float(coefficients[blink]), 1.0) - sets_in) / (1.0 - sets_in)
            place = unroll(
                vertices,
                self.margin[rows],
                self.hold[rows],
                self.skin[rows],
                self.offset[rows],
                self.lag[rows],
                self.lead[rows],
                max(way, 0.0),
            )
            if way > 0.0:
                self._lay_over(vertices, place, e)
            else:
                place[:, 2] -= _HIDDEN
            vertices[self.vertex[rows]] = place

    def _lay_over(self, vertices: FloatArray, place: FloatArray, e: int) -> None:
        """Move ``place`` (K, 3) of veil ``e`` before the skin and the eyeball there."""
        corner, wide = place[:, :2].min(0), float(np.ptp(place[:, :2], axis=0).max())
        cell = max(wide, 1e-4) / (_CELLS - 5)
        low = corner - np.float32(2.5 * cell)
        depth = np.full((_CELLS, _CELLS), -np.inf, np.float32)
        draw_sphere(depth, low, cell, self.eyeball[e])
        rows = slice(self.below_start[e], self.below_start[e + 1])
        draw_faces(depth, low, cell, vertices, self.below[rows])
        rows = slice(self.face_start[e], self.face_start[e + 1])
        drape(depth, low, cell, place, self.face[rows], _PROUD)

    def fault(self) -> str:
        """Name of an array that kernels cannot follow, else empty; vertices are checked before."""
        for name in ("vertex", "face", "below"):
            start, rows = getattr(self, f"{name}_start"), getattr(self, name)
            if len(start) != len(self.blink) + 1 or start[0] != 0 or start[-1] != len(rows):
                return f"{name}_start"
            if (np.diff(start) < 0).any():
                return f"{name}_start"
        sizes = np.repeat(np.diff(self.vertex_start), np.diff(self.face_start))
        if (self.face >= sizes[:, None]).any() or (np.diff(self.vertex_start) == 0).any():
            return "face"
        if (self.blink >= len(ARKIT_NAMES)).any():
            return "blink"
        if ((self.sets_in < 0) | (self.sets_in > _LATEST)).any():
            return "sets_in"
        return "lag" if (self.lag <= 0).any() else ""

    def reshaped(self, centres: FloatArray, moved: FloatArray) -> Veils:
        """The veils of a head whose eyeballs, at ``centres`` (2, 3), have ``moved`` (2, 3)."""
        apart = np.linalg.norm(self.eyeball[:, None, :3] - centres, axis=2)
        eyeball = self.eyeball.copy()
        eyeball[:, :3] += moved[apart.argmin(1)]
        return replace(self, eyeball=eyeball)
