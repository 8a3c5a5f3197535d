"""What the photo says: one canonical point and one colour for every pixel that sees the proxy."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.reconstruct.canvas import Canvas
from models.reconstruct.surface import Surface
from models.render.frame import DEFAULT_BAND
from models.render.zbuffer import Hits, rasterize

FloatArray = NDArray[np.float32]

_FIRST_SAMPLE = DEFAULT_BAND / 4
"""How far behind the surface the renderer's first of two samples lies; units along the ray. Colours
differ there where the side planes change quickly, as below the nose."""
_FLATTEST = 0.15
"""Cosine below which the ray is taken for one less grazing, which stays near its triangle."""


@dataclass(frozen=True)
class PixelSamples:
    """Samples of the visible surface.

    Attributes:
        points: (N, 3) canonical, where the renderer takes its first sample of the pixel's ray.
        rgb: (N, 3) the photo's colour there.
        opacity: (N,) 1, or the matte for the fringe.
        triangle: (N,) face index of the proxy.
        pixels: (N, 2) canvas pixels.
    """

    points: FloatArray
    rgb: FloatArray
    opacity: FloatArray
    triangle: NDArray[np.int32]
    pixels: FloatArray


def solid_hits(surface: Surface, canvas: Canvas, shift: float = 0.0) -> Hits:
    """What each canvas pixel sees of the solid proxy in the photo; ``shift`` moves the pixels."""
    where, depth = canvas.project(surface.photo)
    faces = surface.proxy.faces[~surface.proxy.soft]
    return rasterize(where - shift, depth, faces, canvas.size, canvas.size)


def photo_samples(surface: Surface, canvas: Canvas, hits: Hits) -> PixelSamples:
    """Samples at pixel centres, at the points half-way between them, and on the fringe."""
    size = canvas.size
    # Twice as fine a picture, so that the points between pixels stay sharp.
    fine = cv2.resize(
        np.moveaxis(canvas.rgb, 0, -1), (2 * size, 2 * size), interpolation=cv2.INTER_CUBIC
    )
    between = np.clip(
        fine[1::2, 1::2] * 0.5 + np.roll(fine[::2, ::2], (-1, -1), (0, 1)) * 0.5, 0, 1
    )
    colours = np.moveaxis(canvas.rgb, 0, -1)
    solid_faces = np.nonzero(~surface.proxy.soft)[0].astype(np.int32)
    sets = [
        _from_hits(surface, canvas, hits, colours, solid_faces, 0.0),
        _from_hits(surface, canvas, solid_hits(surface, canvas, 0.5), between, solid_faces, 0.5),
        _fringe(surface, canvas, hits),
    ]
    return PixelSamples(
        *(np.concatenate([getattr(s, name) for s in sets]) for name in PixelSamples.__annotations__)
    )


def _from_hits(
    surface: Surface,
    canvas: Canvas,
    hits: Hits,
    colours: NDArray[np.floating],
    face_of: NDArray[np.int32],
    shift: float,
) -> PixelSamples:
    seen = hits.triangle >= 0
    triangle = face_of[hits.triangle[seen]]
    corners = surface.proxy.canonical[surface.proxy.faces[triangle]]
    points = np.einsum("nc,ncd->nd", hits.barycentric[seen], corners)
    points += _along_ray(surface, canvas, triangle, hits.barycentric[seen])
    rows, columns = np.nonzero(seen)
    pixels = np.stack([columns, rows], 1) + 0.5 + shift
    return PixelSamples(
        points.astype(np.float32),
        colours[seen].astype(np.float32),
        np.ones(len(points), np.float32),
        triangle,
        pixels.astype(np.float32),
    )


def _along_ray(
    surface: Surface,
    canvas: Canvas,
    triangle: NDArray[np.int32],
    barycentric: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Canonical offset (N, 3) from where rays meet triangles to their first samples.

    As the renderer does: the ray's direction in the frame of two edges and the normal.
    """
    faces = surface.proxy.faces[triangle]
    photo, canonical = (
        v.astype(np.float64)[faces] for v in (surface.photo, surface.proxy.canonical)
    )
    ray = np.einsum("nc,ncd->nd", barycentric, photo) - canvas.camera.cam2world[:3, 3]
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    before, after = _frames(photo), _frames(canonical)
    flat = np.abs(np.linalg.det(before)) < 1e-16
    before[flat] = after[flat] = np.eye(3)
    local = np.linalg.solve(before, ray[:, :, None])[:, :, 0]
    # The third coordinate is the cosine of the ray and the normal.
    depth = np.maximum(np.abs(local[:, 2:]), _FLATTEST)
    local[:, :2] *= np.minimum(np.abs(local[:, 2:]) / depth, 1)
    return np.asarray(_FIRST_SAMPLE * np.einsum("nij,nj->ni", after, local), np.float64)


def _frames(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns edge, edge, unit normal (N, 3, 3) of triangles."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    return np.stack([first, second, normal], 2)


def _fringe(surface: Surface, canvas: Canvas, solid: Hits) -> PixelSamples:
    """The soft triangles where nothing solid lies before them, as opaque as the matte."""
    where, depth = canvas.project(surface.photo)
    soft = np.nonzero(surface.proxy.soft)[0].astype(np.int32)
    faces = surface.proxy.faces[soft]
    hits = rasterize(where, depth, faces, canvas.size, canvas.size)
    hits.triangle[hits.depth > solid.depth] = -1
    samples = _from_hits(surface, canvas, hits, np.moveaxis(canvas.rgb, 0, -1), soft, 0.0)
    opacity = canvas.sample(canvas.alpha, samples.pixels)
    return PixelSamples(samples.points, samples.rgb, opacity, samples.triangle, samples.pixels)
