"""FLAME components that nobody made: smooth bumps on whatever rig is at hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from models.animate.expression_basis import ExpressionBasis, mirror_map
from models.animate.rig import Rig
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


def expressive(avatar: Avatar) -> Avatar:
    """The avatar as if it had been built on a FLAME head."""
    proxy = replace(avatar.parts.proxy, rig=with_expression(avatar.parts.proxy.rig))
    origin = replace(avatar.parts.origin, head="flame", head_file="made_up.npz")
    return Avatar(replace(avatar.parts, proxy=proxy, origin=origin))
