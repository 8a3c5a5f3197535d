"""A FLAME file beside the open head: where it lies in canonical space, and what is where on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.head.assemble import Region
from models.head.flame_arkit import align_flame
from models.head.flame_file import JOINTS, FlameArrays
from models.head.flame_regions import head_regions
from models.head.flame_register import Registration, outer_faces, register, unit_jaw
from models.head.mesh_match import Similarity
from models.head.open_head import FloatArray, IntArray, OpenHeadData

NECK, JAW, EYES = JOINTS.index("neck"), JOINTS.index("jaw"), [3, 4]
EYEBALL = 0.9
"""Weight of an eye joint from which a vertex belongs to the eyeball."""
NO_FACE = (
    "it holds no face that the open head can be matched with; give a FLAME file as its makers "
    "publish it."
)
_FARTHEST = 0.006
"""Mean distance (canonical units) of a face that cannot be matched: 2.6 mm."""
_EYES_APART = 0.045
"""Farthest that eyes may lie from where the matched face has them, canonical units: 2 cm."""


@dataclass(frozen=True, eq=False)
class FlameSource:
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


def match_flame(flame: FlameArrays, open_head: OpenHeadData) -> FlameSource:
    """Lay the two over each other. Raises ``BadInput`` when there is no face."""
    joints = np.asarray(flame.joint_regressor @ flame.template, np.float32)
    skin, triangles = _skin(flame)
    open_skin = open_head.subdivision @ open_head.template[: open_head.control_count]
    open_eyes = open_head.template[[open_head.point("eye_left"), open_head.point("eye_right")]]
    outside = np.isin(open_head.region, (Region.FACE, Region.EAR, Region.NECK))
    faces = outer_faces(open_head, outside)
    to_canonical = align_flame(flame.template, joints[EYES], open_skin, faces, open_eyes)
    vertices = to_canonical.apply(flame.template).astype(np.float32)
    jaw = unit_jaw(flame.weights[skin, JAW])
    face = head_regions(open_skin, open_eyes).face & (open_head.region == Region.FACE)
    found = register(open_head, faces, face, vertices[skin], triangles, jaw)
    eyes = found.points[[open_head.point("eye_left"), open_head.point("eye_right")]]
    missed = np.linalg.norm(to_canonical.apply(joints[EYES]) - eyes, axis=1).max()
    if not (found.distance < _FARTHEST and missed < _EYES_APART):
        raise BadInput(NO_FACE)
    return FlameSource(
        flame, open_head, joints, to_canonical, vertices, skin, triangles, jaw, found
    )


def _skin(flame: FlameArrays) -> tuple[NDArray[np.int64], IntArray]:
    """FLAME's vertices without eyeballs, and triangles among them."""
    faces = flame.faces[~eyeballs(flame)[flame.faces].any(1)]
    used, flat = np.unique(faces, return_inverse=True)
    return used.astype(np.int64), flat.reshape(-1, 3).astype(np.int32)


def eyeballs(flame: FlameArrays) -> NDArray[np.bool_]:
    """(5023,) vertices that turn with an eye alone."""
    return np.asarray(flame.weights[:, EYES].sum(1) > EYEBALL)
