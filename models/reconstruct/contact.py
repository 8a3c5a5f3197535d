"""Where shell and bare skin touch, the shell gives way: two surfaces at one depth flicker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.reconstruct.normals import vertex_normals

FloatArray = NDArray[np.float32]

_CLOSE = 0.005
_BELOW = 0.007
_REACH = 0.03


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
