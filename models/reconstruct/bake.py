"""From a joined surface and a photo to the four tri-plane fields of an avatar."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.portrait.portrait import Portrait
from models.reconstruct.canvas import Canvas
from models.reconstruct.field_bake import BakedField, SurfaceSamples, bake_field, box_around
from models.reconstruct.fill import fill_samples, fringe_samples, scatter
from models.reconstruct.lid_fill import below_brow, lash_colour, lid_samples, lid_tone
from models.reconstruct.lid_grain import skin_grain
from models.reconstruct.mouth_photo import belongs, photo_mouth
from models.reconstruct.part_bake import KnownParts, bake_part
from models.reconstruct.part_paint import paint_parts
from models.reconstruct.pixel_samples import PixelSamples, photo_samples, solid_hits
from models.reconstruct.shell_fill import shell_picture
from models.reconstruct.skin_fill import skin_colours
from models.reconstruct.surface import Surface
from models.render.zbuffer import Hits

FloatArray = NDArray[np.float32]

_GRAZING = (0.0, 0.2)
"""Cosines between which the trust in the photo's pixels on skin rises."""
_LID_COUNT = 40_000


def bake_fields(
    portrait: Portrait, canvas: Canvas, surface: Surface, resolution: int, iris_ratio: float
) -> list[BakedField]:
    """Fields in the order of ``Part``."""
    hits = solid_hits(surface, canvas)
    pixels = photo_samples(surface, canvas, hits)
    mouth = photo_mouth(portrait, canvas)
    painted = paint_parts(portrait, surface, iris_ratio)
    skin, shown = skin_colours(surface, canvas, hits, mouth.no_skin)
    outer = np.unique(surface.head.faces[surface.head.part == Part.HEAD])
    painted[outer] = skin[outer]
    column, row = np.clip(pixels.pixels.astype(np.int64), 0, canvas.size - 1).T
    trust = _photo_weight(surface, canvas, pixels, shown) * ~mouth.no_skin[row, column]
    fields = [_bake_head(surface, canvas, pixels, painted, shown, trust, hits, resolution)]
    own = belongs(surface, pixels, mouth)
    known = KnownParts(surface, canvas, hits, pixels, own, painted, mouth)
    lids = _lid_samples(surface, canvas, skin, shown, portrait.landmarks)
    for part in (Part.EYE_LEFT, Part.EYE_RIGHT, Part.MOUTH):
        fields.append(bake_part(known, part, lids.get(part), resolution))
    return fields


def _bake_head(
    surface: Surface,
    canvas: Canvas,
    pixels: PixelSamples,
    vertex_rgb: FloatArray,
    shown: FloatArray,
    trust: FloatArray,
    hits: Hits,
    resolution: int,
) -> BakedField:
    """Head and shell; ``trust`` (N,) in the photo's pixels."""
    proxy = surface.proxy
    of_head = proxy.part[pixels.triangle] == Part.HEAD
    photo_weight = trust[of_head].astype(np.float32)
    picture = shell_picture(surface, canvas, hits)
    points, rgb, weight = fill_samples(surface, canvas, picture, vertex_rgb, shown, hits)
    fringe, fringe_rgb, opacity = fringe_samples(surface, canvas, picture)
    samples = SurfaceSamples(
        np.concatenate([pixels.points[of_head], points, fringe]),
        np.concatenate([pixels.rgb[of_head], rgb, fringe_rgb]),
        np.concatenate([pixels.opacity[of_head], np.ones(len(points), np.float32), opacity]),
        np.concatenate([photo_weight, weight, np.full(len(fringe), 0.3, np.float32)]),
        np.concatenate(
            [
                proxy.soft[pixels.triangle[of_head]],
                np.zeros(len(points), bool),
                np.ones(len(fringe), bool),
            ]
        ),
    )
    vertices, faces = _closed_hull(surface)
    center, box_warp = box_around(vertices[np.unique(faces)], resolution)
    return bake_field(
        vertices, faces, samples, center=center, box_warp=box_warp, resolution=resolution
    )


def _closed_hull(surface: Surface) -> tuple[FloatArray, NDArray[np.int32]]:
    """Head, shell and the mouth's sack, with a lid on the neck: no view may look inside."""
    proxy, count = surface.proxy, surface.head.skin_count
    of_skin = (proxy.faces < count).all(1)
    faces = proxy.faces[(proxy.part == Part.HEAD) | of_skin]
    skin = proxy.faces[of_skin]
    sides = np.concatenate([skin[:, [0, 1]], skin[:, [1, 2]], skin[:, [2, 0]]])
    _, first, uses = np.unique(np.sort(sides, 1), axis=0, return_index=True, return_counts=True)
    rim = sides[first[uses == 1]]
    rim = rim[proxy.canonical[rim[:, 0], 1] < np.median(proxy.canonical[:count, 1])]
    if not len(rim):
        return proxy.canonical, faces
    middle = proxy.canonical[np.unique(rim)].mean(0)
    lid = np.column_stack([rim[:, ::-1], np.full(len(rim), len(proxy.canonical))])
    vertices = np.concatenate([proxy.canonical, middle[None]]).astype(np.float32)
    return vertices, np.concatenate([faces, lid]).astype(np.int32)


def _photo_weight(
    surface: Surface, canvas: Canvas, pixels: PixelSamples, shown: FloatArray
) -> FloatArray:
    """Trust (N,) in the photo's pixels.

    Full on the shell and on skin that is seen straight; half at least anywhere inside the face
    (wings of the nose); next to none where skin is grazed near its outline, or hair covers it.
    """
    corners = surface.proxy.faces[pixels.triangle]
    on_skin = (corners < surface.head.skin_count).all(1)
    column, row = np.clip(pixels.pixels.astype(np.int64), 0, canvas.size - 1).T
    face = np.zeros((canvas.size, canvas.size), np.uint8)
    inner = surface.proxy.part[pixels.triangle] != Part.HEAD
    face[row[on_skin | inner], column[on_skin | inner]] = 1
    to_outline = cv2.distanceTransform(face, cv2.DIST_L2, 5)[row, column]
    skin = canvas.classes["face_skin"] + canvas.classes["body_skin"]
    # Next to the outline the scene behind shines through.
    inside = np.asarray(cv2.erode(skin * canvas.alpha, np.ones((3, 3), np.uint8)), np.float32)
    sure = canvas.sample(inside, pixels.pixels)
    least = np.clip((to_outline - 4.0) / 12.0, 0.01, 0.5)
    least = np.maximum(least, 0.35 * np.clip((sure - 0.55) / 0.25, 0, 1))
    trust = np.ones(len(corners), np.float32)
    seen = shown[corners[on_skin]].mean(1)
    # Where skin is grazed, pixels lie farther apart than texels: dots among what was filled.
    facing = _facing(surface, canvas, corners[on_skin])
    low, high = _GRAZING
    dense = np.clip((facing - low) / (high - low), 0.1, 1)
    trust[on_skin] = dense * (least[on_skin] + (1 - least[on_skin]) * seen)
    return trust


def _facing(surface: Surface, canvas: Canvas, corners: NDArray[np.int32]) -> FloatArray:
    """(N,) cosine between triangles (N, 3), as the photo shows them, and the view."""
    a, b, c = (surface.photo[corners[:, i]] for i in range(3))
    normal, view = np.cross(b - a, c - a), canvas.camera.cam2world[:3, 3] - a
    length = np.linalg.norm(normal, axis=1) * np.linalg.norm(view, axis=1)
    return np.asarray((normal * view).sum(1) / np.maximum(length, 1e-12), np.float32)


def _lid_samples(
    surface: Surface,
    canvas: Canvas,
    skin: FloatArray,
    shown: FloatArray,
    landmarks: FloatArray,
) -> dict[Part, SurfaceSamples]:
    """Samples of closed lids for the field of each eye that has some."""
    proxy, found = surface.proxy, {}
    for veil, start in zip(surface.lids, surface.lid_starts, strict=True):
        eye = veil.part - Part.EYE_LEFT
        cover = below_brow(canvas, veil, surface.photo, landmarks, eye)
        tone = lid_tone(veil, skin, shown, cover)
        lash = lash_colour(canvas, surface.head, surface.photo, eye, tone)
        members = np.nonzero((proxy.part == veil.part) & proxy.soft)[0]
        rng = np.random.default_rng(7)
        triangle, weights = scatter(proxy.canonical, proxy.faces, members, _LID_COUNT, rng)
        corners = proxy.faces[triangle]
        rgb, opacity = lid_samples(veil, corners - start, weights, tone, lash, cover)
        place = np.einsum("nc,ncd->nd", weights, veil.place[corners - start])
        opened = proxy.rig.rest[veil.skin, :2]
        rgb *= skin_grain(canvas, place, opened, surface.photo[veil.skin])[:, None]
        points = np.einsum("nc,ncd->nd", weights, proxy.canonical[corners]).astype(np.float32)
        ones = np.ones(len(points), np.float32)
        found[veil.part] = SurfaceSamples(points, rgb, opacity, ones, ones > 0)
    return found
