"""Where shell and bare skin touch, the shell gives way: two surfaces at one depth flicker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.reconstruct.normals import vertex_normals

FloatArray = NDArray[np.float32]

_CLOSE = 0.005
_BELOW = 0.007
_REACH = 0.03
_BARE_REACH = 0.14
_RIM_RINGS = 3


def below_skin(shell: FloatArray, skin: FloatArray, faces: NDArray[np.int32]) -> FloatArray:
    """Shell vertices (N, 3), those close to the skin moved a little below it.

    Args:
        shell: (N, 3) vertices in the pose of ``skin``.
        skin: (V, 3) skin vertices, the scalp already sunk below the hair.
        faces: (F, 3) skin triangles.
    """
    nearest = cKDTree(skin).query(shell, distance_upper_bound=_REACH)[1]
    near = np.nonzero(nearest < len(skin))[0]
    normals = vertex_normals(skin, faces)[nearest[near]]
    height = np.einsum("ij,ij->i", shell[near] - skin[nearest[near]], normals)
    # Full within half of the distance, fading out, so that no crease appears where it ends.
    share = np.clip(2 - 2 * np.abs(height) / _CLOSE, 0, 1)
    moved = shell.copy()
    moved[near] -= ((height + _BELOW) * share)[:, None] * normals
    return moved


@dataclass(frozen=True)
class Ground:
    """The outer skin as what other surfaces lie on.

    Attributes:
        points, normals: (M, 3) of its vertices; member: (M,) their indices among all skin.
        rim: (M,) bool, near an open edge.
        tree: of ``points``.
    """

    points: FloatArray
    normals: FloatArray
    member: NDArray[np.int64]
    rim: NDArray[np.bool_]
    tree: cKDTree


def make_ground(skin: FloatArray, faces: NDArray[np.int32]) -> Ground:
    """Of skin vertices (V, 3) those that the outer skin's ``faces`` (F, 3) use."""
    member = np.unique(faces).astype(np.int64)
    points, rim = skin[member], _rim(faces, len(skin))[member]
    return Ground(points, vertex_normals(skin, faces)[member], member, rim, cKDTree(points))


def below_bare_skin(
    shell: FloatArray,
    share: FloatArray,
    ground: Ground,
    bare: FloatArray,
    height: float = -_BELOW,
) -> tuple[FloatArray, FloatArray]:
    """Shell vertices (N, 3) that stand over bare skin, moved below it however far they are.

    The relief knows one outline only; where a cheek is that outline, its side would stand there
    like a collar as soon as the head turns.  Near the open rim of the neck the shell stays: it
    closes the gap there.

    Args:
        shell: (N, 3) vertices in the pose of the skin.
        share: (N,) 0..1, how surely the vertex itself shows skin in the photo.
        ground: the outer skin.
        bare: (V,) 0..1, how surely the skin is bare.
        height: over the skin, where moved vertices end up; what is lower already stays.

    Returns:
        The moved vertices, and how far each has gone, 0..1.
    """
    near = np.nonzero(share > 0)[0]
    nearest = ground.tree.query(shell[near], distance_upper_bound=_BARE_REACH)[1]
    found = nearest < len(ground.points)
    near, nearest = near[found], nearest[found]
    wanted = np.clip(2 * np.minimum(share[near], bare[ground.member[nearest]]) - 0.5, 0, 1)
    if height < 0:
        wanted *= ~ground.rim[nearest]
    normals, apart = ground.normals[nearest], shell[near] - ground.points[nearest]
    above = np.einsum("ij,ij->i", apart, normals) > height
    wanted *= above | (np.linalg.norm(apart, axis=1) > 2 * abs(height))
    floor = ground.points[nearest] + height * normals
    moved, gone = shell.copy(), np.zeros(len(shell), np.float32)
    moved[near] += wanted[:, None] * (floor - shell[near])
    gone[near] = wanted
    return moved, gone


def _rim(faces: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    """(V,) vertices within a few rings of an open edge."""
    sides = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ends = np.sort(sides, 1).astype(np.int64)
    side, uses = np.unique(ends[:, 0] * count + ends[:, 1], return_counts=True)
    rim = np.zeros(count, bool)
    rim[np.concatenate(np.divmod(side[uses == 1], count))] = True
    for _ in range(_RIM_RINGS):
        rim[faces[rim[faces].any(1)]] = True
    return rim
