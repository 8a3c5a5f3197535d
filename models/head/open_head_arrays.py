"""Constant arrays of the differentiable open head, from the baked data and its assembled mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.animate.rig import JOINTS
from models.head.assemble import LIP_WIDTHS, HeadMesh, Region, _place_mouth
from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER, OUTER_LIPS
from models.head.mouth import MouthRegion
from models.head.open_head import OpenHeadData
from models.pose import ARKIT_INDEX, ARKIT_NAMES

_POINTS = ("neck", "head", "jaw", "eye_left", "eye_right")
MOUTH_LANDMARKS = (OUTER_LIPS[0], OUTER_LIPS[10], INNER_LIPS_UPPER[5], INNER_LIPS_LOWER[5])
"""Right and left corner, middle of the upper and the lower lip."""
# These two choose vertices as ``assemble`` does.
_LID_MOTION = 0.0014
_CHIN_SHARE = 0.9


def linear_rows(data: OpenHeadData) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Rows that are linear in the identity, skin then joints: average and basis."""
    points = [data.point(name) for name in _POINTS]

    def rows(controls: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.concatenate([data.subdivision @ controls[: data.control_count], controls[points]])

    return rows(data.template), np.stack([rows(component) for component in data.shape_basis])


def mouth_frame(data: OpenHeadData) -> tuple[NDArray[np.floating], float]:
    """The generated mouth (N, 3) around the line between the lips, and the width of those lips."""
    landmarks = data.landmark_map @ data.template[: data.control_count]
    right, left, upper, lower = landmarks[list(MOUTH_LANDMARKS)]
    placed = _place_mouth(landmarks)[1]
    width = float(np.clip(np.linalg.norm(right - left), *LIP_WIDTHS))
    return placed - 0.5 * (upper + lower), width


def tongue_reach(mesh: HeadMesh) -> tuple[NDArray[np.integer], NDArray[np.float32]]:
    """Tongue vertices (T,) within the mouth, and the displacement (3,) of its tip in tongueOut."""
    tongue = np.nonzero(mesh.mouth.region == MouthRegion.TONGUE)[0]
    tip = tongue[np.argmax(mesh.rig.rest[mesh.mouth_start + tongue, 2])]
    return tongue, dense_blendshapes(mesh)[ARKIT_INDEX["tongueOut"], mesh.mouth_start + tip]


def dense_blendshapes(mesh: HeadMesh) -> NDArray[np.float32]:
    """(52, W, 3) displacements of the rig."""
    rig = mesh.rig
    dense = np.zeros((len(ARKIT_NAMES), *rig.rest.shape), np.float32)
    owner = np.repeat(np.arange(len(ARKIT_NAMES)), np.diff(rig.blend_start))
    dense[owner, rig.blend_vertex] = rig.blend_delta
    return dense


def chin_vertices(data: OpenHeadData) -> NDArray[np.integer]:
    """Skin vertices that carry the jaw bone."""
    jaw = data.skin_weights[:, JOINTS.index("jaw")]
    return np.nonzero((jaw > _CHIN_SHARE * jaw.max()) & (data.region == Region.FACE))[0]


def lid_vertices(data: OpenHeadData, blend: NDArray[np.float32], blink: str) -> NDArray[np.integer]:
    """Skin vertices that one eye's blink moves; ``blend`` is that of ``dense_blendshapes``."""
    outside = data.region == Region.FACE
    moved = np.linalg.norm(blend[ARKIT_INDEX[blink], : len(outside)], axis=1) > _LID_MOTION
    return np.nonzero(moved & outside)[0]


def all_uv(mesh: HeadMesh) -> NDArray[np.floating]:
    """Texture coordinates (W, 2) of skin, eyeballs and mouth."""
    skin = cylinder_uv(mesh.rig.rest[: mesh.skin_count])
    return np.concatenate([skin, mesh.eyes[0][1].uv, mesh.eyes[1][1].uv, mesh.mouth.uv])


def region_masks(mesh: HeadMesh) -> dict[str, NDArray[np.bool_]]:
    """Vertex masks (W,) by name: skin regions, lids, eyeballs, parts of the mouth."""
    count = len(mesh.rig.rest)
    skin, mouth = np.full(count, -1), np.full(count, -1)
    skin[: mesh.skin_count] = mesh.skin_region
    mouth[mesh.mouth_start :] = mesh.mouth.region
    masks = {region.name.lower(): skin == region for region in Region}
    masks["lids"] = np.isin(np.arange(count), mesh.rig.lid_vertices)
    for name, (start, eye) in zip(("eye_left", "eye_right"), mesh.eyes, strict=True):
        masks[name] = np.zeros(count, bool)
        masks[name][start : start + len(eye.vertices)] = True
    for part in MouthRegion:
        if (mouth == part).any():
            masks[part.name.lower()] = mouth == part
    return masks


def cylinder_uv(skin: NDArray[np.floating]) -> NDArray[np.float32]:
    """Unwrap the skin onto a cylinder around the head's vertical axis.

    Args:
        skin: (V, 3) average skin; the symmetry plane is x = 0.

    Returns:
        (V, 2): u runs from 0 at the back over the subject's right side, 0.5 in front and the left
        side to 1 at the back, where the seam is; v from 0 at the neck's edge to 1 at the crown.
        Mouth sack and eye sockets lie behind the face and share its coordinates.
    """
    x, y, z = np.asarray(skin, np.float64).T
    axis = 0.5 * (z.min() + z.max())
    u = 0.5 + np.arctan2(x, z - axis) / (2.0 * np.pi)
    v = (y - y.min()) / np.ptp(y)
    return np.stack([u, v], 1).astype(np.float32)
