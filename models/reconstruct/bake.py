"""From a joined surface and a photo to the four tri-plane fields of an avatar."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.animate.proxy import Part
from models.head.eye_colours import EyeColours, estimate_both_eyes
from models.head.mouth import MouthRegion
from models.head.paint import paint_eye, paint_mouth
from models.head.teeth_colour import INNER_LIPS, estimate_teeth_colour
from models.portrait.portrait import Portrait
from models.reconstruct.canvas import Canvas
from models.reconstruct.field_bake import BakedField, SurfaceSamples, bake_field
from models.reconstruct.normals import vertex_normals
from models.reconstruct.pixel_samples import PixelSamples, photo_samples, solid_hits
from models.reconstruct.shell_fill import shell_colours, shell_picture
from models.reconstruct.skin_fill import skin_colours
from models.reconstruct.surface import Surface
from models.render.zbuffer import Hits

FloatArray = NDArray[np.float32]

_FILL_COUNT = 260_000
_FILL_WEIGHT = 0.12
_LID_SHADE = 3.0
"""Canvas pixels."""
_FRINGE_COUNT = 40_000
_BURIED_DEPTH = 0.002
_BURIED_REACH = 0.05
_PART_RESOLUTION = 160
_PART_COUNT = 120_000
_MARGIN = 1.03
_SIGHT_TOLERANCE = 0.004
_GREY = 0.03
"""Least chroma of the lips in a colour photo."""
_LUMA = np.array([0.299, 0.587, 0.114])


def bake_fields(
    portrait: Portrait, canvas: Canvas, surface: Surface, resolution: int, iris_ratio: float
) -> list[BakedField]:
    """Fields in the order of ``Part``."""
    hits = solid_hits(surface, canvas)
    pixels = photo_samples(surface, canvas, hits)
    painted = _paint_parts(portrait, surface, iris_ratio)
    skin, shown = skin_colours(surface, canvas, hits)
    painted[: surface.head.skin_count] = skin
    _darken_sack(surface, painted)
    fields = [_bake_head(surface, canvas, pixels, painted, shown, hits, resolution)]
    for part in (Part.EYE_LEFT, Part.EYE_RIGHT, Part.MOUTH):
        fields.append(_bake_part(surface, canvas, pixels, painted, hits, part, resolution))
    return fields


def _paint_parts(portrait: Portrait, surface: Surface, iris_ratio: float) -> FloatArray:
    """(V, 3) colours of eyeballs and mouth, from the photo's own eyes, teeth and light."""
    crop = portrait.crop.rgb
    rgb = np.zeros((len(surface.proxy.canonical), 3), np.float32)
    lips = portrait.landmarks[[61, 291, 0, 17, 37, 267], :2]
    tone = np.median([crop[:, int(y), int(x)] for x, y in np.clip(lips, 0, crop.shape[-1] - 1)], 0)
    for (start, mesh), eye in zip(
        surface.head.eyes, estimate_both_eyes(crop, portrait.landmarks), strict=True
    ):
        rgb[start : start + len(mesh.vertices)] = _painted_eye(mesh.uv, eye, iris_ratio)
    contour = portrait.landmarks[list(INNER_LIPS), :2]
    teeth = estimate_teeth_colour(crop, contour)
    # Dark lips are not dark light: white teeth tell it better.
    shine = 0.0 if teeth is None else float(teeth @ _LUMA) / 0.72
    light = float(np.clip(max((tone @ _LUMA) / 0.45, shine), 0.4, 1.2))
    mouth = surface.head.mouth
    start = surface.head.mouth_start
    painted = paint_mouth(mouth, tone_rgb=tone, teeth_rgb=teeth, light=light)
    if float(np.ptp(tone)) < _GREY:
        # A photo without colour gets a mouth without colour.
        painted = np.repeat((painted @ _LUMA)[:, None], 3, 1)
    rgb[start : start + len(mouth.vertices)] = painted
    return rgb


def _painted_eye(uv: FloatArray, eye: EyeColours, iris_ratio: float) -> NDArray[np.floating]:
    return paint_eye(
        uv,
        iris_rgb=eye.iris_rgb,
        iris_texture=eye.iris_texture,
        sclera_rgb=eye.sclera_rgb,
        pupil=eye.pupil,
        iris_radius=iris_ratio,
        light=1.0,
    )


def _darken_sack(surface: Surface, rgb: FloatArray) -> None:
    """Inside the lips it gets dark quickly: dark red by the depth behind the mouth's opening."""
    head = surface.head
    sack = np.unique(head.faces[(head.part == Part.MOUTH) & (head.faces[:, 0] < head.skin_count)])
    if not len(sack):
        return
    tongue = head.mouth_start + np.nonzero(head.mouth.region == MouthRegion.TONGUE)[0]
    flesh = np.median(rgb[tongue], 0)
    z = surface.head.rig.rest[sack, 2]
    depth = np.clip((z.max() - z - 0.02) / 0.10, 0, 1)[:, None]
    rgb[sack] = flesh * (0.66 * (1 - depth) + 0.34 * depth)


def _bake_head(
    surface: Surface,
    canvas: Canvas,
    pixels: PixelSamples,
    vertex_rgb: FloatArray,
    shown: FloatArray,
    hits: Hits,
    resolution: int,
) -> BakedField:
    proxy = surface.proxy
    of_head = proxy.part[pixels.triangle] == Part.HEAD
    photo_weight = _photo_weight(surface, canvas, pixels, shown)[of_head]
    points, rgb, weight = _fill_samples(surface, canvas, vertex_rgb, shown, hits)
    fringe, fringe_rgb, opacity = _fringe_samples(surface, canvas)
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
    sure = canvas.sample(skin * canvas.alpha, pixels.pixels)
    least = np.clip((to_outline - 4.0) / 12.0, 0.01, 0.5)
    least = np.maximum(least, 0.35 * np.clip((sure - 0.55) / 0.25, 0, 1))
    trust = np.ones(len(corners), np.float32)
    seen = shown[corners[on_skin]].mean(1)
    trust[on_skin] = least[on_skin] + (1 - least[on_skin]) * seen
    return trust


def _fill_samples(
    surface: Surface, canvas: Canvas, vertex_rgb: FloatArray, shown: FloatArray, hits: Hits
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points all over head and shell with completed colours; what the photo shows weighs less."""
    proxy = surface.proxy
    rng = np.random.default_rng(0)
    buried = _buried(surface)[proxy.faces].all(1)
    members = np.nonzero((proxy.part == Part.HEAD) & ~proxy.soft & ~buried)[0]
    triangle, weights = _scatter(proxy.canonical, proxy.faces, members, _FILL_COUNT, rng)
    corners = proxy.faces[triangle]
    points = np.einsum("nc,ncd->nd", weights, proxy.canonical[corners])
    rgb = np.einsum("nc,ncd->nd", weights, vertex_rgb[corners])
    on_shell = corners[:, 0] >= surface.shell_start
    local = corners[on_shell] - surface.shell_start
    shell, w = surface.shell, weights[on_shell]
    picture = shell_picture(surface, canvas, hits)
    rgb[on_shell], direct = shell_colours(
        picture,
        np.einsum("nc,ncd->nd", w, shell.pixels[local]).astype(np.float32),
        np.einsum("nc,nc->n", w, shell.arc[local]).astype(np.float32),
        shell.sheet[local[:, 0]],
    )
    known = np.zeros(len(points), np.float32)
    known[on_shell] = direct
    known[~on_shell] = np.einsum("nc,nc->n", weights[~on_shell], shown[corners[~on_shell]])
    weight = _FILL_WEIGHT * (1 - 0.9 * np.clip(known, 0, 1))
    return points.astype(np.float32), rgb.astype(np.float32), weight.astype(np.float32)


def _buried(surface: Surface) -> NDArray[np.bool_]:
    """(V,) shell vertices below the skin: nobody sees them, but their colours would shine."""
    proxy, count, start = surface.proxy, surface.head.skin_count, surface.shell_start
    skin = proxy.canonical[:count]
    faces = surface.head.faces[(surface.head.faces < count).all(1)]
    normals = vertex_normals(skin, faces)
    shell = proxy.canonical[start:]
    nearest = cKDTree(skin).query(shell, distance_upper_bound=_BURIED_REACH)[1]
    near = nearest < count
    buried = np.zeros(len(proxy.canonical), bool)
    away = np.einsum("ij,ij->i", shell[near] - skin[nearest[near]], normals[nearest[near]])
    buried[start:][near] = away < -_BURIED_DEPTH
    return buried


def _fringe_samples(surface: Surface, canvas: Canvas) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points, colours and opacities all over the soft sheet, up to its very border."""
    proxy = surface.proxy
    members = np.nonzero(proxy.soft)[0]
    if not len(members):
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros(0, np.float32)
    rng = np.random.default_rng(9)
    triangle, weights = _scatter(proxy.canonical, proxy.faces, members, _FRINGE_COUNT, rng)
    corners = proxy.faces[triangle]
    points = np.einsum("nc,ncd->nd", weights, proxy.canonical[corners]).astype(np.float32)
    pixels = surface.shell.pixels[corners - surface.shell_start]
    where = np.einsum("nc,ncd->nd", weights, pixels)
    return points, canvas.sample(canvas.rgb, where), canvas.sample(canvas.alpha, where)


def _bake_part(
    surface: Surface,
    canvas: Canvas,
    pixels: PixelSamples,
    vertex_rgb: FloatArray,
    hits: Hits,
    part: Part,
    resolution: int,
) -> BakedField:
    """An eye or the mouth: painted all over, the photo on top where it shows the part itself."""
    proxy = surface.proxy
    rng = np.random.default_rng(int(part))
    members = np.nonzero(proxy.part == part)[0]
    triangle, weights = _scatter(proxy.canonical, proxy.faces, members, _PART_COUNT, rng)
    corners = proxy.faces[triangle]
    points = np.einsum("nc,ncd->nd", weights, proxy.canonical[corners])
    rgb = np.einsum("nc,ncd->nd", weights, vertex_rgb[corners])
    shown = (proxy.part[pixels.triangle] == part) & _belongs(surface, pixels, vertex_rgb)
    # Where the photo shows the part itself, paint gives way to the photo between its pixels.
    taken = np.zeros((canvas.size, canvas.size), bool)
    column, row = np.clip(pixels.pixels[shown].astype(np.int64), 0, canvas.size - 1).T
    taken[row, column] = True
    photo_points = np.einsum("nc,ncd->nd", weights, surface.photo[corners])
    seen = _in_sight(canvas, photo_points, hits, taken)
    where = canvas.project(photo_points[seen])[0]
    trust = _part_trust(canvas, taken, part)
    share = canvas.sample(trust, where)[:, None]
    photo = canvas.sample(canvas.rgb, where)
    rgb = rgb * _light_of_photo(rgb[seen], photo, share[:, 0])
    rgb[seen] = share * photo + (1 - share) * rgb[seen]
    samples = SurfaceSamples(
        np.concatenate([pixels.points[shown], points]),
        np.concatenate([pixels.rgb[shown], rgb]),
        np.ones(int(shown.sum()) + len(points), np.float32),
        np.concatenate([trust[row, column] > 0.9, np.full(len(points), 0.25)]),
    )
    center, box_warp = _box(proxy.canonical[np.unique(proxy.faces[members])], _PART_RESOLUTION)
    return bake_field(
        proxy.canonical,
        proxy.faces[members],
        samples,
        center=center,
        box_warp=box_warp,
        resolution=min(_PART_RESOLUTION, resolution),
    )


def _part_trust(canvas: Canvas, taken: NDArray[np.bool_], part: Part) -> FloatArray:
    """(S, S) trust in the photo on a part; on an eyeball it fades where lashes and lid shade it."""
    if part == Part.MOUTH:
        return taken.astype(np.float32)
    inside = np.asarray(cv2.distanceTransform(taken.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    return np.asarray(np.clip((inside - 0.5) / _LID_SHADE, 0, 1), np.float32)


def _light_of_photo(
    paint: NDArray[np.floating], photo: FloatArray, share: FloatArray
) -> NDArray[np.floating]:
    """Gain (3,) that takes paint to the photo's light where both are known and bright."""
    bright = (share > 0.6) & (paint @ _LUMA > 0.6 * float(np.max(paint @ _LUMA, initial=0.0)))
    if bright.sum() < 30:
        return np.ones(3)
    gain = np.median(photo[bright], 0) / np.maximum(np.median(paint[bright], 0), 0.02)
    return np.asarray(np.clip(gain, 0.6, 1.1))


def _belongs(surface: Surface, pixels: PixelSamples, vertex_rgb: FloatArray) -> NDArray[np.bool_]:
    """Pixels that may colour the part they fall on.

    Generated teeth never lie exactly over the real ones. What the skull carries takes the photo
    as it is, so that its pieces stay together; on the jaw, which moves against them, neither
    the dark between two rows may stick to a tooth nor a tooth to the gum. Teeth do not stick to
    tongue and throat either, or a third row would show when the jaw opens.
    """
    start, mouth = surface.head.mouth_start, surface.head.mouth
    corner = surface.proxy.faces[pixels.triangle, 0]
    local = corner - start
    in_mouth = (local >= 0) & (local < len(mouth.vertices))
    region = np.full(len(corner), -1)
    region[in_mouth] = mouth.region[local[in_mouth]]
    luma, painted = pixels.rgb @ _LUMA, vertex_rgb[corner] @ _LUMA
    teeth, gum = region == MouthRegion.LOWER_TEETH, region == MouthRegion.LOWER_GUM
    soft = np.isin(region, (MouthRegion.TONGUE, MouthRegion.PALATE, MouthRegion.LOWER_GUM))
    soft |= (surface.proxy.part[pixels.triangle] == Part.MOUTH) & ~in_mouth
    ivory = vertex_rgb[start + np.nonzero(mouth.region == MouthRegion.UPPER_TEETH)[0]]
    bright = luma > 0.7 * float(np.percentile(ivory @ _LUMA, 90))
    red = pixels.rgb[:, 0] - pixels.rgb[:, 1] > 0.2 * pixels.rgb[:, 0]
    return np.asarray(~gum & (~teeth | (luma > 0.75 * painted)) & ~(soft & bright & ~red))


def _in_sight(
    canvas: Canvas, photo_points: NDArray[np.floating], hits: Hits, taken: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which points (N, 3) of the photo's pose nothing hides, among pixels that were ``taken``."""
    where, depth = canvas.project(photo_points)
    column, row = np.clip(where.astype(np.int64), 0, canvas.size - 1).T
    return np.asarray((depth < hits.depth[row, column] + _SIGHT_TOLERANCE) & taken[row, column])


def _scatter(
    vertices: FloatArray,
    faces: NDArray[np.int32],
    members: NDArray[np.int64],
    count: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Triangles and barycentric weights of points spread evenly by area."""
    corners = vertices[faces[members]]
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    edge = np.cumsum(area)
    pick = members[np.searchsorted(edge, (np.arange(count) + rng.random(count)) / count * edge[-1])]
    root, second = np.sqrt(rng.random(count)), rng.random(count)
    return pick, np.stack([1 - root, root * (1 - second), root * second], 1)


def _box(points: FloatArray, resolution: int) -> tuple[FloatArray, float]:
    """Centre and side of the cube around ``points`` with a margin of a few texels."""
    low, high = points.min(0), points.max(0)
    side = float((high - low).max()) * _MARGIN * resolution / (resolution - 6)
    return ((low + high) / 2).astype(np.float32), side
