"""A veil over each eye that only a blink brings out: the closed lids that no open eye shows.

A blink stretches the few pixels of crease and lashes that the photo has above an open eye. Each
lid is therefore drawn a second time: the same triangles in the field of the eyeball, lying just
below the skin while the eye is open and just above it once it shuts. The open eye stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.animate.rig import JOINTS, Rig
from models.head.assemble import HeadMesh
from models.head.lids import BLINKS
from models.pose import ARKIT_NAMES, Pose
from models.reconstruct.normals import vertex_normals
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_SUNK, _PROUD = 0.0006, 0.0010
"""How far the veil lies below the skin of an open eye and, at least, above that of a shut one."""
_TUCKED = (0.0015, -0.0030)
"""Height by which it is drawn back from the margins of an open eye, lest it looks out there."""
_TUCK_REACH = 0.008
_OVERLAP = 0.0012
"""By how much the margin of the upper veil comes before the lower one."""
_SETS_IN, _LATER_ABOVE, _LOWER_SETS_IN = 0.35, 0.20, 0.70
"""Least blink at which the upper veil comes out at its margin, how much later at its top, and
that of the lower one."""
_AFTER_PHOTO = 0.15
"""How much more than in the photo an eye must close before the veil comes out."""
_SHUT_IN_PHOTO = 0.55
"""From this blink on the photo shows the lids itself."""
_ABOVE, _BELOW, _BESIDE = 0.040, 0.008, 0.014
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
            veils.append(_veil(head, rig, eye, blink, seen))
    return tuple(veils)


def with_veils(rig: Rig, veils: tuple[LidVeil, ...]) -> Rig:
    """``rig`` with the vertices of the veils behind all others."""
    starts, rows, deltas = [0], [], []
    first = len(rig.rest) + np.cumsum([0, *(len(veil.skin) for veil in veils)])
    local = [np.full(len(rig.rest), -1) for _ in veils]
    for veil, index in zip(veils, local, strict=True):
        index[veil.skin] = np.arange(len(veil.skin))
    for i, (start, stop) in enumerate(zip(rig.blend_start, rig.blend_start[1:], strict=False)):
        moved, delta = [rig.blend_vertex[start:stop]], [rig.blend_delta[start:stop]]
        for veil, index, begin in zip(veils, local, first, strict=False):
            own = index[moved[0]]
            follows = own >= 0
            if i == veil.blink:
                moved.append(np.arange(begin, begin + len(veil.skin), dtype=np.int32))
                delta.append(veil.shift)
            else:
                moved.append((begin + own[follows]).astype(np.int32))
                delta.append(delta[0][follows])
        rows += moved
        deltas += delta
        starts.append(starts[-1] + sum(map(len, moved)))
    copies = [np.zeros(0, np.intp), *(veil.skin for veil in veils)]
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


def _veil(head: HeadMesh, rig: Rig, eye: int, blink: int, seen: float) -> LidVeil:
    """The veil of one eye that the photo shows closed by ``seen``."""
    count, name = head.skin_count, ARKIT_NAMES[blink]
    opened, half, shut = (
        rig.deform(Pose.neutral().with_blendshapes({name: share}))[:count].astype(np.float64)
        for share in (0.0, 0.5, 1.0)
    )
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
    lid = _Lid(height, upper, opened[skin], half[skin], shut[skin])
    faces_of_skin = head.faces[(head.faces < count).all(1)]
    normals = vertex_normals(opened.astype(np.float32), faces_of_skin)[skin]
    centre = rig.pivots[JOINTS.index(("eye_left", "eye_right")[eye])].astype(np.float64)
    rest, out = _below_and_above(lid, normals, centre, seen)
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
    )


@dataclass(frozen=True)
class _Lid:
    """Skin of one eye (K vertices): ``LidVeil``'s height and upper, and places (K, 3)."""

    height: Floats
    upper: NDArray[np.bool_]
    opened: Floats
    half: Floats
    shut: Floats


def _below_and_above(
    lid: _Lid, normals: FloatArray, centre: Floats, seen: float
) -> tuple[Floats, Floats]:
    """Places (K, 3) of the veil in the open and in the shut eye.

    Args:
        lid: the skin; normals: (K, 3) of the open eye.
        centre: (3,) of the eyeball.
        seen: blink in the photo, at which the veil is still hidden.
    """
    threshold = max(_SETS_IN, seen + _AFTER_PHOTO)
    amount = np.where(
        lid.upper,
        threshold + _LATER_ABOVE * np.clip(lid.height / _ABOVE, 0, 1),
        max(_LOWER_SETS_IN, threshold),
    )
    # Half-way the eyeball pushes the skin, but not the veil, out of its straight path.
    bulge = lid.half - 0.5 * (lid.opened + lid.shut)
    pushed = np.maximum((bulge * _outwards(lid.half, centre)).sum(1), 0)
    sunk = np.maximum(_PROUD * amount / (1 - amount), _SUNK)
    proud = (pushed + sunk * (1 - amount)) / amount
    sink = -sunk[:, None] * _outwards(lid.opened, centre)
    sink[:, 1] += np.clip(1 - np.abs(lid.height) / _TUCK_REACH, 0, 1) * np.where(
        lid.upper, *_TUCKED
    )
    # Drawn back along a slope it must not come out of it.
    above = (sink * normals).sum(1) + _SUNK
    rest = lid.opened + sink - np.maximum(above, 0)[:, None] * normals
    out = lid.shut + proud[:, None] * _outwards(lid.shut, centre)
    out[:, 1] -= np.where(lid.upper, _OVERLAP * np.clip(1 - lid.height / _TUCK_REACH, 0, 1) ** 4, 0)
    return rest, out


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
