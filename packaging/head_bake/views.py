"""Pictures of the average head: textured portraits for the landmarker, parallel views for masks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from head_bake.identity import IdentitySpace
from head_bake.makehuman import Floats, Ints
from models.head.eyeball import EyeRegion, eyeball
from models.render.zbuffer import Hits, rasterize

EYE_RADIUS = 0.14
"""Decimetres, a little inside MakeHuman's lids."""
_DISTANCE = 27.0
_EYE_COLOURS = {
    EyeRegion.SCLERA: (0.9, 0.88, 0.86),
    EyeRegion.IRIS: (0.3, 0.2, 0.12),
    EyeRegion.PUPIL: (0.02, 0.02, 0.02),
}
_LIGHT = np.array([0.25, 0.4, 0.88])
_BACKGROUND = 0.45


@dataclass(frozen=True)
class TexturedHead:
    """Triangles of the cut base mesh with texture coordinates.

    Attributes:
        faces: (F, 3) corners among the skin vertices.
        uv: (F, 3, 2) texture coordinates of the corners.
    """

    faces: Ints
    uv: Floats


def textured_head(quads: Ints, uv_quads: Ints, uv: Floats) -> TexturedHead:
    """Split (Q, 4) quads and their texture corners into triangles."""
    return TexturedHead(_split(quads), uv[_split(uv_quads)])


def read_skin(path: Path) -> Floats:
    """(H, W, 3) sRGB texture in 0..1.  Raises ``FileNotFoundError``."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(path)
    return np.asarray(picture[:, :, ::-1] / 255.0)


def turn(yaw: float, pitch: float) -> Floats:
    """(3, 3) rotation into a view: degrees, the head turns to -X and tips forward."""
    y, p = np.radians([yaw, pitch])
    about_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    return np.asarray(about_x @ about_y)


def portrait(
    space: IdentitySpace,
    head: TexturedHead,
    skin: Floats,
    shape: Floats,
    *,
    yaw: float = 0.0,
    pitch: float = 0.0,
    size: int = 768,
    scale: float = 210.0,
) -> tuple[Floats, Hits]:
    """Render one head with eyeballs, lit from above.

    Args:
        space: identity space.
        head: the cut mesh.
        skin: (H, W, 3) texture.
        shape: (COMPONENTS,) identity.
        yaw, pitch: degrees.
        size: side of the picture in pixels.
        scale: pixels a decimetre at the eyes.

    Returns:
        (size, size, 3) picture and hits; triangles from ``len(head.faces)`` on are eyeballs.
    """
    points = space.mean + np.tensordot(shape, space.basis, 1)
    vertices, faces, eye_colours = _with_eyes(space, points, head.faces)
    centre = 0.5 * (points[space.point("eye_left")] + points[space.point("eye_right")])
    seen = (vertices - centre) @ turn(yaw, pitch).T
    depth = _DISTANCE - seen[:, 2]
    zoom = scale * _DISTANCE / depth
    pixels = size / 2 + seen[:, :2] * (1, -1) * zoom[:, None]
    hits = rasterize(pixels, depth, faces, size, size)

    covered = hits.triangle >= 0
    triangle, weights = hits.triangle[covered], hits.barycentric[covered]
    on_skin = triangle < len(head.faces)
    colour = np.zeros((len(triangle), 3))
    uv = np.einsum("nc,ncd->nd", weights[on_skin], head.uv[triangle[on_skin]])
    colour[on_skin] = _lookup(skin, uv)
    corners = faces[triangle[~on_skin]] - space.skin_count
    colour[~on_skin] = np.einsum("nc,ncd->nd", weights[~on_skin], eye_colours[corners])
    normals = hits.interpolate(faces, _vertex_normals(seen, faces))
    shade = 0.45 + 0.55 * np.clip(normals @ _LIGHT, 0, 1)
    picture = np.full((size, size, 3), _BACKGROUND)
    picture[covered] = colour * shade[:, None]
    return picture, hits


def parallel_view(
    vertices: Floats, faces: Ints, yaw: float, pitch: float, *, size: int, scale: float
) -> tuple[NDArray[np.int32], Floats]:
    """Triangle seen at each pixel (size, size) from far away, and the direction (3,) to the eye."""
    rotation = turn(yaw, pitch)
    seen = vertices @ rotation.T
    pixels = size / 2 + seen[:, :2] * (1, -1) * scale
    # Rasterizing interpolates 1/z; a distance far beyond the head makes that a parallel view.
    hits = rasterize(pixels, 20.0 - seen[:, 2], faces, size, size)
    return hits.triangle, rotation[2]


def _with_eyes(
    space: IdentitySpace, points: Floats, skin_faces: Ints
) -> tuple[Floats, Ints, Floats]:
    """Skin and two eyeballs: vertices, faces, and colours of the eye vertices."""
    eye = eyeball(40, 60, iris_radius=0.46, pupil_ratio=0.47)
    count, skin = len(eye.vertices), space.skin_count
    centres = [points[space.point(f"eye_{side}")] for side in ("left", "right")]
    vertices = np.concatenate(
        [points[:skin], *(centre + EYE_RADIUS * eye.vertices for centre in centres)]
    )
    faces = np.concatenate([skin_faces, eye.faces + skin, eye.faces + skin + count])
    table = np.array([_EYE_COLOURS[region] for region in EyeRegion])
    return vertices, faces.astype(np.int32), np.tile(table[eye.region], (2, 1))


def _split(quads: Ints) -> Ints:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _vertex_normals(vertices: Floats, faces: Ints) -> Floats:
    corners = vertices[faces]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(total, faces[:, corner], face)
    return np.asarray(total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-9))


def _lookup(texture: Floats, uv: Floats) -> Floats:
    """Bilinear colours (N, 3) at texture coordinates (N, 2), v upward."""
    height, width = texture.shape[:2]
    x, y = uv[:, 0] * width - 0.5, (1 - uv[:, 1]) * height - 0.5
    left = np.clip(np.floor(x).astype(int), 0, width - 2)
    top = np.clip(np.floor(y).astype(int), 0, height - 2)
    a, b = (x - left)[:, None], (y - top)[:, None]
    upper = texture[top, left] * (1 - a) + texture[top, left + 1] * a
    lower = texture[top + 1, left] * (1 - a) + texture[top + 1, left + 1] * a
    return np.asarray(upper * (1 - b) + lower * b)
