"""Parts of a FLAME head by position.

FLAME's own masks and embeddings come under other terms than its Open file, so that a user may not
have them. Everything is measured in distances between the eye centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class HeadRegions:
    """Vertex masks (V,). ``face`` runs from forehead to chin and cheek to cheek, without ears."""

    face: Mask
    ears: Mask
    neck: Mask


def head_regions(vertices: NDArray[np.floating], eyes: NDArray[np.floating]) -> HeadRegions:
    """Regions of an upright head that looks along +Z.

    Args:
        vertices: (V, 3) neutral vertices.
        eyes: (2, 3) eye centres.
    """
    unit = float(np.linalg.norm(eyes[0] - eyes[1]))
    x, y, z = ((vertices - eyes.mean(0)) / unit).T
    front = z > -0.45
    face = front & (np.abs(x) < 1.15) & (y > -1.9) & (y < 1.1)
    ears = (z < -0.75) & (z > -1.9) & (np.abs(x) > 0.95) & (y > -1.1) & (y < 0.45)
    neck = (y < -1.9) | ((y < -1.2) & (z < -0.8))
    return HeadRegions(face=face, ears=ears & ~neck, neck=neck & ~face)
