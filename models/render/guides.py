"""Depth, normals and canonical positions of a band of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled


@compiled
def write_guides(
    front: NDArray[np.int32],
    behind: NDArray[np.int32],
    top: int,
    size: int,
    edges: NDArray[np.float64],
    records: NDArray[np.float32],
    faces: NDArray[np.int32],
    normals: NDArray[np.float32],
    guide: NDArray[np.float32],
) -> None:
    """Write depth, unit normal and canonical position, means over a pixel's covered samples."""
    for row in range(min(front.shape[0] // 2, size - top)):
        for column in range(size):
            guide[:, top + row, column] = 0.0
            covered = 0
            for sample in range(4):
                line, across = 2 * row + (sample >> 1), 2 * column + (sample & 1)
                face = front[line, across]
                if face < 0:
                    face = behind[line, across]
                if face < 0:
                    continue
                covered += 1
                x, y = across - records[face, 22], line + 2 * top - records[face, 23]
                depth = 1.0 / (records[face, 9] * x + records[face, 10] * y + records[face, 11])
                guide[0, top + row, column] += depth
                side = 1.0 - 2.0 * records[face, 21]
                for corner in range(3):
                    plane = 3 * corner
                    share = (
                        side
                        * depth
                        * (
                            edges[face, plane] * across
                            + edges[face, plane + 1] * (line + 2 * top)
                            + edges[face, plane + 2]
                        )
                    )
                    for axis in range(3):
                        normal = normals[faces[face, corner], axis]
                        guide[1 + axis, top + row, column] += share * normal
                for axis in range(3):
                    plane = 3 * axis
                    guide[4 + axis, top + row, column] += depth * (
                        records[face, plane] * x
                        + records[face, plane + 1] * y
                        + records[face, plane + 2]
                    )
            if covered:
                _finish_guide(guide, top + row, column, covered)


@compiled
def _finish_guide(guide: NDArray[np.float32], row: int, column: int, covered: int) -> None:
    guide[0, row, column] /= covered
    length = np.float32(1e-12)
    for axis in range(3):
        length += guide[1 + axis, row, column] ** 2
        guide[4 + axis, row, column] /= covered
    for axis in range(3):
        guide[1 + axis, row, column] /= np.sqrt(length)
