"""Which skin is bare: no hair, hat or collar lies on it, so the shell has to stay below it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.head.assemble import HeadMesh
from models.reconstruct.canvas import Canvas
from models.reconstruct.normals import vertex_normals
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]

_FACING = (0.05, 0.25)
_TOLERANCE = 0.012
_SPREAD = 12
"""Rings of vertices over which what is known speaks for what neither side shows."""
_LEAST = 0.05


def bare_skin(head: HeadMesh, canvas: Canvas, photo: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How surely each skin vertex is bare (V,), 0..1, and how well that is known (V,), 0..1.

    The photo tells for the skin it sees, the mirrored side for what is turned away, and what
    neither shows is like its neighbours, as far as these reach.

    Args:
        head: the head; V is its ``skin_count``.
        canvas: the photo.
        photo: (N, 3) the head's vertices as the photo shows them, skin first.
    """
    count = head.skin_count
    faces = head.faces[(head.faces < count).all(1)]
    skin = photo[:count]
    seen = _seen(canvas, skin, faces)
    bare = skin_share(canvas, canvas.project(skin)[0])
    mirror = head.skin_mirror
    other = np.where(seen < 0.5, seen[mirror], 0.0)
    known = seen + other
    share = (seen * bare + other * bare[mirror]) / np.maximum(known, 1e-6)
    return _spread(share.astype(np.float32), np.minimum(known, 1.0), faces)


def outer_skin(head: HeadMesh) -> NDArray[np.int32]:
    """(F, 3) skin triangles without the sack behind the lips."""
    outer = (head.part == Part.HEAD) & (head.faces < head.skin_count).all(1)
    return np.asarray(head.faces[outer], np.int32)


def skin_share(canvas: Canvas, pixels: FloatArray) -> FloatArray:
    """(N,) 0..1: skin rather than hair or cloth at canvas pixels (N, 2)."""
    classes = canvas.classes
    skin = classes["face_skin"] + classes["body_skin"]
    cover = classes["hair"] + classes["clothes"] + classes["other"]
    shown, covered = canvas.sample(skin, pixels), canvas.sample(cover, pixels)
    # On the outline much of both is background, which says nothing.
    lead = (shown - covered) / np.maximum(shown + covered, 1e-3)
    return np.asarray(np.clip(0.5 + lead / 0.6, 0, 1), np.float32)


def _seen(canvas: Canvas, skin: FloatArray, faces: NDArray[np.int32]) -> FloatArray:
    """(V,) 0..1: turned to the camera and in front of all other skin."""
    towards = canvas.camera.cam2world[:3, 3] - skin
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    facing = np.einsum("ij,ij->i", vertex_normals(skin, faces), towards)
    where, depth = canvas.project(skin)
    hits = rasterize(where, depth, faces, canvas.size, canvas.size)
    column, row = np.clip(where.astype(np.int64), 0, canvas.size - 1).T
    front = depth < hits.depth[row, column] + _TOLERANCE
    low, high = _FACING
    return np.asarray(np.clip((facing - low) / (high - low), 0, 1) * front, np.float32)


def _spread(
    share: FloatArray, known: FloatArray, faces: NDArray[np.int32]
) -> tuple[FloatArray, FloatArray]:
    """Carry ``share`` (V,) from ``known`` vertices a few rings further; both after that."""
    links = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    links = np.concatenate([links, links[:, ::-1]])
    count = len(share)
    weight, value = known.astype(np.float64), share * known.astype(np.float64)
    degree = np.maximum(np.bincount(links[:, 0], minlength=count), 1)
    fixed = known > 0.5
    for _ in range(_SPREAD):
        around = np.bincount(links[:, 0], weight[links[:, 1]], count) / degree
        total = np.bincount(links[:, 0], value[links[:, 1]], count) / degree
        weight = np.where(fixed, weight, around)
        value = np.where(fixed, value, total)
    mean = value / np.maximum(weight, _LEAST)
    return mean.astype(np.float32), np.clip(weight / _LEAST - 1, 0, 1).astype(np.float32)
