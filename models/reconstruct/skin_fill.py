"""Colours of the skin the photo does not show: mirrored from the other side, else diffused."""

from __future__ import annotations

import cv2
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import cg

from models.head.assemble import Region
from models.reconstruct.canvas import Canvas
from models.reconstruct.normals import vertex_normals
from models.reconstruct.surface import Surface
from models.render.zbuffer import Hits

FloatArray = NDArray[np.float32]

_FACING = (0.12, 0.4)
_OUTLINE = np.ones((5, 5), np.uint8)
_TOLERANCE = 0.012
_MIRROR_TRUST = 0.35


def skin_colours(
    surface: Surface, canvas: Canvas, hits: Hits, no_skin: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Colours (V, 3) of all skin vertices and how well the photo shows each (V,), 0..1.

    ``no_skin`` (S, S) are canvas pixels that show no skin: the mouth between the lips.
    """
    head = surface.head
    count = head.skin_count
    faces = head.faces[(head.faces < count).all(1)]
    seen = _visibility(surface, canvas, hits, faces)
    where, _ = canvas.project(surface.photo[:count])
    photo = canvas.sample(canvas.rgb, where)
    seen = seen * _is_skin(canvas, where, head.skin_region)
    column, row = np.clip(where.astype(np.int64), 0, canvas.size - 1).T
    seen[no_skin[row, column]] = 0.0
    mirror = head.skin_mirror
    mirrored = np.where(seen < 0.5, _MIRROR_TRUST * seen[mirror], 0.0)
    # Light from one side: what the halves differ by where both are seen goes on beyond the seam.
    both = seen * seen[mirror]
    tone = _diffuse(photo - photo[mirror], both, faces, count)
    trust = seen + mirrored
    blend = (seen[:, None] * photo + mirrored[:, None] * (photo[mirror] + tone)) / (
        np.maximum(trust, 1e-6)[:, None]
    )
    return np.clip(_diffuse(np.clip(blend, 0, 1), trust, faces, count), 0, 1), seen


def _visibility(
    surface: Surface, canvas: Canvas, hits: Hits, faces: NDArray[np.int32]
) -> FloatArray:
    """(V,) 0..1: in front of everything else, and not seen at a grazing angle."""
    count = surface.head.skin_count
    vertices = surface.photo[:count]
    normals = vertex_normals(vertices, faces)
    towards = canvas.camera.cam2world[:3, 3] - vertices
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    facing = np.einsum("ij,ij->i", normals, towards)
    low, high = _FACING
    where, depth = canvas.project(vertices)
    column, row = np.clip(where.astype(np.int64), 0, canvas.size - 1).T
    front = depth < hits.depth[row, column] + _TOLERANCE
    # Next to the outline the scene behind shines through.
    matte = cv2.erode((canvas.alpha > 0.9).astype(np.uint8), _OUTLINE)[row, column] > 0
    return np.asarray(np.clip((facing - low) / (high - low), 0, 1) * front * matte, np.float32)


def _is_skin(canvas: Canvas, where: FloatArray, region: NDArray[np.uint8]) -> FloatArray:
    """Probability that the photo shows skin; strict at ears, neck and sides of the face.

    In the middle of the face everything belongs to it: brows, beard, glasses.
    """
    skin = canvas.sample(canvas.classes["face_skin"] + canvas.classes["body_skin"], where)
    other = canvas.sample(canvas.classes["hair"] + canvas.classes["clothes"], where)
    strict = (region == Region.EAR) | (region == Region.NECK)
    gate = np.where(strict, skin, np.maximum(skin, 1 - 0.9 * other))
    return np.clip((gate - 0.3) / 0.4, 0, 1).astype(np.float32)


def _diffuse(
    values: FloatArray, trust: FloatArray, faces: NDArray[np.int32], count: int
) -> FloatArray:
    """Minimise ``sum trust |x - value|^2 + smoothness`` over the mesh's edges."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ones = np.full(len(edges), 0.5)
    links = sp.csr_matrix((ones, (edges[:, 0], edges[:, 1])), (count, count))
    links = links + links.T
    degree = np.asarray(links.sum(1)).ravel()
    weight = 30.0 * trust.astype(np.float64) ** 2
    mean = np.average(values, axis=0, weights=trust + 1e-9)
    matrix = (sp.diags(degree + weight + 1e-4) - links).tocsr()
    inverse = sp.diags(1 / (degree + weight + 1e-4))
    result = np.empty((count, 3), np.float32)
    for channel in range(3):
        right = weight * values[:, channel] + 1e-4 * mean[channel]
        start = np.where(trust > 0.3, values[:, channel], mean[channel])
        result[:, channel] = cg(matrix, right, x0=start, rtol=1e-4, maxiter=400, M=inverse)[0]
    return result
