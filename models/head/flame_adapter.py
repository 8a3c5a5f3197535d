"""A user's FLAME file in the shape of the open head, so that the whole path runs on it.

What FLAME lacks is carried over from the open head, which is first bent into FLAME's average face:
landmarks, regions, where the neck bends into the skull, lids that close. FLAME's eyeballs make
room for our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.errors import BadInput
from models.head.assemble import Region
from models.head.flame import FlameHead
from models.head.flame_arkit import align_flame, apply_arkit_map, fit_arkit_map
from models.head.flame_file import JOINTS, FlameArrays
from models.head.flame_landmarks import place_landmarks
from models.head.flame_regions import head_regions
from models.head.flame_register import Registration, outer_faces, register, unit_jaw
from models.head.gaze import EYE_RADIUS
from models.head.loop_subdivision import loop_subdivision
from models.head.mesh_match import Similarity
from models.head.open_head import FloatArray, IntArray, OpenHeadData
from models.pose import ARKIT_NAMES

_POINTS = ("neck", "head", "jaw", "eye_left", "eye_right")
_NECK, _JAW, _EYES = JOINTS.index("neck"), JOINTS.index("jaw"), [3, 4]
_EYEBALL = 0.9
_FARTHEST = 0.006
"""Mean distance (canonical units) of a face that cannot be matched: 2.6 mm."""
_EYES_APART = 0.045
"""Farthest that eyes may lie from where the matched face has them, canonical units: 2 cm."""
_NO_FACE = "the FLAME file holds no face that the open head can be matched with."
_EYE_RADII = (0.024, 0.042)
_LID_REACH = (0.055, 0.085)
"""Distance from the eye's centre at which the open head's lids begin to give way, and end."""
_LIDS = [
    i
    for i, name in enumerate(ARKIT_NAMES)
    if name.startswith(("eyeBlink", "eyeSquint", "eyeWide", "eyeLookUp", "eyeLookDown"))
]
_SOCKET = 1.3


@dataclass(frozen=True, eq=False, kw_only=True)
class FlameHeadData(OpenHeadData):
    """FLAME's skin as a head: control vertices are FLAME's own, in triangles.

    Attributes:
        triangles: (T, 3) control triangles; ``quads`` is empty.
    """

    triangles: IntArray

    @cached_property
    def subdivision(self) -> sp.csr_matrix:
        """(V, C) map from control vertices to skin vertices."""
        return self._fine[0]

    @cached_property
    def skin_faces(self) -> IntArray:
        """(4 T, 3) skin triangles."""
        return self._fine[1]

    @cached_property
    def _fine(self) -> tuple[sp.csr_matrix, IntArray]:
        return loop_subdivision(self.triangles, self.control_count)


def flame_head_data(flame: FlameArrays, open_head: OpenHeadData) -> FlameHeadData:
    """FLAME in canonical space, aligned with the open head.

    Raises:
        BadInput: when the arrays do not look like a face.
    """
    try:
        return _adapted(_match(flame, open_head))
    except (ValueError, IndexError, np.linalg.LinAlgError) as error:
        # A triangle soup leaves some step without any points.
        raise BadInput(_NO_FACE) from error


def _adapted(source: _Source) -> FlameHeadData:
    flame, open_head = source.flame, source.open_head
    rows, mix = source.skin, _point_mix(source)
    points = source.to_canonical.apply(mix @ flame.template)
    template = np.concatenate([source.vertices[rows], points])
    eyes, eye_radius = template[-2:], _eye_radius(source)
    matrix, fine = loop_subdivision(source.triangles, len(rows))
    skin, jaw = matrix @ source.vertices[rows], matrix @ source.jaw
    shapes = np.moveaxis(flame.shape_basis[..., : len(open_head.shape_basis)], -1, 0)
    shapes = np.stack([np.concatenate([shape[rows], mix @ shape]) for shape in shapes])
    marks = place_landmarks(open_head, source.registration, skin, jaw, fine, eyes, eye_radius)
    return FlameHeadData(
        template=template.astype(np.float32),
        shape_basis=source.turned(shapes),
        blendshapes=np.pad(_blendshapes(source), ((0, 0), (0, len(_POINTS)), (0, 0))),
        quads=np.zeros((0, 4), np.int32),
        joint_weights=_joint_weights(source),
        mirror=_mirror(template[: len(rows)]),
        region=_regions(source, skin, jaw, eyes, eye_radius),
        landmark_triangle=marks.triangle.astype(np.int32),
        landmark_barycentric=marks.barycentric.astype(np.float32),
        landmark_mirror=open_head.landmark_mirror,
        point_names=_POINTS,
        metres_per_unit=1.0 / source.to_canonical.scale,
        eye_radius=eye_radius,
        triangles=source.triangles,
    )


@dataclass(frozen=True, eq=False)
class _Source:
    """FLAME and the open head side by side.

    Attributes:
        flame, open_head: the two.
        joints: (5, 3) FLAME's joints in its own space.
        to_canonical: its alignment.
        vertices: (5023, 3) its neutral vertices in canonical space.
        skin: (C,) vertices that are no eyeball; triangles: (T, 3) among them.
        jaw: (C,) unit jaw weights.
        registration: the open head in its shape.
    """

    flame: FlameArrays
    open_head: OpenHeadData
    joints: FloatArray
    to_canonical: Similarity
    vertices: FloatArray
    skin: NDArray[np.int64]
    triangles: IntArray
    jaw: FloatArray
    registration: Registration

    def turned(self, displacements: NDArray[np.floating]) -> FloatArray:
        """Displacements (..., 3) of FLAME in canonical space."""
        turn = self.to_canonical.scale * self.to_canonical.rotation.T
        return np.asarray(displacements @ turn, np.float32)


def _match(flame: FlameArrays, open_head: OpenHeadData) -> _Source:
    joints = np.asarray(flame.joint_regressor @ flame.template, np.float32)
    skin, triangles = _skin(flame)
    open_skin = open_head.subdivision @ open_head.template[: open_head.control_count]
    open_eyes = open_head.template[[open_head.point("eye_left"), open_head.point("eye_right")]]
    outside = np.isin(open_head.region, (Region.FACE, Region.EAR, Region.NECK))
    faces = outer_faces(open_head, outside)
    to_canonical = align_flame(flame.template, joints[_EYES], open_skin, faces, open_eyes)
    vertices = to_canonical.apply(flame.template).astype(np.float32)
    jaw = unit_jaw(flame.weights[skin, _JAW])
    face = head_regions(open_skin, open_eyes).face & (open_head.region == Region.FACE)
    found = register(open_head, faces, face, vertices[skin], triangles, jaw)
    eyes = found.points[[open_head.point("eye_left"), open_head.point("eye_right")]]
    missed = np.linalg.norm(to_canonical.apply(joints[_EYES]) - eyes, axis=1).max()
    if not (found.distance < _FARTHEST and missed < _EYES_APART):
        raise BadInput(_NO_FACE)
    return _Source(flame, open_head, joints, to_canonical, vertices, skin, triangles, jaw, found)


def _skin(flame: FlameArrays) -> tuple[NDArray[np.int64], IntArray]:
    """FLAME's vertices without eyeballs, and triangles among them."""
    faces = flame.faces[~_eyeballs(flame)[flame.faces].any(1)]
    used, flat = np.unique(faces, return_inverse=True)
    return used.astype(np.int64), flat.reshape(-1, 3).astype(np.int32)


def _eyeballs(flame: FlameArrays) -> NDArray[np.bool_]:
    return np.asarray(flame.weights[:, _EYES].sum(1) > _EYEBALL)


def _point_mix(source: _Source) -> FloatArray:
    """(5, 5023) named points as weighted vertices.

    FLAME's skull turns about its neck joint. Our neck has a second joint at its top: a mix of
    FLAME's joints that lies where the open head has it, so that it moves with the identity.
    """
    joints = source.to_canonical.apply(source.joints)
    open_head = source.open_head
    wanted = source.registration.points[open_head.point("head")]
    corners = np.stack([joints[_NECK], joints[_JAW], joints[_EYES].mean(0)])
    system = np.concatenate([corners[:, 1:].T, np.ones((1, 3))])
    share = np.linalg.lstsq(system, np.append(wanted[1:], 1.0), rcond=None)[0]
    mix = np.zeros((len(_POINTS), len(JOINTS)))
    mix[0, _NECK] = mix[2, _JAW] = mix[3, _EYES[0]] = mix[4, _EYES[1]] = 1.0
    mix[1, [_NECK, _JAW, *_EYES]] = share[0], share[1], share[2] / 2, share[2] / 2
    return np.asarray(mix @ source.flame.joint_regressor, np.float32)


def _eye_radius(source: _Source) -> float:
    """Canonical radius of FLAME's eyeballs, which its lids are modelled round."""
    radii = []
    for joint in _EYES:
        ball = source.flame.weights[:, joint] > _EYEBALL
        if ball.any():
            away = source.flame.template[ball] - source.joints[joint]
            radii.append(np.median(np.linalg.norm(away, axis=1)) * source.to_canonical.scale)
    return float(np.clip(np.mean(radii), *_EYE_RADII)) if radii else EYE_RADIUS


def _blendshapes(source: _Source) -> FloatArray:
    """(52, C, 3) ARKit displacements: FLAME's expressions and jaw, lids from the open head."""
    flame, open_head, found = source.flame, source.open_head, source.registration
    count = open_head.control_count
    moved = np.stack([open_head.subdivision @ shape[:count] for shape in open_head.blendshapes])
    arkit_map = fit_arkit_map(
        flame.template,
        flame.expression_basis,
        found.skin,
        moved,
        head_faces=found.faces,
        alignment=source.to_canonical,
        flame_eyes=source.joints[_EYES],
        jaw_pivot=source.joints[_JAW],
        jaw_weights=flame.weights[:, _JAW],
        head_jaw_weights=open_head.skin_weights[:, 3],
    )
    expression, jaw = apply_arkit_map(arkit_map, np.eye(len(ARKIT_NAMES)))
    with torch.no_grad():
        model = FlameHead(flame)
        posed = model(expression=torch.from_numpy(expression), jaw=torch.from_numpy(jaw))
    shapes = source.turned(posed.numpy()[:, source.skin] - flame.template[source.skin])
    match = found.find(source.vertices[source.skin], source.jaw)
    near = _near_eyes(source)[:, None]
    for index in _LIDS:
        # FLAME's expressions hardly close an eye.
        shapes[index] += near * (match.interpolate(moved[index], found.faces) - shapes[index])
    return shapes


def _near_eyes(source: _Source) -> FloatArray:
    """(C,) 1 on lids, 0 beyond brows."""
    eyes = source.to_canonical.apply(source.joints[_EYES])
    skin = source.vertices[source.skin]
    away = np.linalg.norm(skin[:, None] - eyes, axis=2).min(1)
    near = np.clip((_LID_REACH[1] - away) / (_LID_REACH[1] - _LID_REACH[0]), 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)


def _joint_weights(source: _Source) -> FloatArray:
    """(C, 4) for root, neck, head, jaw; FLAME's skull is divided as the open head's."""
    root, neck, jaw, left, right = source.flame.weights[source.skin].T
    match = source.registration.find(source.vertices[source.skin], source.jaw)
    theirs = match.interpolate(source.open_head.skin_weights, source.registration.faces)
    share = theirs[:, 2] / np.maximum(theirs[:, 1] + theirs[:, 2], 1e-3)
    skull = neck + left + right
    weights = np.stack([root, skull * (1 - share), skull * share, jaw], 1)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


def _mirror(control: NDArray[np.floating]) -> IntArray:
    nearest = cKDTree(control).query(control * (-1.0, 1.0, 1.0))[1]
    return np.asarray(nearest, np.int32)


def _regions(
    source: _Source,
    skin: NDArray[np.floating],
    jaw: NDArray[np.floating],
    eyes: NDArray[np.floating],
    eye_radius: float,
) -> NDArray[np.uint8]:
    """(V,) regions of the fine skin: the open head's, and what lies behind the lids."""
    found = source.registration
    match = found.find(skin, jaw)
    corner = found.faces[match.triangle, match.barycentric.argmax(1)]
    region = source.open_head.region[corner].copy()
    for eye in eyes:
        near = np.linalg.norm(skin - eye, axis=1) < _SOCKET * eye_radius
        region[near & (skin[:, 2] < eye[2])] = Region.EYE_SOCKET
    return np.asarray(region, np.uint8)
