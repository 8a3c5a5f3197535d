"""Where hair ends at the back of the head, which the photo does not show.

Hair does not end along a line: over a finger's breadth fewer and fewer strands lie on the skin,
and the skin is in the hair's shade.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.head.assemble import Region
from models.reconstruct.canvas import Canvas
from models.reconstruct.relief import BACK
from models.reconstruct.surface import Surface

FloatArray = NDArray[np.float32]

_FEATHER, _SHADE = 0.045, 0.13
"""Canonical units from hair over which strands get sparse, and over which it shades the skin."""
_DARKEST, _TO_FACE = 0.3, 3.0
_STRAY = 0.3
"""How much strands differ in where they end, share of the feather."""


def hair_above(surface: Surface, canvas: Canvas, shown: FloatArray) -> FloatArray:
    """Distance (V,) of head vertices to the hair of the back, infinite where none counts.

    Skin (S,) counts that the photo has ``shown`` (S,) 0..1 neither here nor on the other side of
    the head, and hair only: a hat ends along a line.
    """
    head, shell, start = surface.head, surface.shell, surface.shell_start
    away = np.full(start, np.inf, np.float32)
    solid = np.unique(shell.faces[~shell.soft])
    grown = (shell.hair > 0.5) & (shell.hangs < 0.5) & (shell.sheet == BACK)
    hair = solid[grown[solid]]
    hat = (canvas.classes["clothes"] + canvas.classes["other"])[: canvas.size // 2].sum()
    real = canvas.classes["hair"][: canvas.size // 2].sum()
    bare = np.maximum(shown, shown[head.skin_mirror]) < 0.1
    bare &= head.skin_region != Region.EAR
    if not len(hair) or hat > real or not bare.any():
        return away
    tree = cKDTree(surface.photo[start + hair])
    away[: head.skin_count][bare] = tree.query(surface.photo[: head.skin_count][bare])[0]
    # Before the ears a beard or sideburns would be meant.
    depth = head.rig.rest[: head.skin_count, 2]
    behind = float(np.median(depth[head.skin_region == Region.EAR]))
    away[: head.skin_count] += _TO_FACE * np.maximum(depth - behind + _FEATHER / 2, 0)
    return away


def strands_and_shade(away: FloatArray, strands: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of hair (N,) that lies on skin, and the share (N,) of light that skin gets there.

    Args:
        away: (N,) distance to the hair; strands: (N,) their brightness about 0 with deviation 1.
    """
    near = np.clip(1 - away / _FEATHER, 0, 1)
    cover = np.clip(2 * near - 0.5 + _STRAY * strands, 0, 1) * np.clip(4 * near, 0, 1)
    shade = np.clip(1 - away / _SHADE, 0, 1)
    return cover.astype(np.float32), (1 - _DARKEST * shade * shade).astype(np.float32)
