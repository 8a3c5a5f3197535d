"""Cut the head from the body, and tell the regions of the subdivided skin apart."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from head_bake.identity import IdentitySpace
from head_bake.makehuman import BaseMesh, Floats, Ints, Targets
from head_bake.views import parallel_view
from models.head.assemble import Region

_EAR_TARGETS = ("ear-scale-incr", "ear-wing-incr", "ear-trans-up")


def head_quads(mesh: BaseMesh) -> NDArray[np.bool_]:
    """(Q,) body quads of head and neck, with a margin that ``cut_neck`` trims."""
    quads = mesh.quads["body"]
    corners = mesh.vertices[quads]
    height = mesh.vertices[:, 1] - (5.95 - 0.35 * (mesh.vertices[:, 2] - 0.1))
    above = (height[quads] > 0).any(1)
    in_box = (corners[..., 1] > 5.2).all(1) & (np.abs(corners[..., 0]) < 1.2).all(1)
    return np.asarray(above & in_box)


def cut_neck(space: IdentitySpace, quads: Ints) -> tuple[sp.csr_matrix, Ints]:
    """Trim the neck along a tilted plane without a jagged edge.

    Quads with at least two corners above the plane stay; their corners below are pulled up
    along their edges to the plane.

    Args:
        space: identity space; the plane goes through its neck joint.
        quads: (Q, 4) corners among the n skin vertices.

    Returns:
        (C, n) map from skin vertices to control vertices and (Q', 4) control quads.
    """
    skin, neck = space.mean[: space.skin_count], space.mean[space.point("neck")]
    height = skin[:, 1] - (neck[1] + 0.02 - 0.30 * (skin[:, 2] - neck[2]))
    below = height < 0
    kept = quads[(~below)[quads].sum(1) >= 2]
    control = np.unique(kept)
    ends = np.sort(np.stack([kept, np.roll(kept, -1, axis=1)], -1).reshape(-1, 2), axis=1)
    edges = np.unique(ends, axis=0)
    cut = sp.lil_matrix((len(control), space.skin_count))
    for row, vertex in enumerate(control):
        cut[row, vertex] = 1.0
        if not below[vertex]:
            continue
        beside = edges[(edges == vertex).any(1)].sum(1) - vertex
        beside = beside[~below[beside]]
        if len(beside) == 0:
            continue
        share = min(float(np.mean(height[vertex] / (height[vertex] - height[beside]))), 0.95)
        cut[row, vertex] = 1.0 - share
        for other in beside:
            cut[row, other] += share / len(beside)
    renumber = np.full(space.skin_count, -1, np.int32)
    renumber[control] = np.arange(len(control), dtype=np.int32)
    return cut.tocsr(), renumber[kept]


def seen_from_outside(skin: Floats, faces: Ints) -> NDArray[np.bool_]:
    """(F,) triangles that show more than one pixel, not edge-on, in any of 108 views around."""
    corners = skin[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    seen = np.zeros(len(faces), bool)
    for yaw in range(0, 360, 20):
        for pitch in (-60, -30, -10, 10, 30, 60):
            triangle, to_eye = parallel_view(skin, faces, yaw, pitch, size=700, scale=900.0)
            shown, pixels = np.unique(triangle[triangle >= 0], return_counts=True)
            shown = shown[(pixels > 1) & (normal[shown] @ to_eye > 0.05)]
            seen[shown] = True
    return seen


def skin_regions(
    skin: Floats,
    faces: Ints,
    seen: NDArray[np.bool_],
    *,
    mouth: Floats,
    eyes: list[Floats],
    ear: Floats,
    weights: Floats,
) -> NDArray[np.uint8]:
    """``Region`` (V,) of each skin vertex.

    Args:
        skin: (V, 3) average skin, canonical units.
        faces: (F, 3) its triangles.
        seen: (F,) triangles seen from outside.
        mouth: (3,) middle of the upper lip's edge.
        eyes: two (3,) eyeball centres.
        ear: (V,) how much each vertex moves with the ear targets.
        weights: (V, 4) skinning weights for root, neck, head, jaw.
    """
    outer = np.zeros(len(skin), bool)
    outer[faces[seen].ravel()] = True
    region = np.full(len(skin), Region.FACE, np.uint8)
    region[~outer] = Region.HIDDEN
    # The sack of the mouth reaches far back and down; above it lie the nostrils.
    beside, above, before = np.abs(skin - mouth)[:, 0], (skin - mouth)[:, 1], (skin - mouth)[:, 2]
    roof = np.where(before < -0.035, 0.10, 0.045)
    in_mouth = (beside < 0.10) & (above < roof) & (above > -0.15) & (before < 0.01)
    region[~outer & in_mouth] = Region.INNER_MOUTH
    for eye in eyes:
        region[~outer & (np.linalg.norm(skin - eye, axis=1) < 0.07)] = Region.EYE_SOCKET
    region[outer & (ear > 0.55 * ear.max())] = Region.EAR
    region[outer & (weights[:, 0] + weights[:, 1] > 0.6)] = Region.NECK
    return region


def ear_motion(targets: Targets, vertex_count: int) -> Floats:
    """(N,) largest displacement of each base vertex under the targets that move the ears."""
    motion = np.zeros(vertex_count)
    for side in "lr":
        for name in _EAR_TARGETS:
            moved = np.linalg.norm(targets.dense(f"ears/{side}-{name}"), axis=1)
            motion = np.maximum(motion, moved)
    return motion
