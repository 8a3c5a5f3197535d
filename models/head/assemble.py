"""One fitted person as a rigged mesh: skin, eyeballs and mouth, without hair and shoulders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from models.animate.expression_basis import ExpressionBasis
from models.animate.proxy import Part
from models.animate.rig import JOINTS, Rig
from models.animate.rotation import gaze_matrix, matrix_axis_angle, rigid_fit
from models.head.eyeball import eyeball
from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER, OUTER_LIPS
from models.head.lids import blink_shapes, lid_maps
from models.head.lips import lip_seal
from models.head.mouth import MouthRegion, mouth_parts
from models.head.open_head import OpenHeadData
from models.head.part_mesh import PartMesh, merge_parts
from models.head.tidy import flatten, tuck_behind
from models.pose import ARKIT_INDEX

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int32]

_MOUTH_WIDTH = 0.050
"""Metres between the mouth corners for which ``mouth_parts`` has its default size."""
LIP_WIDTHS = (0.085, 0.122)
"""Canonical units between the corners for which teeth are made; wider lips are a smile's rest."""
_TEETH_BEHIND_LIPS = 0.0085
_TEETH_ABOVE_LINE = -0.0008
_TONGUE_DOWN = 0.004
_LID_THICKNESS = 0.0008


class Region(IntEnum):
    """What a skin vertex belongs to; values stand in the head file."""

    FACE = 0
    INNER_MOUTH = 1
    EYE_SOCKET = 2
    HIDDEN = 3
    EAR = 4
    NECK = 6


@dataclass(frozen=True)
class HeadMesh:
    """A fitted head. Vertices: skin, left eyeball, right eyeball, mouth.

    Attributes:
        rig: motion of all vertices.
        faces: (F, 3) int32.
        part: (F,) uint8 ``Part``.
        skin_count: number of skin vertices, which come first.
        skin_region: (skin_count,) ``Region``.
        skin_mirror: (skin_count,) skin vertex at the mirrored place.
        eyes: first vertex and mesh of the left and the right eyeball (unit frame).
        mouth_start: first vertex of the mouth.
        mouth: the generated mouth in its own frame.
        lid_margins: vertices and weights, both (2, 2, 8, 3), of eight points on the upper and the
            lower margin of the left and the right eye, from the inner to the outer corner.
    """

    rig: Rig
    faces: IntArray
    part: NDArray[np.uint8]
    skin_count: int
    skin_region: NDArray[np.uint8]
    skin_mirror: IntArray
    eyes: tuple[tuple[int, PartMesh], tuple[int, PartMesh]]
    mouth_start: int
    mouth: PartMesh
    lid_margins: tuple[IntArray, FloatArray]


@dataclass(frozen=True)
class Identity:
    """What makes a head one person's.

    Attributes:
        shape: (64,) identity coefficients.
        offsets: (V, 3) neutral skin displacement.
        iris_ratio: iris radius over eyeball radius.
        eye_axis: (2, 2) yaw and pitch of the left and right eyeball at gaze zero, radians.
        ears: how far the left and the right ear stand off, 0 (hidden below hair) to 1.
        seal_release: mouth opening at which the lips of the photo need no closing any more.
    """

    shape: FloatArray
    offsets: FloatArray
    iris_ratio: float
    eye_axis: FloatArray
    ears: tuple[float, float] = (1.0, 1.0)
    seal_release: float = 0.15


def assemble_head(head: OpenHeadData, identity: Identity) -> HeadMesh:
    """Build the rigged head of one person."""
    points = head.points(identity.shape)
    skin = np.asarray(head.subdivision @ points[: head.control_count], np.float32)
    skin = _ears_as_seen(head, skin + identity.offsets, identity.ears)
    landmarks = skin_landmarks(head, skin)
    outer = head.skin_faces[_skin_part(head) == Part.HEAD]
    seal = lip_seal(landmarks, skin, head.skin_weights[:, 3], outer)
    landmarks = skin_landmarks(head, skin + seal)
    eye = eyeball(iris_radius=float(np.clip(identity.iris_ratio, 0.28, 0.5)))
    centres = np.stack([points[head.point("eye_left")], points[head.point("eye_right")]])
    eyes = [
        centre + head.eye_radius * eye.vertices @ gaze_matrix(*axis).T
        for centre, axis in zip(centres, identity.eye_axis, strict=True)
    ]
    mouth, mouth_vertices = _place_mouth(landmarks, sack=not _has_sack(head))
    teeth = np.isin(mouth.region, (MouthRegion.UPPER_TEETH, MouthRegion.LOWER_TEETH))
    mouth_vertices = tuck_behind(mouth_vertices, teeth, skin + seal, outer)
    vertices = np.concatenate([skin, *eyes, mouth_vertices]).astype(np.float32)
    starts = np.cumsum([0, len(skin), len(eye.vertices), len(eye.vertices)])
    return HeadMesh(
        rig=_rig(head, vertices, points, centres, skin, eye, mouth, seal, identity.seal_release),
        faces=np.concatenate(
            [
                head.skin_faces,
                eye.faces + starts[1],
                eye.faces + starts[2],
                mouth.faces + starts[3],
            ]
        ).astype(np.int32),
        part=np.concatenate(
            [
                _skin_part(head),
                np.full(len(eye.faces), Part.EYE_LEFT, np.uint8),
                np.full(len(eye.faces), Part.EYE_RIGHT, np.uint8),
                np.full(len(mouth.faces), Part.MOUTH, np.uint8),
            ]
        ),
        skin_count=len(skin),
        skin_region=_region(head),
        skin_mirror=head.skin_mirror,
        eyes=((int(starts[1]), eye), (int(starts[2]), eye)),
        mouth_start=int(starts[3]),
        mouth=mouth,
        lid_margins=_lid_margins(head),
    )


def _lid_margins(head: OpenHeadData) -> tuple[IntArray, FloatArray]:
    rows = np.array([(lids.upper, lids.lower) for lids in lid_maps(head)])
    corners = head.skin_faces[head.landmark_triangle[rows]]
    return corners.astype(np.int32), head.landmark_barycentric[rows].astype(np.float32)


def _ears_as_seen(head: OpenHeadData, skin: FloatArray, ears: tuple[float, float]) -> FloatArray:
    """Lay ears towards the head; one that hair hides would poke through it."""
    for share, side in zip(ears, (1.0, -1.0), strict=True):
        if share < 1.0:
            skin = laid_ear(head, skin, side, share)
    return skin


def laid_ear(head: OpenHeadData, skin: FloatArray, side: float, share: float) -> FloatArray:
    """Skin with one ear (``side`` +1 left, -1 right) standing off by ``share`` of its own."""
    ear = (head.region == Region.EAR) & (skin[:, 0] * side > 0)
    flat = flatten(skin, head.skin_faces, ear)
    return np.asarray(flat + share * (skin - flat), np.float32)


def skin_landmarks(head: OpenHeadData, skin: FloatArray) -> FloatArray:
    """(468, 3) landmarks on skin vertices (V, 3)."""
    corners = skin[head.skin_faces[head.landmark_triangle]]
    return np.asarray(np.einsum("nc,ncd->nd", head.landmark_barycentric, corners), np.float32)


def _skin_part(head: OpenHeadData) -> NDArray[np.uint8]:
    """The sack behind the lips belongs to the mouth: it lies behind them in every front view."""
    inner = _region(head)[head.skin_faces] == Region.INNER_MOUTH
    return np.where(inner.all(1), Part.MOUTH, Part.HEAD).astype(np.uint8)


def _region(head: OpenHeadData) -> NDArray[np.uint8]:
    """(V,) ``Region``; patches of the face that the sack behind the lips encloses belong to it."""
    inner = np.asarray(head.region == Region.INNER_MOUTH)
    face = np.asarray(head.region == Region.FACE)
    linked = head.skin_faces[face[head.skin_faces].all(1)]
    ends = np.concatenate([linked[:, [0, 1]], linked[:, [1, 2]]])
    links = sp.coo_matrix((np.ones(len(ends)), ends.T), (len(face), len(face)))
    count, patch = connected_components(links, directed=False)
    outside = np.bincount(patch[face], minlength=count).argmax()
    beside = np.zeros(count, bool)
    beside[patch[head.skin_faces[inner[head.skin_faces].any(1)]]] = True
    inner |= face & beside[patch] & (patch != outside)
    return np.where(inner, Region.INNER_MOUTH, head.region).astype(np.uint8)


def _has_sack(head: OpenHeadData) -> bool:
    """Whether the skin goes on behind the lips; FLAME's ends there."""
    return bool((head.region == Region.INNER_MOUTH).any())


def _place_mouth(
    landmarks: NDArray[np.floating], *, sack: bool = False
) -> tuple[PartMesh, NDArray[np.floating]]:
    """The generated mouth and its vertices in canonical space, behind the closed lips.

    ``sack`` puts a cavity round it, for skin that has none.
    """
    corners = landmarks[[OUTER_LIPS[0], OUTER_LIPS[10]]]
    width = float(np.clip(np.linalg.norm(corners[0] - corners[1]), *LIP_WIDTHS))
    units_per_metre = width / _MOUTH_WIDTH
    parts = mouth_parts()
    if not sack:
        parts.pop(MouthRegion.CAVITY)
    parts[MouthRegion.TONGUE].vertices[:, 1] -= _TONGUE_DOWN
    mouth = merge_parts(parts.values())
    middle = [INNER_LIPS_UPPER[5], INNER_LIPS_LOWER[5]]
    line = landmarks[middle].mean(0)
    offset = np.array([0.0, _TEETH_ABOVE_LINE, -_TEETH_BEHIND_LIPS]) * units_per_metre
    return mouth, line + offset + units_per_metre * mouth.vertices


def _rig(
    head: OpenHeadData,
    vertices: FloatArray,
    points: FloatArray,
    centres: FloatArray,
    skin: FloatArray,
    eye: PartMesh,
    mouth: PartMesh,
    seal: FloatArray,
    seal_release: float,
) -> Rig:
    weights = np.zeros((len(vertices), len(JOINTS)), np.float32)
    weights[: len(skin), :4] = head.skin_weights
    row = len(skin)
    for joint in ("eye_left", "eye_right"):
        weights[row : row + len(eye.vertices), JOINTS.index(joint)] = 1.0
        row += len(eye.vertices)
    weights[row:, JOINTS.index("jaw_bone")] = mouth.jaw
    weights[row:, JOINTS.index("head")] = 1.0 - mouth.jaw
    pivots = np.zeros((len(JOINTS), 3), np.float32)
    for joint, point in (("neck", "neck"), ("head", "head"), ("jaw", "jaw"), ("jaw_bone", "jaw")):
        pivots[JOINTS.index(joint)] = points[head.point(point)]
    pivots[JOINTS.index("eye_left")], pivots[JOINTS.index("eye_right")] = centres
    blinks = blink_shapes(head, skin_landmarks(head, skin))
    start, vertex, delta = _sparse_blendshapes(head, mouth, row, vertices, blinks)
    lids, sphere = _lids(head, skin, centres)
    sealed = np.nonzero(np.abs(seal).max(1) > 1e-5)[0].astype(np.int32)
    return Rig(
        rest=vertices,
        blend_start=start,
        blend_vertex=vertex,
        blend_delta=delta,
        weights=weights,
        pivots=pivots,
        jaw_motion=_jaw_motion(head, skin, pivots[JOINTS.index("jaw")]),
        lid_vertices=lids,
        lid_sphere=sphere,
        seal_vertex=sealed,
        seal_delta=seal[sealed],
        seal_release=np.array([seal_release], np.float32),
        expression=_expression(head, len(vertices)),
    )


def _expression(head: OpenHeadData, count: int) -> ExpressionBasis | None:
    """FLAME's components on the skin of a rig of ``count`` vertices; eyes and teeth stay."""
    own = head.expression
    if own is None:
        return None
    following = head.subdivision.tocsr().copy()
    following.resize(count, following.shape[1])
    wide = head.blendshapes[ARKIT_INDEX["jawOpen"], : head.control_count]
    apart = _lips_apart(head, np.concatenate([own.basis, wide[None]]))
    return ExpressionBasis.of(own.basis, following, apart[:-1] / max(apart[-1], 1e-4), own.mirror)


def _lips_apart(head: OpenHeadData, shapes: FloatArray) -> FloatArray:
    """(N,) by how much displacements (N, C, 3) of control vertices part the inner lips."""
    rows = head.landmark_map
    upper, lower = rows[list(INNER_LIPS_UPPER)], rows[list(INNER_LIPS_LOWER)]
    heights = shapes[:, :, 1].T
    return np.asarray((upper @ heights).mean(0) - (lower @ heights).mean(0), np.float32)


def _sparse_blendshapes(
    head: OpenHeadData,
    mouth: PartMesh,
    mouth_start: int,
    vertices: FloatArray,
    blinks: dict[int, tuple[NDArray[np.intp], FloatArray]],
) -> tuple[IntArray, IntArray, FloatArray]:
    starts, rows, deltas = [0], [], []
    for index, (moved, delta) in enumerate(head.skin_blendshapes):
        if index in blinks:
            moved, delta = blinks[index]
        if index == ARKIT_INDEX["tongueOut"]:
            out, reach = _tongue_out(mouth, vertices[mouth_start:])
            moved, delta = np.append(moved, out + mouth_start), np.concatenate([delta, reach])
        rows.append(moved)
        deltas.append(delta)
        starts.append(starts[-1] + len(moved))
    return (
        np.asarray(starts, np.int32),
        np.concatenate(rows).astype(np.int32),
        np.concatenate(deltas).astype(np.float32),
    )


def _tongue_out(mouth: PartMesh, placed: FloatArray) -> tuple[IntArray, FloatArray]:
    """Displacement of the tongue for ``tongueOut``: its tip slides out over the lower lip."""
    tongue = np.nonzero(mouth.region == MouthRegion.TONGUE)[0]
    depth = placed[tongue, 2]
    share = (depth - depth.min()) / np.ptp(depth)
    reach = share[:, None] ** 2 * np.array([0.0, 0.007, 0.076])
    return tongue.astype(np.int32), np.asarray(reach, np.float32)


def _jaw_motion(head: OpenHeadData, skin: FloatArray, pivot: FloatArray) -> FloatArray:
    """(52, 6) rigid motion of the chin bone in each coefficient whose name begins with jaw."""
    jaw = head.skin_weights[:, 3]
    chin = (jaw > 0.9 * jaw.max()) & (head.region == Region.FACE)
    motion = np.zeros((len(ARKIT_INDEX), 6), np.float32)
    for name, index in ARKIT_INDEX.items():
        if not name.startswith("jaw"):
            continue
        way = head.subdivision @ head.blendshapes[index, : head.control_count]
        rotation, shift = rigid_fit(skin[chin], skin[chin] + way[chin])
        motion[index, :3] = matrix_axis_angle(rotation)
        motion[index, 3:] = shift - (pivot - rotation @ pivot)
    return motion


def _lids(head: OpenHeadData, skin: FloatArray, centres: FloatArray) -> tuple[IntArray, FloatArray]:
    """Skin vertices of the lids and the sphere (centre, radius) that each must stay outside of."""
    blinks = [ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"]]
    shapes = np.stack(
        [head.subdivision @ head.blendshapes[i, : head.control_count] for i in blinks]
    )
    outside = head.region == Region.FACE
    rows, spheres = [], []
    for shape, centre in zip(shapes, centres, strict=True):
        moved = np.linalg.norm(shape, axis=1) > 0.0014
        near = np.linalg.norm(skin - centre, axis=1) < 1.35 * head.eye_radius
        lid = np.nonzero(moved & near & outside)[0]
        rows.append(lid)
        sphere = np.append(centre, head.eye_radius + _LID_THICKNESS)
        spheres.append(np.broadcast_to(sphere, (len(lid), 4)))
    return np.concatenate(rows).astype(np.int32), np.concatenate(spheres).astype(np.float32)
