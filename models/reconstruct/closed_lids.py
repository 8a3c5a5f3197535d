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
from models.reconstruct.lid_patch import LidPatch
from models.reconstruct.lid_path import Hiding, Relief, amounts, unrolled
from models.reconstruct.lower_lid import LidSkin, below_and_above
from models.reconstruct.normals import vertex_normals

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_SHUT_IN_PHOTO = 0.55
"""From this blink on the photo shows the lids itself."""
_NEARLY_SHUT = 0.8
"""Blink from which the veil clears the cornea wherever the eye looks."""
_AROUND = 0.012
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
    patch = LidPatch.of(head, eye, opened, shut)
    skin, upper, line = patch.skin, patch.upper, patch.line
    outside = head.faces[(head.faces < count).all(1)]
    normals = vertex_normals(opened.astype(np.float32), outside)[skin]
    centre = rig.pivots[JOINTS.index(("eye_left", "eye_right")[eye])].astype(np.float64)
    lid = LidSkin(patch.height, opened[skin], half[skin], shut[skin], normals)
    rest, out = below_and_above(lid, centre, seen)
    margin = line.above(opened[skin, 0])
    at_margin = skin[upper][cKDTree(opened[skin[upper], :2]).query(margin)[1]]
    carrier = np.where(upper, at_margin, skin)
    low, high = patch.place[:, 1].min(), opened[skin, 1].max()
    view = _View(head, eye, centre, np.array([line.low, low]), np.array([line.high, high]))
    reliefs = {b: view.relief(at, inflated=b >= _NEARLY_SHUT) for b, at in posed.items()}
    photo = _hiding(view, rig, photo_pose, carrier)
    first, last = unrolled(opened[skin, :2], margin, patch.place, patch.height, reliefs, photo)
    rest[upper], out[upper] = first[upper], last[upper]
    return LidVeil(
        part=(Part.EYE_LEFT, Part.EYE_RIGHT)[eye],
        blink=blink,
        skin=skin,
        faces=patch.faces,
        rest=rest.astype(np.float32),
        shift=(out - rest).astype(np.float32),
        place=patch.place,
        height=patch.height,
        along=line.along(patch.place[:, 0]),
        motion=patch.motion,
        upper=upper,
        carrier=carrier,
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
