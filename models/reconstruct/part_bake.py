"""Fields of eyes and mouth: painted all over, the photo on top where it shows the part itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.head.mouth import MouthRegion
from models.reconstruct.canvas import Canvas
from models.reconstruct.field_bake import BakedField, SurfaceSamples, bake_field, box_around
from models.reconstruct.fill import scatter
from models.reconstruct.mouth_photo import (
    PhotoMouth,
    lies_deep,
    light_of_photo,
    material,
    with_depths,
    without_gaps,
)
from models.reconstruct.pixel_samples import PixelSamples
from models.reconstruct.surface import Surface
from models.render.zbuffer import Hits

FloatArray = NDArray[np.float32]

_LID_SHADE = 3.0
"""Canvas pixels."""
_RESOLUTION = 160
_COUNT = 120_000
_PAINT_GAIN, _TEETH_GAIN, _FLESH_GAIN = (0.6, 1.1), (0.7, 1.4), (0.5, 2.0)
_SIGHT_TOLERANCE = 0.004


@dataclass(frozen=True, eq=False)
class KnownParts:
    """What there is to make the parts of.

    Attributes:
        surface, canvas, hits: all of the person, the photo, and what its pixels see.
        pixels: N samples of the photo; own: (N,) those that show the part on which they lie.
        painted: (V, 3) colours of the vertices; mouth: what the photo has of it.
    """

    surface: Surface
    canvas: Canvas
    hits: Hits
    pixels: PixelSamples
    own: NDArray[np.bool_]
    painted: FloatArray
    mouth: PhotoMouth


def bake_part(
    known: KnownParts, part: Part, lids: SurfaceSamples | None, resolution: int
) -> BakedField:
    """The field of an eye or the mouth; closed ``lids`` share that of an eye."""
    proxy, samples = known.surface.proxy, _samples(known, part)
    faces = proxy.faces[proxy.part == part]
    center, box_warp = box_around(proxy.canonical[np.unique(faces)], _RESOLUTION)
    return bake_field(
        proxy.canonical,
        faces,
        samples if lids is None else samples.joined(lids),
        center=center,
        box_warp=box_warp,
        resolution=min(_RESOLUTION, resolution),
    )


def _samples(known: KnownParts, part: Part) -> SurfaceSamples:
    """Where the photo shows the part itself, paint gives way to the photo between its pixels."""
    surface, canvas, pixels, proxy = known.surface, known.canvas, known.pixels, known.surface.proxy
    members = np.nonzero((proxy.part == part) & ~proxy.soft)[0]
    rng = np.random.default_rng(int(part))
    triangle, weights = scatter(proxy.canonical, proxy.faces, members, _COUNT, rng)
    corners = proxy.faces[triangle]
    points, rgb, photo_points = (
        np.einsum("nc,ncd->nd", weights, values[corners])
        for values in (proxy.canonical, known.painted, surface.photo)
    )
    shown = (proxy.part[pixels.triangle] == part) & known.own
    taken = np.zeros((canvas.size, canvas.size), bool)
    column, row = np.clip(pixels.pixels[shown].astype(np.int64), 0, canvas.size - 1).T
    taken[row, column] = True
    deep = lies_deep(surface, corners[:, 0])
    seen = _in_sight(canvas, photo_points, known.hits, taken) & ~deep
    where = canvas.project(photo_points[seen])[0]
    trust = _part_trust(canvas, taken, part)
    share = canvas.sample(trust, where)[:, None]
    photo = canvas.sample(canvas.rgb, where)
    corner = proxy.faces[pixels.triangle[shown], 0]
    paint = known.painted[corner].astype(np.float64)
    for of_teeth, chosen, limits in _materials(known, part, corners[seen, 0], where):
        gain = light_of_photo(rgb[seen][chosen], photo[chosen], share[chosen, 0], limits)
        rgb[_teeth(surface, corners[:, 0]) == of_teeth] *= gain
        paint[_teeth(surface, corner) == of_teeth] *= gain
    rgb[deep] = with_depths(rgb[deep], known.mouth, canvas, photo_points[deep])
    photo = without_gaps(photo, rgb[seen], _rigid(surface, corners[seen, 0]))
    rgb[seen] = share * photo + (1 - share) * rgb[seen]
    direct = without_gaps(pixels.rgb[shown], paint, _rigid(surface, corner))
    return SurfaceSamples(
        np.concatenate([pixels.points[shown], points]),
        np.concatenate([direct, rgb]),
        np.ones(int(shown.sum()) + len(points), np.float32),
        np.concatenate([trust[row, column] > 0.9, np.full(len(points), 0.25)]),
    )


def _materials(
    known: KnownParts, part: Part, corner: NDArray[np.int32], where: FloatArray
) -> Iterator[tuple[bool, NDArray[np.bool_], tuple[float, float]]]:
    """Whether a material of a part is teeth, which points show it, and the range of its gain.

    Flesh differs more from person to person than teeth, whose colour was measured.

    Args:
        corner: (M,) vertices of points that the photo shows, at canvas pixels ``where`` (M, 2).
    """
    teeth = _teeth(known.surface, corner)
    if part != Part.MOUTH:
        yield False, ~teeth, _PAINT_GAIN
        return
    white = known.canvas.sample(known.mouth.teeth.astype(np.float32), where) > 0.6
    yield True, teeth & white, _TEETH_GAIN
    yield False, ~teeth, _FLESH_GAIN


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
