"""From a joined surface and a photo to the four tri-plane fields of an avatar."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.head.mouth import MouthRegion
from models.portrait.portrait import Portrait
from models.pose import PRESETS
from models.reconstruct.canvas import Canvas
from models.reconstruct.field_bake import BakedField, SurfaceSamples, bake_field
from models.reconstruct.fill import fill_samples, fringe_samples, scatter
from models.reconstruct.lid_fill import below_brow, lash_colour, lid_samples, lid_tone
from models.reconstruct.lid_grain import skin_grain
from models.reconstruct.mouth_photo import (
    PhotoMouth,
    belongs,
    lies_deep,
    light_of_photo,
    material,
    photo_mouth,
    with_depths,
    without_gaps,
)
from models.reconstruct.part_paint import paint_parts
from models.reconstruct.pixel_samples import PixelSamples, photo_samples, solid_hits
from models.reconstruct.skin_fill import skin_colours
from models.reconstruct.surface import Surface
from models.render.zbuffer import Hits

FloatArray = NDArray[np.float32]

_GRAZING = (0.0, 0.2)
"""Cosines between which the trust in the photo's pixels on skin rises."""
_LID_SHADE = 3.0
"""Canvas pixels."""
_PART_RESOLUTION = 160
_PART_COUNT = 120_000
_LID_COUNT = 40_000
_PAINT_GAIN, _TEETH_GAIN, _FLESH_GAIN = (0.6, 1.1), (0.7, 1.4), (0.5, 2.0)
_MARGIN = 1.03
_SIGHT_TOLERANCE = 0.004


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
    lids = _lid_samples(surface, canvas, skin, shown, portrait.landmarks)
    for part in (Part.EYE_LEFT, Part.EYE_RIGHT, Part.MOUTH):
        fields.append(
            _bake_part(
                surface,
                canvas,
                pixels,
                painted,
                own,
                mouth,
                hits,
                part,
                lids.get(part),
                resolution,
            )
        )
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
    points, rgb, weight = fill_samples(surface, canvas, vertex_rgb, shown, hits)
    fringe, fringe_rgb, opacity = fringe_samples(surface, canvas)
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
    center, box_warp = _box(vertices[np.unique(faces)], resolution)
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


def _bake_part(
    surface: Surface,
    canvas: Canvas,
    pixels: PixelSamples,
    vertex_rgb: FloatArray,
    own: NDArray[np.bool_],
    mouth: PhotoMouth,
    hits: Hits,
    part: Part,
    lids: SurfaceSamples | None,
    resolution: int,
) -> BakedField:
    """An eye or the mouth: painted all over, the photo on top where it shows the part itself.

    ``own`` (N,) tells which pixels do, ``mouth`` what the photo has of it; ``lids``
    share the field of an eye.
    """
    proxy = surface.proxy
    rng = np.random.default_rng(int(part))
    members = np.nonzero((proxy.part == part) & ~proxy.soft)[0]
    triangle, weights = scatter(proxy.canonical, proxy.faces, members, _PART_COUNT, rng)
    corners = proxy.faces[triangle]
    points = np.einsum("nc,ncd->nd", weights, proxy.canonical[corners])
    rgb = np.einsum("nc,ncd->nd", weights, vertex_rgb[corners])
    shown = (proxy.part[pixels.triangle] == part) & own
    # Where the photo shows the part itself, paint gives way to the photo between its pixels.
    taken = np.zeros((canvas.size, canvas.size), bool)
    column, row = np.clip(pixels.pixels[shown].astype(np.int64), 0, canvas.size - 1).T
    taken[row, column] = True
    photo_points = np.einsum("nc,ncd->nd", weights, surface.photo[corners])
    deep = lies_deep(surface, corners[:, 0])
    seen = _in_sight(canvas, photo_points, hits, taken) & ~deep
    where = canvas.project(photo_points[seen])[0]
    trust = _part_trust(canvas, taken, part)
    share = canvas.sample(trust, where)[:, None]
    photo = canvas.sample(canvas.rgb, where)
    corner = proxy.faces[pixels.triangle[shown], 0]
    paint = vertex_rgb[corner].astype(np.float64)
    of_points, of_pixels = (_rigid(surface, v) for v in (corners[:, 0], corner))
    for of_teeth, limits in _materials(part):
        group = _teeth(surface, corners[:, 0]) == of_teeth
        chosen = group[seen]
        if limits == _TEETH_GAIN:
            chosen &= canvas.sample(mouth.teeth.astype(np.float32), where) > 0.6
        gain = light_of_photo(rgb[seen][chosen], photo[chosen], share[chosen, 0], limits)
        rgb[group] *= gain
        paint[_teeth(surface, corner) == of_teeth] *= gain
    rgb[deep] = with_depths(rgb[deep], mouth, canvas, photo_points[deep])
    photo = without_gaps(photo, rgb[seen], of_points[seen])
    rgb[seen] = share * photo + (1 - share) * rgb[seen]
    direct = without_gaps(pixels.rgb[shown], paint, of_pixels)
    samples = SurfaceSamples(
        np.concatenate([pixels.points[shown], points]),
        np.concatenate([direct, rgb]),
        np.ones(int(shown.sum()) + len(points), np.float32),
        np.concatenate([trust[row, column] > 0.9, np.full(len(points), 0.25)]),
    )
    faces = proxy.faces[proxy.part == part]
    center, box_warp = _box(proxy.canonical[np.unique(faces)], _PART_RESOLUTION)
    return bake_field(
        proxy.canonical,
        faces,
        samples if lids is None else samples.joined(lids),
        center=center,
        box_warp=box_warp,
        resolution=min(_PART_RESOLUTION, resolution),
    )


def _lid_samples(
    surface: Surface,
    canvas: Canvas,
    skin: FloatArray,
    shown: FloatArray,
    landmarks: FloatArray,
) -> dict[Part, SurfaceSamples]:
    """Samples of closed lids for the field of each eye that has some."""
    proxy, found = surface.proxy, {}
    shut = proxy.rig.deform(PRESETS["blink"])
    for veil, start in zip(surface.lids, surface.lid_starts, strict=True):
        eye = veil.part - Part.EYE_LEFT
        cover = below_brow(canvas, veil, surface.photo, landmarks, eye)
        tone = lid_tone(surface.head, shut, veil, skin, shown, cover)
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


def _materials(part: Part) -> list[tuple[bool, tuple[float, float]]]:
    """Whether a material of a part is teeth, and the range of its gain.

    Flesh differs more from person to person than teeth, whose colour was measured.
    """
    if part != Part.MOUTH:
        return [(False, _PAINT_GAIN)]
    return [(True, _TEETH_GAIN), (False, _FLESH_GAIN)]


def _teeth(surface: Surface, corner: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which vertices (N,) are teeth's."""
    region = material(surface, corner)[0]
    return np.asarray((region >= 0) & (region <= MouthRegion.LOWER_TEETH))


def _rigid(surface: Surface, corner: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which vertices (N,) are teeth's or gums'."""
    region = material(surface, corner)[0]
    return np.asarray((region >= 0) & (region <= MouthRegion.LOWER_GUM))


def _part_trust(canvas: Canvas, taken: NDArray[np.bool_], part: Part) -> FloatArray:
    """(S, S) trust in the photo on a part; on an eyeball it fades where lashes and lid shade it."""
    if part == Part.MOUTH:
        return taken.astype(np.float32)
    inside = np.asarray(cv2.distanceTransform(taken.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    return np.asarray(np.clip((inside - 0.5) / _LID_SHADE, 0, 1), np.float32)


def _in_sight(
    canvas: Canvas, photo_points: NDArray[np.floating], hits: Hits, taken: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which points (N, 3) of the photo's pose nothing hides, among pixels that were ``taken``."""
    where, depth = canvas.project(photo_points)
    column, row = np.clip(where.astype(np.int64), 0, canvas.size - 1).T
    return np.asarray((depth < hits.depth[row, column] + _SIGHT_TOLERANCE) & taken[row, column])


def _box(points: FloatArray, resolution: int) -> tuple[FloatArray, float]:
    """Centre and side of the cube around ``points`` with a margin of a few texels."""
    low, high = points.min(0), points.max(0)
    side = float((high - low).max()) * _MARGIN * resolution / (resolution - 6)
    return ((low + high) / 2).astype(np.float32), side
