"""What the photo says: one canonical point and one colour for every pixel that sees the proxy."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.reconstruct.canvas import Canvas
from models.reconstruct.surface import Surface
from models.render.zbuffer import Hits, rasterize

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class PixelSamples:
    """Samples of the visible surface.

    Attributes:
        points: (N, 3) canonical.
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
        _from_hits(surface, hits, colours, solid_faces, 0.0),
        _from_hits(surface, solid_hits(surface, canvas, 0.5), between, solid_faces, 0.5),
        _fringe(surface, canvas, hits),
    ]
    return PixelSamples(
        *(np.concatenate([getattr(s, name) for s in sets]) for name in PixelSamples.__annotations__)
    )


def _from_hits(
    surface: Surface,
    hits: Hits,
    colours: NDArray[np.floating],
    face_of: NDArray[np.int32],
    shift: float,
) -> PixelSamples:
    seen = hits.triangle >= 0
    triangle = face_of[hits.triangle[seen]]
    corners = surface.proxy.canonical[surface.proxy.faces[triangle]]
    points = np.einsum("nc,ncd->nd", hits.barycentric[seen], corners)
    rows, columns = np.nonzero(seen)
    pixels = np.stack([columns, rows], 1) + 0.5 + shift
    return PixelSamples(
        points.astype(np.float32),
        colours[seen].astype(np.float32),
        np.ones(len(points), np.float32),
        triangle,
        pixels.astype(np.float32),
    )


def _fringe(surface: Surface, canvas: Canvas, solid: Hits) -> PixelSamples:
    """The soft triangles where nothing solid lies before them, as opaque as the matte."""
    where, depth = canvas.project(surface.photo)
    soft = np.nonzero(surface.proxy.soft)[0].astype(np.int32)
    faces = surface.proxy.faces[soft]
    hits = rasterize(where, depth, faces, canvas.size, canvas.size)
    hits.triangle[hits.depth > solid.depth] = -1
    samples = _from_hits(surface, hits, np.moveaxis(canvas.rgb, 0, -1), soft, 0.0)
    opacity = canvas.sample(canvas.alpha, samples.pixels)
    return PixelSamples(samples.points, samples.rgb, opacity, samples.triangle, samples.pixels)
