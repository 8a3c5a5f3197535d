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
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.errors import BadInput
from models.head.assemble import Region
from models.head.flame_file import JOINTS, FlameArrays
from models.head.flame_landmarks import place_landmarks
from models.head.flame_shapes import arkit_shapes, flame_expression
from models.head.flame_source import EYEBALL, EYES, JAW, NECK, NO_FACE, FlameSource, match_flame
from models.head.gaze import EYE_RADIUS
from models.head.loop_subdivision import loop_subdivision
from models.head.open_head import FloatArray, IntArray, OpenHeadData

_POINTS = ("neck", "head", "jaw", "eye_left", "eye_right")
_EYE_RADII = (0.024, 0.042)
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
        return _adapted(match_flame(flame, open_head))
    except (ValueError, IndexError, np.linalg.LinAlgError) as error:
        # A triangle soup leaves some step without any points.
        raise BadInput(NO_FACE) from error


def _adapted(source: FlameSource) -> FlameHeadData:
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
    mirror = _mirror(template[: len(rows)])
    expression = flame_expression(source, mirror)
    blendshapes = arkit_shapes(source, expression.arkit_map)
    return FlameHeadData(
        template=template.astype(np.float32),
        shape_basis=source.turned(shapes),
        blendshapes=np.pad(blendshapes, ((0, 0), (0, len(_POINTS)), (0, 0))),
        quads=np.zeros((0, 4), np.int32),
        joint_weights=_joint_weights(source),
        mirror=mirror,
        region=_regions(source, skin, jaw, eyes, eye_radius),
        landmark_triangle=marks.triangle.astype(np.int32),
        landmark_barycentric=marks.barycentric.astype(np.float32),
        landmark_mirror=open_head.landmark_mirror,
        point_names=_POINTS,
        metres_per_unit=1.0 / source.to_canonical.scale,
        eye_radius=eye_radius,
        expression=expression,
        triangles=source.triangles,
    )


def _point_mix(source: FlameSource) -> FloatArray:
    """(5, 5023) named points as weighted vertices.

    FLAME's skull turns about its neck joint. Our neck has a second joint at its top: a mix of
    FLAME's joints that lies where the open head has it, so that it moves with the identity.
    """
    joints = source.to_canonical.apply(source.joints)
    open_head = source.open_head
    wanted = source.registration.points[open_head.point("head")]
    corners = np.stack([joints[NECK], joints[JAW], joints[EYES].mean(0)])
    system = np.concatenate([corners[:, 1:].T, np.ones((1, 3))])
    share = np.linalg.lstsq(system, np.append(wanted[1:], 1.0), rcond=None)[0]
    mix = np.zeros((len(_POINTS), len(JOINTS)))
    mix[0, NECK] = mix[2, JAW] = mix[3, EYES[0]] = mix[4, EYES[1]] = 1.0
    mix[1, [NECK, JAW, *EYES]] = share[0], share[1], share[2] / 2, share[2] / 2
    return np.asarray(mix @ source.flame.joint_regressor, np.float32)


def _eye_radius(source: FlameSource) -> float:
    """Canonical radius of FLAME's eyeballs, which its lids are modelled round."""
    radii = []
    for joint in EYES:
        ball = source.flame.weights[:, joint] > EYEBALL
        if ball.any():
            away = source.flame.template[ball] - source.joints[joint]
            radii.append(np.median(np.linalg.norm(away, axis=1)) * source.to_canonical.scale)
    return float(np.clip(np.mean(radii), *_EYE_RADII)) if radii else EYE_RADIUS


def _joint_weights(source: FlameSource) -> FloatArray:
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
    source: FlameSource,
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
