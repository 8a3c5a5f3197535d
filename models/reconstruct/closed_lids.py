"""A veil over each eye that only a blink brings out: the closed lids that no open eye shows.

A blink stretches the few pixels of crease and lashes that the photo has above an open eye. Each
lid is therefore drawn a second time: the same triangles in the field of the eyeball, lying just
below the skin while the eye is open and just above it once it shuts. The open eye stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.animate.proxy import Part
from models.animate.rig import JOINTS, Rig, effective_blendshapes
from models.animate.rig_kernels import add_blendshapes
from models.head.assemble import HeadMesh
from models.head.lids import BLINKS
from models.pose import ARKIT_NAMES, Pose
from models.reconstruct.lid_path import Hiding, Relief, amounts, unrolled
from models.reconstruct.normals import vertex_normals
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_SUNK, _PROUD = 0.0006, 0.0010
"""How far the lower veil lies below the skin of an open eye and, at least, above that of a shut
one."""
_TUCKED, _TUCK_REACH = 0.0030, 0.008
"""Height by which it is drawn back from the margin of an open eye, lest it looks out there."""
_LOWER_SETS_IN, _AFTER_PHOTO = 0.70, 0.15
"""Least blink at which it comes out, and how much more than in the photo an eye must close."""
_SHUT_IN_PHOTO = 0.55
"""From this blink on the photo shows the lids itself."""
_ABOVE, _BELOW, _BESIDE = 0.040, 0.008, 0.014
_NEARLY_SHUT = 0.8
"""Blink from which the veil clears the cornea wherever the eye looks."""
_AROUND = 0.012
_LEAST_MOTION = 0.03
"""Share of the margin's travel by which the upper lid's skin moves at least."""
_LEAST_TRAVEL = 0.006
_GRID = 320
_GAP, _SCALE = 0.003, 0.6


@dataclass(frozen=True)
class LidVeil:
    """The closed lids of one eye.

    Attributes:
        part: the eye in whose field it lies.
        blink: index of the coefficient that brings it out.
        skin: (K,) skin vertices that it follows.
        faces: (M, 3) triangles of these K.
        rest, shift: (K, 3) neutral places and what a full blink adds.
        place: (K, 2) x and y in the shut eye.
        height: (K,) above the line where the lids meet, canonical units, negative below it.
        along: (K,) 0 at the inner, 1 at the outer corner of the eye.
        motion: (K,) share of the margin's travel.
        upper: (K,) bool.
        carrier: (K,) skin vertex whose motion it shares in other shapes: at the margin, from which
            it unrolls, or its own.
    """

    part: Part
    blink: int
    skin: NDArray[np.intp]
    faces: NDArray[np.int32]
    rest: FloatArray
    shift: FloatArray
    place: Floats
    height: Floats
    along: Floats
    motion: Floats
    upper: NDArray[np.bool_]
    carrier: NDArray[np.intp]

    def laid_out(self, eyeball: FloatArray) -> FloatArray:
        """Canonical places (K, 3): flat, below the ``eyeball`` (N, 3) of the same field."""
        low, high = eyeball.min(0), eyeball.max(0)
        middle = self.place.max(0) + self.place.min(0)
        x = _SCALE * (self.place[:, 0] - 0.5 * middle[0]) + 0.5 * (low[0] + high[0])
        y = _SCALE * (self.place[:, 1] - self.place[:, 1].max()) + low[1] - _GAP
        return np.stack([x, y, np.full(len(x), high[2])], 1).astype(np.float32)


def closed_lids(head: HeadMesh, rig: Rig, photo_pose: Pose) -> tuple[LidVeil, ...]:
    """Veils of the eyes that are open in the photo.

    Args:
        head: the rigged head.
        rig: its rig as it is by now; vertices as in ``head``.
        photo_pose: pose of the photo, in which the veils must not show.
    """
    veils = []
    for eye, blink in enumerate(BLINKS):
        seen = float(photo_pose.blendshapes[blink])
        if seen < _SHUT_IN_PHOTO:
            veils.append(_veil(head, rig, eye, photo_pose))
    return tuple(veils)


def with_veils(rig: Rig, veils: tuple[LidVeil, ...]) -> Rig:
    """``rig`` with the vertices of the veils behind all others."""
    starts, rows, deltas = [0], [], []
    first = len(rig.rest) + np.cumsum([0, *(len(veil.skin) for veil in veils)])
    for i, (start, stop) in enumerate(zip(rig.blend_start, rig.blend_start[1:], strict=False)):
        moved, delta = [rig.blend_vertex[start:stop]], [rig.blend_delta[start:stop]]
        for veil, begin in zip(veils, first, strict=False):
            if i == veil.blink:
                moved.append(np.arange(begin, begin + len(veil.skin), dtype=np.int32))
                delta.append(veil.shift)
            else:
                way = np.zeros_like(rig.rest)
                way[moved[0]] = delta[0]
                carried = np.flatnonzero(way[veil.carrier].any(1))
                moved.append((begin + carried).astype(np.int32))
                delta.append(way[veil.carrier[carried]])
        rows += moved
        deltas += delta
        starts.append(starts[-1] + sum(map(len, moved)))
    copies = [np.zeros(0, np.intp), *(veil.carrier for veil in veils)]
    expression = rig.expression
    if expression is not None:
        expression = expression.followed(np.concatenate(copies), len(rig.rest))
    return replace(
        rig,
        expression=expression,
        rest=np.concatenate([rig.rest, *(veil.rest for veil in veils)]),
        weights=np.concatenate([rig.weights, *(rig.weights[veil.skin] for veil in veils)]),
        blend_start=np.asarray(starts, np.int32),
        blend_vertex=np.concatenate(rows),
        blend_delta=np.concatenate(deltas),
    )


def _veil(head: HeadMesh, rig: Rig, eye: int, photo_pose: Pose) -> LidVeil:
    """The veil of one eye; ``photo_pose`` as in ``closed_lids``."""
    count, blink = head.skin_count, BLINKS[eye]
    seen = float(photo_pose.blendshapes[blink])
    posed = {
        share: rig.deform(Pose.neutral().with_blendshapes({ARKIT_NAMES[blink]: share}))
        for share in amounts(seen)
    }
    opened, half, shut = (posed[share][:count].astype(np.float64) for share in (0.0, 0.5, 1.0))
    corners, weights = head.lid_margins
    margins, closed = (
        np.einsum("lnc,lncd->lnd", weights[eye], skin[corners[eye]]) for skin in (opened, shut)
    )
    skin, faces = _outer_triangles(head, shut, closed)
    line = _Line(margins, closed)
    place = shut[skin, :2]
    height = place[:, 1] - line.meeting(place[:, 0])
    upper = opened[skin, 1] > line.middle(opened[skin, 0])
    motion = (opened - shut)[skin, 1] / line.travel(opened[skin, 0])
    inside = (place[:, 0] > line.low - _BESIDE) & (place[:, 0] < line.high + _BESIDE)
    inside &= np.where(
        upper, (motion > _LEAST_MOTION) & (height < _ABOVE), (height > -_BELOW) & (height < 0.002)
    )
    faces = faces[inside[faces].any(1)]
    used, inverse = np.unique(faces, return_inverse=True)
    skin, upper = skin[used], upper[used]
    place, height, motion = (values[used] for values in (place, height, motion))
    faces_of_skin = head.faces[(head.faces < count).all(1)]
    normals = vertex_normals(opened.astype(np.float32), faces_of_skin)[skin]
    centre = rig.pivots[JOINTS.index(("eye_left", "eye_right")[eye])].astype(np.float64)
    below = _Lid(height, opened[skin], half[skin], shut[skin], normals)
    rest, out = _below_and_above(below, centre, seen)
    margin = line.above(opened[skin, 0])
    at_margin = skin[upper][cKDTree(opened[skin[upper], :2]).query(margin)[1]]
    carrier = np.where(upper, at_margin, skin)
    corner = np.array([line.low, place[:, 1].min()]), np.array([line.high, opened[skin, 1].max()])
    view = _View(head, eye, centre, *corner)
    reliefs = {b: view.relief(at, inflated=b >= _NEARLY_SHUT) for b, at in posed.items()}
    photo = _hiding(view, rig, photo_pose, carrier)
    first, last = unrolled(opened[skin, :2], margin, place, height, reliefs, photo)
    rest[upper], out[upper] = first[upper], last[upper]
    return LidVeil(
        (Part.EYE_LEFT, Part.EYE_RIGHT)[eye],
        blink,
        skin,
        inverse.reshape(-1, 3).astype(np.int32),
        rest.astype(np.float32),
        (out - rest).astype(np.float32),
        place,
        height,
        line.along(place[:, 0]),
        np.clip(motion, 0, 1),
        upper,
        carrier,
    )


@dataclass(frozen=True)
class _View:
    """One eye of a head, its ``centre`` (3,), and corners (2,) of what is looked at."""

    head: HeadMesh
    eye: int
    centre: Floats
    low: Floats
    high: Floats

    def relief(self, vertices: FloatArray, *, inflated: bool = False) -> Relief:
        """What the front sees; ``inflated`` shows the cornea wherever the eye may look."""
        start, mesh = self.head.eyes[self.eye]
        shown = vertices.astype(np.float64)
        if inflated:
            ball = slice(start, start + len(mesh.vertices))
            away = shown[ball] - self.centre
            length = np.linalg.norm(away, axis=1, keepdims=True)
            shown[ball] = self.centre + away / length * length.max()
        part = self.head.part
        faces = self.head.faces[(part == Part.HEAD) | (part == Part.EYE_LEFT + self.eye)]
        return Relief.of(shown, faces, self.low - _AROUND, self.high + _AROUND)


def _hiding(view: _View, rig: Rig, photo_pose: Pose, carrier: NDArray[np.intp]) -> Hiding:
    """The face of the photo, not turned, and how a veil moves with its ``carrier`` (K,)."""
    quiet = Pose.neutral().replace(blendshapes=photo_pose.blendshapes)
    quiet = quiet.replace(gaze_left=photo_pose.gaze_left, gaze_right=photo_pose.gaze_right)
    coefficients = effective_blendshapes(quiet)
    seen = float(coefficients[BLINKS[view.eye]])
    coefficients[BLINKS[view.eye]] = 0.0
    moved = np.zeros_like(rig.rest)
    add_blendshapes(moved, coefficients, rig.blend_start, rig.blend_vertex, rig.blend_delta)
    return Hiding(seen, view.relief(rig.deform(quiet)), moved[carrier].astype(np.float64))


@dataclass(frozen=True)
class _Lid:
    """Skin of one eye (K vertices): ``LidVeil``'s height; places and normals (K, 3)."""

    height: Floats
    opened: Floats
    half: Floats
    shut: Floats
    normals: FloatArray


def _below_and_above(lid: _Lid, centre: Floats, seen: float) -> tuple[Floats, Floats]:
    """Places (K, 3) of the lower veil in the open and in the shut eye.

    Args:
        lid: the skin.
        centre: (3,) of the eyeball.
        seen: blink in the photo, at which the veil is still hidden.
    """
    amount = max(_LOWER_SETS_IN, seen + _AFTER_PHOTO)
    # Half-way the eyeball pushes the skin, but not the veil, out of its straight path.
    bulge = lid.half - 0.5 * (lid.opened + lid.shut)
    pushed = np.maximum((bulge * _outwards(lid.half, centre)).sum(1), 0)
    sunk = max(_PROUD * amount / (1 - amount), _SUNK)
    proud = (pushed + sunk * (1 - amount)) / amount
    sink = -sunk * _outwards(lid.opened, centre)
    sink[:, 1] -= _TUCKED * np.clip(1 - np.abs(lid.height) / _TUCK_REACH, 0, 1)
    # Drawn back along a slope it must not come out of it.
    above = (sink * lid.normals).sum(1) + _SUNK
    rest = lid.opened + sink - np.maximum(above, 0)[:, None] * lid.normals
    return rest, lid.shut + proud[:, None] * _outwards(lid.shut, centre)


class _Line:
    """The margins of one eye as functions of x."""

    def __init__(self, opened: Floats, shut: Floats) -> None:
        """``opened`` and ``shut`` are (2, 8, 3), upper and lower, inner to outer corner."""
        order = [np.argsort(margin[:, 0]) for margin in opened]
        self._open = [margin[o] for margin, o in zip(opened, order, strict=True)]
        self._travel = (opened - shut)[0][order[0], 1]
        met = np.concatenate(shut)
        self._met = met[np.argsort(met[:, 0])]
        self._met[1:-1, 1] = (self._met[:-2, 1] + self._met[1:-1, 1] + self._met[2:, 1]) / 3
        self.low, self.high = float(self._met[0, 0]), float(self._met[-1, 0])
        self._inner = float(opened[0, 0, 0])

    def meeting(self, x: Floats) -> Floats:
        """Height at which the lids meet."""
        return np.asarray(np.interp(x, self._met[:, 0], self._met[:, 1]))

    def middle(self, x: Floats) -> Floats:
        """Height half-way between the open margins."""
        return np.asarray(np.mean([np.interp(x, m[:, 0], m[:, 1]) for m in self._open], 0))

    def above(self, x: Floats) -> Floats:
        """Points (K, 2) of the open upper margin, those beyond its corners on these."""
        x = np.clip(x, self._open[0][0, 0], self._open[0][-1, 0])
        return np.column_stack([x, np.interp(x, self._open[0][:, 0], self._open[0][:, 1])])

    def travel(self, x: Floats) -> Floats:
        """How far the upper margin comes down."""
        travel = np.interp(x, self._open[0][:, 0], self._travel)
        return np.asarray(np.maximum(travel, _LEAST_TRAVEL))

    def along(self, x: Floats) -> Floats:
        """0 at the inner, 1 at the outer corner."""
        share = (x - self.low) / (self.high - self.low)
        from_low = abs(self._inner - self.low) < abs(self._inner - self.high)
        return share if from_low else 1 - share


def _outer_triangles(
    head: HeadMesh, shut: Floats, closed: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Skin vertices (K,) and triangles (M, 3) of these that the front sees round a shut eye."""
    low = closed.reshape(-1, 3).min(0)[:2] - (_BESIDE + 0.01, _BELOW + 0.01)
    high = closed.reshape(-1, 3).max(0)[:2] + (_BESIDE + 0.01, _ABOVE + 0.01)
    scale = _GRID / float((high - low).max())
    faces = head.faces[(head.faces < head.skin_count).all(1)]
    box = ((shut[:, :2] > low) & (shut[:, :2] < high)).all(1)
    faces = faces[box[faces].all(1)]
    pixels = ((shut[:, :2] - low) * scale * (1, -1) + (0, _GRID)).astype(np.float32)
    depth = (shut[:, 2].max() + 1 - shut[:, 2]).astype(np.float32)
    hits = rasterize(pixels, depth, faces, _GRID, _GRID)
    seen = np.zeros(len(shut), bool)
    seen[faces[np.unique(hits.triangle[hits.triangle >= 0])]] = True
    a, b, c = (shut[faces[:, i], :2] for i in range(3))
    towards = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] > 0
    skin, inverse = np.unique(faces[seen[faces].all(1) & towards], return_inverse=True)
    return skin.astype(np.intp), inverse.reshape(-1, 3)


def _outwards(places: Floats, centre: Floats) -> Floats:
    """Directions (K, 3) out of the face; level, lest what is sunk looks over the lower margin."""
    away = (places - centre) * (1, 0, 1)
    return np.asarray(away / np.linalg.norm(away, axis=1, keepdims=True))
