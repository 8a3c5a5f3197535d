"""Bring the head's own outline onto the person's: landmarks leave it a few pixels off.

Where bare skin is the outline, nothing else would cover what the fitted head lacks of the photo.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.head.assemble import HeadMesh, Region
from models.reconstruct.bareness import skin_share
from models.reconstruct.canvas import Canvas
from models.reconstruct.normals import vertex_normals
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]

_FARTHEST = 14.0
"""Canvas pixels; an outline farther off is another thing's."""
_SOFT_EDGE = 0.7
_ON_RIM = 4.0
_EDGE_ON = 0.45
_RINGS = 14


def onto_outline(
    head: HeadMesh, canvas: Canvas, photo: FloatArray, faces: NDArray[np.int32], bare: FloatArray
) -> FloatArray:
    """Displacement (V, 3) of the skin, parallel to the picture, that moves its rim to the matte's.

    Args:
        head: the head; V is its ``skin_count``.
        canvas: the photo.
        photo: (N, 3) the head's vertices as the photo shows them, skin first.
        faces: (F, 3) the outer skin.
        bare: (V,) 0..1, how surely skin is bare.
    """
    skin = photo[: head.skin_count]
    normals = vertex_normals(skin, faces)
    eye = canvas.camera.cam2world[:3, 3] - skin
    facing = np.einsum("ij,ij->i", normals, eye / np.linalg.norm(eye, axis=1)[:, None])
    axes = canvas.camera.cam2world[:3, :2]
    across = normals @ axes
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    where, depth = canvas.project(photo)
    # With eyes and mouth, so that their openings are no outlines.
    free = rasterize(where, depth, head.faces, canvas.size, canvas.size).triangle < 0
    where, depth = where[: len(skin)], depth[: len(skin)]
    gap = canvas.sample(_inside(canvas.alpha > 0.5) - _inside(~free), where) - _SOFT_EDGE
    on_rim = np.clip(2 - canvas.sample(_inside(~free), where) * 2 / _ON_RIM, 0, 1)
    near = np.clip(2 - 2 * np.abs(gap) / _FARTHEST, 0, 1)
    weight = on_rim * near * (bare > 0.5) * (np.abs(facing) < _EDGE_ON)
    weight *= head.skin_region != Region.NECK  # it goes on below the collar
    # Not over hair that hangs beside a cheek.
    target = where + (0.6 * np.maximum(gap, 0))[:, None] * across
    weight = weight * np.clip(2 * skin_share(canvas, target.astype(np.float32)) - 0.6, 0, 1)
    unit = depth / (canvas.camera.intrinsics[0, 0] * canvas.size)
    wanted = (gap * unit)[:, None] * across @ axes.T
    return _spread(wanted, weight, faces)


def _inside(mask: NDArray[np.bool_]) -> FloatArray:
    """(S, S) signed distance to the edge of ``mask`` in pixels, positive inside."""
    inner = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outer = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(inner - outer, np.float32)


def _spread(
    wanted: NDArray[np.floating], weight: NDArray[np.floating], faces: NDArray[np.int32]
) -> FloatArray:
    """Ease displacements (V, 3) known with ``weight`` (V,) out over some rings of vertices."""
    links = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    links = np.concatenate([links, links[:, ::-1]])
    count = len(weight)
    degree = np.maximum(np.bincount(links[:, 0], minlength=count), 1)[:, None]
    value = np.column_stack([wanted * weight[:, None], weight])
    total = value.copy()
    for _ in range(_RINGS):
        around = np.stack(
            [np.bincount(links[:, 0], total[links[:, 1], k], count) for k in range(4)], 1
        )
        total = 0.5 * value + (1 - 0.5 * weight[:, None]) * around / degree
    # A vertex with little weight around it moves by that little.
    share = np.clip(2 * total[:, 3:], 0, 1)
    return np.asarray(share * total[:, :3] / np.maximum(total[:, 3:], 1e-6), np.float32)
