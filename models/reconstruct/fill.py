"""Samples that complete head and shell where the photo shows nothing, and those of the fringe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.animate.proxy import Part
from models.head.assemble import Region
from models.reconstruct.canvas import Canvas
from models.reconstruct.hair_look import HairLook, hair_look
from models.reconstruct.hem import hem_height, hem_looks
from models.reconstruct.nape import hair_above, strands_and_shade
from models.reconstruct.normals import vertex_normals
from models.reconstruct.relief import BACK, FRINGE, HEM
from models.reconstruct.shell_fill import ShellPicture, shell_colours
from models.reconstruct.surface import SUNK, Surface
from models.render.zbuffer import Hits

FloatArray = NDArray[np.float32]

_FILL_COUNT = 260_000
_FILL_WEIGHT = 0.12
_AROUND = 45.0
"""Canvas pixels behind the outline over which the photo's own hair gives way to hair like it."""
_FRINGE_COUNT, _HEM_COUNT = 40_000, 20_000
_FAR = 1.0
_BURIED_DEPTH = 0.002
_BURIED_REACH = 0.05


def fill_samples(
    surface: Surface,
    canvas: Canvas,
    picture: ShellPicture,
    vertex_rgb: FloatArray,
    shown: FloatArray,
    hits: Hits,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points all over head and shell with completed colours; what the photo shows weighs less."""
    proxy = surface.proxy
    rng = np.random.default_rng(0)
    # A back that comes out of the skin would be seen there as dots.
    buried = _buried(surface)[proxy.faces]
    buried = np.where(_of_sheet(surface, BACK), buried.any(1), buried.all(1))
    members = np.nonzero((proxy.part == Part.HEAD) & ~proxy.soft & ~buried)[0]
    triangle, weights = scatter(proxy.canonical, proxy.faces, members, _FILL_COUNT, rng)
    corners = proxy.faces[triangle]
    points = np.einsum("nc,ncd->nd", weights, proxy.canonical[corners])
    rgb = np.einsum("nc,ncd->nd", weights, vertex_rgb[corners])
    on_shell = corners[:, 0] >= surface.shell_start
    local = corners[on_shell] - surface.shell_start
    shell, w = surface.shell, weights[on_shell]
    arc = np.einsum("nc,nc->n", w, shell.arc[local]).astype(np.float32)
    rgb[on_shell], direct = shell_colours(
        picture,
        np.einsum("nc,ncd->nd", w, shell.pixels[local]).astype(np.float32),
        arc,
        shell.sheet[local[:, 0]],
    )
    look = _hair_look(surface, canvas, hits)
    if look is not None:
        pixels = np.einsum("nc,ncd->nd", w, shell.pixels[local]).astype(np.float32)
        hair = np.einsum("nc,nc->n", w, shell.hair[local]) * (1 - direct)
        # Front and back share texels at the outline: there both look like the photo.
        hair *= np.clip(arc / _AROUND, 0, 1)
        grown = look.colours(pixels, points[on_shell].astype(np.float32))
        rgb[on_shell] += hair[:, None] * (grown - rgb[on_shell])
        scalp, over = _scalp(surface, canvas, shown)
        own, on_head = weights[~on_shell], points[~on_shell].astype(np.float32)
        away = hair_above(surface, canvas, shown)[corners[~on_shell]]
        away = np.einsum("nc,nc->n", own, np.minimum(away, _FAR)).astype(np.float32)
        cover, light = strands_and_shade(away, look.strands_at(on_head))
        rgb[~on_shell] *= light[:, None]
        hair = np.maximum(np.einsum("nc,nc->n", own, scalp[corners[~on_shell]]), cover)
        where = np.einsum("nc,ncd->nd", own, over[corners[~on_shell]])
        grown = look.colours(where.astype(np.float32), on_head)
        rgb[~on_shell] += hair[:, None] * (grown - rgb[~on_shell])
    known = np.zeros(len(points), np.float32)
    known[on_shell] = direct
    known[~on_shell] = np.einsum("nc,nc->n", weights[~on_shell], shown[corners[~on_shell]])
    weight = _FILL_WEIGHT * (1 - 0.9 * np.clip(known, 0, 1))
    return points.astype(np.float32), rgb.astype(np.float32), weight.astype(np.float32)


def _of_sheet(surface: Surface, sheet: int) -> NDArray[np.bool_]:
    """(F,) triangles with a corner on a sheet of the shell."""
    corner = surface.proxy.faces - surface.shell_start
    shell = (corner >= 0) & (corner < len(surface.shell.sheet))
    return np.asarray((shell & (surface.shell.sheet[np.where(shell, corner, 0)] == sheet)).any(1))


def _scalp(surface: Surface, canvas: Canvas, shown: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far head vertices (V,) lie below hair, 0..1, and their canvas pixels (V, 2).

    Where the shell has a gap they show; hair's roots, not bare skin, should be there.  What the
    photo has ``shown`` (V,) as bare, or on the other side of the head, stays so.
    """
    head, start = surface.head, surface.shell_start
    sunk = np.linalg.norm(surface.proxy.rig.rest[:start] - head.rig.rest, axis=1)
    share = np.clip(sunk / (0.5 * SUNK) - 0.5, 0, 1)
    bare = np.maximum(shown, shown[head.skin_mirror])
    share[: head.skin_count] *= (head.skin_region != Region.NECK) * np.clip(1 - 3 * bare, 0, 1)
    share[head.skin_count :] = 0
    return share.astype(np.float32), canvas.project(surface.photo[:start])[0]


def _hair_look(surface: Surface, canvas: Canvas, hits: Hits) -> HairLook | None:
    """Of hair anywhere, and of a hat above the ears."""
    head = surface.head
    ears = surface.photo[: head.skin_count][head.skin_region == Region.EAR]
    lobes = np.percentile(canvas.project(ears)[0][:, 1], 80)
    hat = canvas.classes["clothes"] + canvas.classes["other"]
    hair = canvas.classes["hair"] + hat * (np.arange(canvas.size)[:, None] < lobes)
    faces = surface.proxy.faces[~surface.proxy.soft]
    shows = (hits.triangle >= 0) & (faces[hits.triangle, 0] >= surface.shell_start)
    return hair_look(canvas, hair, shows, surface.proxy.canonical[: head.skin_count])


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


def fringe_samples(
    surface: Surface, canvas: Canvas, picture: ShellPicture
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points, colours and opacities all over the soft sheet and hem, up to their very border."""
    points, where = _scattered(surface, FRINGE, _FRINGE_COUNT)
    below, hanging = _scattered(surface, HEM, _HEM_COUNT)
    rgb, opacity = hem_looks(picture.rgb, picture.soft, hanging, hem_height(canvas))
    return (
        np.concatenate([points, below]),
        np.concatenate([canvas.sample(canvas.rgb, where), rgb]),
        np.concatenate([canvas.sample(canvas.alpha, where), opacity]),
    )


def _scattered(surface: Surface, sheet: int, count: int) -> tuple[FloatArray, FloatArray]:
    """Canonical points (N, 3) all over the triangles of a sheet, and their canvas pixels (N, 2)."""
    proxy = surface.proxy
    members = np.nonzero(_of_sheet(surface, sheet) & proxy.soft)[0]
    if not len(members):
        return np.zeros((0, 3), np.float32), np.zeros((0, 2), np.float32)
    rng = np.random.default_rng(9)
    triangle, weights = scatter(proxy.canonical, proxy.faces, members, count, rng)
    corners = proxy.faces[triangle]
    points = np.einsum("nc,ncd->nd", weights, proxy.canonical[corners])
    pixels = surface.shell.pixels[corners - surface.shell_start]
    return points.astype(np.float32), np.einsum("nc,ncd->nd", weights, pixels).astype(np.float32)


def scatter(
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
