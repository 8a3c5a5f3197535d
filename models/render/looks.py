"""Other ways to show a frame than in colour: depth, normals, opacity and the mesh itself."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.render.scene import Frame, vertex_normals
from models.render.zbuffer import Hits, rasterize

FloatArray = NDArray[np.float32]

_SEEN = 0.5
"""Opacity from which a pixel counts for the range of depths."""
_DARKEST, _GREY, _WIRE = 0.22, 0.78, 0.30
_WIRE_HEIGHT = (4.0, 9.0)
"""Triangles lower than the first (pixels) show no edges, higher than the second all of them."""


def data_picture(frame: Frame, mode: str, *, transparent: bool) -> FloatArray:
    """Depth, normals or opacity on black; with the frame's opacity as a fourth channel."""
    alpha = frame.alpha
    if mode == "opacity":
        picture, alpha = np.repeat(alpha, 3, 0), np.ones_like(alpha)
    elif mode == "depth" and frame.depth is not None:
        picture = depth_picture(frame.depth, alpha)
    elif frame.normals is not None:
        picture = normals_picture(frame.normals)
    else:
        raise ValueError(f"the frame has no {mode}")
    if transparent:
        return np.asarray(np.clip(np.concatenate([picture, alpha]), 0, 1), np.float32)
    return np.asarray(np.clip(picture * alpha, 0, 1), np.float32)


def depth_picture(depth: FloatArray, alpha: FloatArray) -> FloatArray:
    """(3, H, W) grey: white where the picture is nearest, nearly black where it is farthest.

    ``depth`` and ``alpha`` are (1, H, W).
    """
    seen = alpha > _SEEN
    if not seen.any():
        return np.zeros((3, *depth.shape[1:]), np.float32)
    near, far = np.percentile(depth[seen], (0.5, 99.5))
    share = np.clip((far - depth) / max(float(far - near), 1e-6), 0, 1)
    grey = np.where(alpha > 0, 0.06 + 0.94 * share, 0).astype(np.float32)
    return np.repeat(grey, 3, 0)


def normals_picture(normals: FloatArray) -> FloatArray:
    """(3, H, W) colours ``0.5 + 0.5 n`` of unit normals (3, H, W) in canonical axes."""
    return np.asarray(0.5 + 0.5 * normals, np.float32)


def mesh_picture(
    vertices: FloatArray, faces: NDArray[np.int32], camera: Camera, size: int
) -> tuple[FloatArray, FloatArray]:
    """Shade a mesh in grey, lit from the camera, with edges where triangles are large enough.

    Args:
        vertices: (V, 3); faces: (F, 3).
        camera, size: the view; drawn at twice the size and averaged.

    Returns:
        Straight colour (3, size, size) and opacity (1, size, size).
    """
    fine = 2 * size
    where, depth = camera.project(vertices)
    hits = rasterize(where * fine, depth, faces, fine, fine)
    seen = hits.triangle >= 0
    normal = hits.interpolate(faces, vertex_normals(vertices, faces))
    position = hits.interpolate(faces, vertices)
    to_eye = camera.position - position
    facing = np.abs(np.einsum("nc,nc->n", normal, to_eye))
    facing /= np.maximum(np.linalg.norm(to_eye, axis=1) * np.linalg.norm(normal, axis=1), 1e-9)
    shade = _DARKEST + (_GREY - _DARKEST) * facing
    shade *= 1 - _WIRE * _edges(hits, where * fine, faces)
    layers = np.zeros((fine, fine, 2), np.float32)
    layers[seen, 0], layers[seen, 1] = shade, 1.0
    premultiplied, alpha = np.moveaxis(cv2.resize(layers, (size, size), None, 0, 0, 3), -1, 0)
    grey = premultiplied / np.maximum(alpha, np.float32(1e-6))
    return np.repeat(grey[None], 3, 0).astype(np.float32), np.ascontiguousarray(alpha[None])


def _edges(
    hits: Hits, pixels: NDArray[np.floating], faces: NDArray[np.int32]
) -> NDArray[np.floating]:
    """Strength (N,) in 0..1 of the edges at the covered pixels."""
    corners = pixels[faces]
    sides = np.roll(corners, -2, 1) - np.roll(corners, -1, 1)
    double_area = np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0])
    height = double_area[:, None] / np.maximum(np.linalg.norm(sides, axis=2), 1e-9)
    seen = hits.triangle >= 0
    triangle = hits.triangle[seen]
    distance = (hits.barycentric[seen] * height[triangle]).min(1)
    low, high = _WIRE_HEIGHT
    visible = np.clip((height.min(1)[triangle] - low) / (high - low), 0, 1)
    return np.asarray(np.clip(1.5 - distance, 0, 1) * visible)
