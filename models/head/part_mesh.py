"""The mesh type shared by the generated parts of a head: eyeballs, teeth, gums, tongue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int32]


@dataclass(frozen=True)
class PartMesh:
    """A triangle mesh whose faces run counter-clockwise seen from the visible side.

    Attributes:
        vertices: (V, 3) float32 positions in the part's own frame.
        faces: (F, 3) int32 indices into ``vertices``.
        uv: (V, 2) float32 in 0..1, meaning given by the generator.
        region: (V,) uint8 region id, meaning given by the generator.
        jaw: (V,) float32 in 0..1, 0 moves with the skull, 1 with the lower jaw.
    """

    vertices: FloatArray
    faces: IntArray
    uv: FloatArray
    region: NDArray[np.uint8]
    jaw: FloatArray

    def normals(self) -> FloatArray:
        """Area-weighted unit vertex normals, (V, 3)."""
        corners = self.vertices[self.faces]
        face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        total = np.zeros_like(self.vertices, dtype=np.float64)
        for corner in range(3):
            np.add.at(total, self.faces[:, corner], face)
        length = np.linalg.norm(total, axis=1, keepdims=True)
        return np.asarray(total / np.maximum(length, 1e-20), np.float32)

    def signed_volume(self) -> float:
        """Enclosed volume of a closed mesh; positive when its faces point outward."""
        a, b, c = np.moveaxis(self.vertices[self.faces].astype(np.float64), 1, 0)
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)

    def flipped(self) -> PartMesh:
        """The same mesh with every face turned round."""
        return replace(self, faces=np.ascontiguousarray(self.faces[:, ::-1]))

    def outward(self) -> PartMesh:
        """The same closed mesh with its faces pointing outward."""
        return self.flipped() if self.signed_volume() < 0 else self

    def mirrored(self) -> PartMesh:
        """Reflection in the plane x = 0, faces turned so that their visible side stays."""
        vertices = self.vertices * np.array([-1, 1, 1], np.float32)
        return replace(self, vertices=vertices).flipped()


def part(
    vertices: NDArray[np.floating],
    faces: NDArray[np.integer],
    uv: NDArray[np.floating],
    *,
    region: int | NDArray[np.integer] = 0,
    jaw: float | NDArray[np.floating] = 0.0,
) -> PartMesh:
    """Build a mesh from arrays of any precision; scalar region and jaw cover all vertices."""
    count = len(vertices)
    return PartMesh(
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(faces, np.int32),
        np.ascontiguousarray(uv, np.float32),
        np.broadcast_to(np.asarray(region, np.uint8), (count,)).copy(),
        np.broadcast_to(np.asarray(jaw, np.float32), (count,)).copy(),
    )


def merge_parts(parts: Iterable[PartMesh]) -> PartMesh:
    """Concatenate meshes into one; vertices keep their order."""
    items = list(parts)
    starts = np.cumsum([0, *(len(item.vertices) for item in items)])
    return PartMesh(
        np.concatenate([item.vertices for item in items]),
        np.concatenate(
            [item.faces + np.int32(start) for item, start in zip(items, starts, strict=False)]
        ),
        np.concatenate([item.uv for item in items]),
        np.concatenate([item.region for item in items]),
        np.concatenate([item.jaw for item in items]),
    )


def grid_faces(rows: int, columns: int, *, wrap: bool = False) -> IntArray:
    """Triangles of a (rows, columns) vertex grid stored row by row.

    With ``wrap`` the last column joins the first. Faces are counter-clockwise when the
    row direction crossed with the column direction points to the viewer.
    """
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    if wrap:
        index = np.concatenate([index, index[:, :1]], axis=1)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, 1:].ravel(), index[1:, :-1].ravel()
    return np.concatenate([np.stack([a, d, c], 1), np.stack([a, c, b], 1)])


def fan_faces(ring: NDArray[np.integer], centre: int, *, reverse: bool = False) -> IntArray:
    """Triangles that close a ring of vertex indices with one centre vertex."""
    ahead = np.roll(ring, -1)
    first, second = (ahead, ring) if reverse else (ring, ahead)
    return np.stack([first, second, np.full(len(ring), centre)], 1).astype(np.int32)


def capped_tube(
    rings: NDArray[np.floating], first_cap: NDArray[np.floating], last_cap: NDArray[np.floating]
) -> tuple[NDArray[np.float64], IntArray]:
    """Close a stack of rings (R, C, 3) with one point at either end.

    Returns vertices (R * C + 2, 3), the caps last, and consistently oriented faces.
    """
    rows, columns = rings.shape[:2]
    count = rows * columns
    vertices = np.concatenate([rings.reshape(-1, 3), first_cap[None], last_cap[None]])
    first = fan_faces(np.arange(columns), count, reverse=False)
    last = fan_faces(np.arange(count - columns, count), count + 1, reverse=True)
    return vertices.astype(np.float64), np.concatenate(
        [grid_faces(rows, columns, wrap=True), first, last]
    )
