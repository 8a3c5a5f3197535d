"""A veil over each eye that only a blink brings out: the closed lids that no open eye shows.

A blink stretches the few pixels of crease and lashes that the photo has above an open eye. Each
lid is therefore drawn a second time: the same triangles in the field of the eyeball, which unroll
over the skin as the eye shuts (`models.animate.veils`). The open eye stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.animate.rig import JOINTS, Rig
from models.animate.veils import Veils
from models.head.assemble import HeadMesh
from models.head.lids import BLINKS
from models.pose import ARKIT_NAMES, Pose
from models.reconstruct.lid_patch import LidPatch

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_SHUT_IN_PHOTO = 0.55
"""From this blink on the photo shows the lids itself."""
_SETS_IN, _AFTER_PHOTO = 0.10, 0.03
"""Least blink at which a veil begins to unroll, and how much more than in the photo it takes."""
_TUCKED, _CORNER = 0.0040, 0.012
"""How far above the open margin a veil begins at the corners of the eye, where landmarks lie on
the eyeball's side of the lid, and how far from these."""
_OVERLAP, _OVERLAP_REACH = 0.0012, 0.008
"""By how much its margin comes before the lower lid, and how far up that is felt."""
_HASTE = 0.5
"""Power of the way of skin that hardly moves: the soft upper border is broad from early on."""
_EDGE_LAG, _EDGE = 3.0, 0.004
"""What is added to that power at the margin, and how far up it is felt."""
_LOWER_LAG = 22.0
"""Power of the way of what is below the margin: lashes that reach the lower lid at last."""
_LASHES = 0.0015
"""Breadth of the line of lashes."""
_AROUND = 0.016
"""How far around a veil skin may come below it."""
_GAP, _SCALE = 0.003, 0.6


@dataclass(frozen=True)
class LidVeil:
    """The closed lids of one eye.

    Attributes:
        part: the eye in whose field it lies.
        blink: index of the coefficient that brings it out.
        skin: (K,) skin vertices on which it lies in the shut eye.
        faces: (M, 3) triangles of these K.
        place: (K, 2) x and y in the shut eye.
        height: (K,) above the line where the lids meet, canonical units, negative below it.
        along: (K,) 0 at the inner, 1 at the outer corner of the eye.
        motion: (K,) share of the margin's travel.
        upper: (K,) bool.
        margin: (K, 6) skin vertices round the point from which it unrolls, at the margin of the
            upper lid; hold: (K, 6) their weights.
        offset: (K, 3, 2) x and y to add, see `models.animate.veils.Veils`.
        sets_in: blink from which it unrolls.
        below: (F, 3) triangles of skin that it may cover.
        eyeball: (4,) centre and radius.
    """

    part: Part
    blink: int
    skin: NDArray[np.intp]
    faces: NDArray[np.int32]
    place: Floats
    height: Floats
    along: Floats
    motion: Floats
    upper: NDArray[np.bool_]
    margin: NDArray[np.int32]
    hold: FloatArray
    offset: FloatArray
    sets_in: float
    below: NDArray[np.int32]
    eyeball: FloatArray

    @property
    def lag(self) -> FloatArray:
        """(K,) powers of the share of its way, see `models.animate.veils.Veils`."""
        upper = _HASTE + (1 - _HASTE) * np.clip(2 * self.motion, 0, 1)
        # The row at the margin lies in folds of its own; the margin is a smooth line.
        upper += _EDGE_LAG * np.exp(-np.maximum(self.height, 0) / _EDGE)
        return np.where(self.upper, upper, _LOWER_LAG).astype(np.float32)

    @property
    def lead(self) -> FloatArray:
        """(K,) heights that are reached at once: the line of lashes is as broad all along."""
        lashes = _LASHES * (1 - np.exp(-np.maximum(self.height, 0) / _LASHES))
        return np.where(self.upper, lashes, 0).astype(np.float32)

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
            veils.append(_veil(head, rig, eye, seen))
    return tuple(veils)


def with_veils(rig: Rig, veils: tuple[LidVeil, ...]) -> Rig:
    """``rig`` with the vertices of the veils behind all others."""
    if not veils:
        return rig
    first = len(rig.rest)
    skin = np.concatenate([veil.skin for veil in veils]).astype(np.int32)
    motion = Veils(
        vertex_start=_starts([veil.skin for veil in veils]),
        vertex=np.arange(first, first + len(skin), dtype=np.int32),
        margin=np.concatenate([veil.margin for veil in veils]),
        hold=np.concatenate([veil.hold for veil in veils]),
        skin=skin,
        offset=np.concatenate([veil.offset for veil in veils]),
        lag=np.concatenate([veil.lag for veil in veils]),
        lead=np.concatenate([veil.lead for veil in veils]),
        face_start=_starts([veil.faces for veil in veils]),
        face=np.concatenate([veil.faces for veil in veils]),
        below_start=_starts([veil.below for veil in veils]),
        below=np.concatenate([veil.below for veil in veils]),
        blink=np.array([veil.blink for veil in veils], np.int32),
        sets_in=np.array([veil.sets_in for veil in veils], np.float32),
        eyeball=np.stack([veil.eyeball for veil in veils]),
    )
    rest = np.concatenate([rig.rest, rig.rest[skin]])
    motion.lay(rest, np.zeros(len(ARKIT_NAMES), np.float32))
    weights = np.concatenate([rig.weights, rig.weights[skin]])
    return replace(rig, rest=rest, weights=weights, veils=motion)


def _starts(rows: list[NDArray[np.generic]]) -> NDArray[np.int32]:
    return np.cumsum([0, *map(len, rows)], dtype=np.int32)


def _veil(head: HeadMesh, rig: Rig, eye: int, seen: float) -> LidVeil:
    """The veil of one eye that is closed by ``seen`` in the photo."""
    count, blink = head.skin_count, BLINKS[eye]
    opened, shut = (
        rig.deform(Pose.neutral().with_blendshapes({ARKIT_NAMES[blink]: share})).astype(np.float64)
        for share in (0.0, 1.0)
    )
    start, mesh = head.eyes[eye]
    centre = rig.pivots[JOINTS.index(("eye_left", "eye_right")[eye])]
    ball = opened[start : start + len(mesh.vertices)] - centre
    opened, shut = opened[:count], shut[:count]
    patch = LidPatch.of(head, eye, opened, shut)
    x = patch.line.above(opened[patch.skin, 0])[:, 0]
    margin, hold = _on_margin(head, eye, opened, x)
    return LidVeil(
        part=(Part.EYE_LEFT, Part.EYE_RIGHT)[eye],
        blink=blink,
        skin=patch.skin,
        faces=patch.faces,
        place=patch.place,
        height=patch.height,
        along=patch.line.along(patch.place[:, 0]),
        motion=patch.motion,
        upper=patch.upper,
        margin=margin,
        hold=hold,
        offset=_offsets(patch, x),
        sets_in=max(_SETS_IN, seen + _AFTER_PHOTO),
        below=_below(head, opened, shut, patch.place),
        eyeball=np.array([*centre, np.linalg.norm(ball, axis=1).max()], np.float32),
    )


def _on_margin(
    head: HeadMesh, eye: int, opened: Floats, x: Floats
) -> tuple[NDArray[np.int32], FloatArray]:
    """Vertices (K, 6) and weights (K, 6) of points of an upper margin.

    Args:
        head: knows the landmarks of the margin of each ``eye``.
        opened: (V, 3) skin with open eyes.
        x: (K,) where, between the first landmark and the last.
    """
    corners, weights = (values[eye, 0] for values in head.lid_margins)
    across = np.einsum("nc,nc->n", weights, opened[corners, 0])
    order = np.argsort(across)
    after = np.clip(np.searchsorted(across[order], x), 1, len(order) - 1)
    low, high = order[after - 1], order[after]
    share = np.clip((x - across[low]) / np.maximum(across[high] - across[low], 1e-6), 0, 1)[:, None]
    hold = np.hstack([(1 - share) * weights[low], share * weights[high]])
    return np.hstack([corners[low], corners[high]]).astype(np.int32), hold.astype(np.float32)


def _offsets(patch: LidPatch, x: Floats) -> FloatArray:
    """``LidVeil.offset`` of vertices that unroll from ``x`` (K,)."""
    offset = np.zeros((len(x), 3, 2), np.float32)
    corner = 1 - np.clip(np.minimum(x - x.min(), x.max() - x) / _CORNER, 0, 1)
    offset[:, 0, 1] = np.where(patch.upper, _TUCKED * corner, 0)
    offset[:, 1, 1] = -_OVERLAP
    offset[:, 2, 1] = -_OVERLAP * np.clip(1 - np.abs(patch.height) / _OVERLAP_REACH, 0, 1) ** 4
    return offset


def _below(head: HeadMesh, opened: Floats, shut: Floats, place: Floats) -> NDArray[np.int32]:
    """Triangles (F, 3) of skin that may come below a veil whose shut lids are at ``place``."""
    low, high = place.min(0) - _AROUND, place.max(0) + _AROUND
    front = float(np.median(shut[:, 2]))
    near = np.zeros(len(shut), bool)
    for skin in (opened, shut):
        near |= ((skin[:, :2] > low) & (skin[:, :2] < high)).all(1) & (skin[:, 2] > front)
    faces = head.faces[(head.faces < head.skin_count).all(1)]
    return np.asarray(faces[near[faces].any(1)], np.int32)
