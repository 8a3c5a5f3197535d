"""FLAME components that nobody made, on whatever rig is at hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from models.animate.expression_basis import ExpressionBasis, mirror_map
from models.animate.rig import JOINTS, Rig
from models.animate.shape_basis import SHAPE_COUNT, ShapeBasis
from models.avatar import Avatar

COUNT = 100
_NEAR = 0.14
_REACH = 0.03


def with_expression(rig: Rig, seed: int = 0) -> Rig:
    """The rig with components that move its face, which looks along +Z from about the origin."""
    rng = np.random.default_rng(seed)
    rest = rig.rest
    face = np.flatnonzero((np.linalg.norm(rest[:, :2], axis=1) < _NEAR) & (rest[:, 2] > 0.05))
    controls = rest[face[:: max(1, len(face) // 300)]]
    centres = controls[rng.integers(0, len(controls), COUNT)]
    away = np.linalg.norm(controls - centres[:, None], axis=2)
    ways = 0.01 * rng.normal(size=(COUNT, 1, 3))
    basis = np.exp(-((away / _REACH) ** 2))[..., None] * ways
    nearest = np.linalg.norm(rest[face][:, None] - controls, axis=2).argmin(1)
    following = sp.csr_matrix(
        (np.ones(len(face)), (face, nearest)), shape=(len(rest), len(controls))
    )
    twin = np.linalg.norm(controls * (-1, 1, 1) - controls[:, None], axis=2).argmin(1)
    opening = np.zeros(COUNT)
    expression = ExpressionBasis.of(basis, following, opening, mirror_map(basis, twin))
    return replace(rig, expression=expression)


def with_shape(rig: Rig) -> Rig:
    """The rig with components that make the head wider, longer, and so on."""
    ways = np.random.default_rng(5).normal(size=(SHAPE_COUNT, 3, 3))
    ways[0] = np.diag([1.0, 0.0, 0.0])
    scale = np.float32(0.03) * ways.astype(np.float32)
    free = (1.0 - rig.weights[:, JOINTS.index("root"), None]) * rig.rest
    delta = np.einsum("vc,scd->svd", free, scale).astype(np.float16)
    pivots = np.einsum("jc,scd->sjd", rig.pivots, scale).astype(np.float32)
    return replace(rig, shape=ShapeBasis(delta, pivots))


def expressive(avatar: Avatar) -> Avatar:
    """The avatar as if it had been built on a FLAME head."""
    rig = with_shape(with_expression(avatar.parts.proxy.rig))
    proxy = replace(avatar.parts.proxy, rig=rig)
    origin = replace(avatar.parts.origin, head="flame", head_file="made_up.npz")
    return Avatar(replace(avatar.parts, proxy=proxy, origin=origin))
