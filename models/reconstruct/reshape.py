"""What a change of identity moves: the head as its components say, hair with it, the torso not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.animate.rig import JOINTS, Rig
from models.animate.shape_basis import SHAPE_COUNT, ShapeBasis
from models.head.assemble import HeadMesh
from models.head.landmarks import OUTER_LIPS
from models.head.open_head import OpenHeadData

FloatArray = NDArray[np.float32]

_NECK_LENGTH = 0.05
"""Canonical units from the chin to where the torso begins, at least."""
_NEAREST = 12
_NEAR = 0.01
"""Canonical units; vertices nearer than this to the skin move as the nearest point does."""


def shape_basis(head: OpenHeadData, mesh: HeadMesh, rig: Rig) -> ShapeBasis:
    """The first identity components on a person's rig.

    Args:
        head: has the components.
        mesh: the person's head, whose vertices come first in the rig.
        rig: of head, hair and shoulders.
    """
    own = _on_head(head, mesh)
    rest, count = rig.rest, len(mesh.rig.rest)
    delta = np.zeros((SHAPE_COUNT, len(rest), 3), np.float32)
    delta[:, :count] = own
    away, near = cKDTree(mesh.rig.rest[: mesh.skin_count]).query(rest[count:], _NEAREST)
    share = 1.0 / np.maximum(away, _NEAR) ** 2
    share = (share / share.sum(1, keepdims=True)).astype(np.float32)
    for k in range(_NEAREST):
        delta[:, count:] += share[:, k, None] * own[:, near[:, k]]
    delta *= _above_torso(rest, mesh)[:, None]
    return ShapeBasis(delta.astype(np.float16), _of_joints(head))


def _above_torso(rest: FloatArray, mesh: HeadMesh) -> FloatArray:
    """(V,) 1 from the chin up, 0 below the throat.

    By height alone, whatever joint holds a vertex: skin and collar that moved by different shares
    would cut through each other.
    """
    jaw = mesh.rig.weights[: mesh.skin_count, JOINTS.index("jaw")]
    chin = float(mesh.rig.rest[: mesh.skin_count][jaw > 0.5 * jaw.max(), 1].min())
    throat = min(float(mesh.rig.pivots[JOINTS.index("neck"), 1]), chin - _NECK_LENGTH)
    share = np.clip((rest[:, 1] - throat) / (chin - throat), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share), np.float32)


def _on_head(head: OpenHeadData, mesh: HeadMesh) -> FloatArray:
    """(S, H, 3) displacements of a head's skin, eyeballs and mouth."""
    shapes = head.shape_basis[:SHAPE_COUNT]
    own = np.zeros((SHAPE_COUNT, len(mesh.rig.rest), 3), np.float32)
    for shape, delta in zip(shapes, own, strict=True):
        control = shape[: head.control_count]
        delta[: mesh.skin_count] = head.subdivision @ control
        starts = (mesh.eyes[0][0], mesh.eyes[1][0], mesh.mouth_start)
        for name, start, stop in zip(("eye_left", "eye_right"), starts, starts[1:], strict=False):
            delta[start:stop] = shape[head.point(name)]
        lips = head.landmark_map[list(OUTER_LIPS)] @ control
        delta[mesh.mouth_start :] = lips.mean(0)
    return own


def _of_joints(head: OpenHeadData) -> FloatArray:
    pivots = np.zeros((SHAPE_COUNT, len(JOINTS), 3), np.float32)
    for index, joint in enumerate(JOINTS[1:], start=1):
        point = "jaw" if joint == "jaw_bone" else joint
        pivots[:, index] = head.shape_basis[:SHAPE_COUNT, head.point(point)]
    return pivots
