"""The hem: a bust that goes on below the photo's lower edge and fades out there.

A person who moves up, or a camera that steps back, would show the straight cut of the picture.
The hem hangs from the lowest row of both sheets, half as dense and half-transparent; nothing is
known of it, so that it shows the tones above it, mirrored and more and more blurred.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.reconstruct.canvas import Canvas, bilinear
from models.reconstruct.relief import HEM, ReliefMesh

FloatArray = NDArray[np.float32]

_BELOW = 0.3
"""How far the hem reaches below the crop, share of the crop's height."""
_LEVELS = (0.1, 0.3, 0.55, 0.8, 1.0)
"""Where its rows lie, shares of its height."""
_SMOOTH = np.array([0.25, 0.5, 0.25])
_FADE = (0.2, 0.85)
"""Shares of its height between which it fades."""
_BLUR = 16.0
"""Canvas pixels, to which colours are blurred by a third of its height."""
_MARGIN, _PADDING = 6.0, 0.4
"""Canvas pixels below the crop that keep their size in the field; size of the rest."""
_DEPTH = 0.04
"""Height of the hem in the field, canonical units."""


def hem_height(canvas: Canvas) -> float:
    """Canvas pixels from the canvas's lower edge to the hem's end."""
    return _BELOW * (canvas.size - 2 * canvas.pad) - canvas.pad


def with_hem(mesh: ReliefMesh, height: float) -> ReliefMesh:
    """The relief with a hem of ``height`` nodes below its lowest row; a part without one stays."""
    front, back = mesh.lowest
    columns = np.flatnonzero((front >= 0) & (back >= 0))
    for run in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1):
        if len(run) >= 3:
            mesh = _hang(mesh, front[run], height, flip=False)
            mesh = _hang(mesh, back[run], height, flip=True)
            mesh = _closed(mesh, front[run], back[run])
    return mesh


def _closed(mesh: ReliefMesh, front: NDArray[np.int64], back: NDArray[np.int64]) -> ReliefMesh:
    """Join lower end and sides of the two sheets that were hung last, below ``front``, ``back``.

    The field's solid would end above an open end, and inside an open side.
    """
    count = len(_LEVELS) * (len(front) // 2 + 1)
    hung = len(mesh.nodes) - count + np.arange(count).reshape(len(_LEVELS), -1)
    ends = [_between(hung[-1] - count, hung[-1])]
    for side in (0, -1):
        near, far = (
            np.append(a[side], b)
            for a, b in ((front, hung[:, side] - count), (back, hung[:, side]))
        )
        ends.append(_between(near, far) if side else _between(far, near))
    faces = np.concatenate(ends).astype(np.int32)
    return mesh._replace(
        faces=np.concatenate([mesh.faces, faces]),
        soft=np.concatenate([mesh.soft, np.ones(len(faces), bool)]),
    )


def _hang(mesh: ReliefMesh, top: NDArray[np.int64], height: float, *, flip: bool) -> ReliefMesh:
    """Add rows below the vertices ``top`` (C,), every other of which they continue."""
    chosen = np.unique(np.append(np.arange(0, len(top), 2), len(top) - 1))
    upper, width = top[chosen], len(chosen)
    start = len(mesh.nodes)
    lower = start + np.arange(len(_LEVELS) * width).reshape(len(_LEVELS), width)
    faces = [_between(lower[k], lower[k + 1]) for k in range(len(_LEVELS) - 1)]
    faces.append(_narrowed(top, chosen, lower[0]))
    triangles = np.concatenate(faces)
    triangles = (triangles[:, ::-1] if flip else triangles).astype(np.int32)
    middle, nodes, depth = mesh.middle[upper], [], []
    thick = mesh.depth[upper] - middle
    for level in _LEVELS:
        nodes.append(mesh.nodes[upper] + np.array([0, level * height]))
        thick[1:-1] = np.convolve(thick, _SMOOTH, "valid")
        depth.append(middle + thick)
    rows = len(_LEVELS)
    return ReliefMesh(
        np.concatenate([mesh.nodes, *nodes]).astype(np.float32),
        np.concatenate([mesh.depth, *depth]).astype(np.float32),
        np.concatenate([mesh.middle, np.tile(middle, rows)]),
        np.concatenate([mesh.distance, np.tile(mesh.distance[upper], rows)]),
        np.concatenate([mesh.sheet, np.full(rows * width, HEM, np.uint8)]),
        np.concatenate([mesh.faces, triangles]),
        np.concatenate([mesh.soft, np.ones(len(triangles), bool)]),
        mesh.lowest,
    )


def _between(above: NDArray[np.int64], below: NDArray[np.int64]) -> NDArray[np.int64]:
    """Triangles between two rows of vertices (C,)."""
    first = np.stack([above[:-1], below[:-1], below[1:]], 1)
    return np.concatenate([first, np.stack([above[:-1], below[1:], above[1:]], 1)])


def _narrowed(
    top: NDArray[np.int64], chosen: NDArray[np.int64], below: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Triangles from a row to one below it that has only its ``chosen`` columns."""
    left, right = below[:-1], below[1:]
    first, last = chosen[:-1], chosen[1:]
    inner = np.where(last - first > 1, first + 1, last)
    faces = [
        np.stack([top[first], left, top[inner]], 1),
        np.stack([top[inner], left, right], 1),
        np.stack([top[inner], right, top[last]], 1)[inner != last],
    ]
    return np.concatenate(faces)


def hem_looks(
    rgb: FloatArray, soft: FloatArray, pixels: FloatArray, height: float
) -> tuple[FloatArray, FloatArray]:
    """Colours (N, 3) and opacities (N,) of the hem at canvas pixels (N, 2) below the canvas.

    Args:
        rgb: (S, S, 3) clothes and skin, without face and scene; soft: the same less sharp.
        pixels: (N, 2); height: of the hem, canvas pixels.
    """
    size = len(rgb)
    below = np.clip((pixels[:, 1] - size) / height, 0, 1)
    mirrored = np.stack([pixels[:, 0], np.minimum(pixels[:, 1], 2 * size - pixels[:, 1])], 1)
    band = int(2 * height) + 1
    blurred = np.asarray(cv2.GaussianBlur(rgb[-band:], (0, 0), _BLUR), np.float32)
    share = np.clip(3 * below, 0, 1)[:, None]
    far = bilinear(blurred, mirrored - [0, size - len(blurred)])
    colour = (1 - share) * bilinear(soft, mirrored) + share * far
    gone = np.clip((below - _FADE[0]) / (_FADE[1] - _FADE[0]), 0, 1)
    return colour.astype(np.float32), (1 - gone * gone * (3 - 2 * gone)).astype(np.float32)


def gathered(
    points: FloatArray, canvas: Canvas, start: int, hem: NDArray[np.int64], pixels: FloatArray
) -> FloatArray:
    """``points`` (N, 3) with hem and padding drawn together: the field has few texels for them.

    A row of the hem has one height all along, in front and behind, as its opacity is that of the
    field's front plane.

    Args:
        points: (N, 3) canonical, those of the shell from ``start``.
        canvas: the photo.
        hem: (K,) which of the shell belong to the hem; pixels: (K, 2) where on the canvas.
    """
    where, depth = canvas.project(points)
    below = np.maximum(where[:, 1] - (canvas.size - canvas.pad + _MARGIN), 0) * (1 - _PADDING)
    below[start + hem] += _PADDING * np.maximum(where[start + hem, 1] - canvas.size, 0)
    unit = depth / (canvas.camera.intrinsics[1, 1] * canvas.size)
    drawn = points - (below * unit)[:, None] * canvas.camera.cam2world[:3, 1]
    if len(hem):
        level = (pixels[:, 1] - canvas.size) / hem_height(canvas)
        lowest = np.delete(drawn[start:, 1], hem).min()
        drawn[start + hem, 1] = lowest - _DEPTH * (0.1 + level)
    return np.asarray(drawn, np.float32)
