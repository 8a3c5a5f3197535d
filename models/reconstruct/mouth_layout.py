"""Where the parts of the mouth lie in canonical space.

The field of the mouth need not look like a mouth: the proxy says where each of its points goes.
Laid out like the pieces of a kit no part hides another in the front plane, and rows of teeth are
unrolled along their arch, so that molars face the front as incisors do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.head.dental_arch import ArchCurve
from models.head.mouth import MouthRegion, arches
from models.head.part_mesh import PartMesh

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_GAP = 0.014
"""Canonical units between two parts."""
_BESIDE = (
    MouthRegion.UPPER_GUM,
    MouthRegion.UPPER_TEETH,
    MouthRegion.LOWER_TEETH,
    MouthRegion.LOWER_GUM,
)
"""Parts that lie beside the sack behind the lips, from above; palate and tongue lie below it."""
_BELOW = {MouthRegion.PALATE: -1.0, MouthRegion.TONGUE: 1.0}
"""Parts below it, and by how many radians the side that is seen turns to the front."""


def lay_out(mouth: PartMesh, placed: FloatArray, low: Floats, high: Floats) -> FloatArray:
    """Canonical positions (N, 3) of the generated mouth.

    Args:
        mouth: as generated, in its own frame.
        placed: (N, 3) its vertices in the head.
        low, high: (3,) corners of the box round the sack behind the lips, which stays in place
            since it shares its rim with them.
    """
    result = np.array(placed, np.float64)
    upper = mouth.region == MouthRegion.UPPER_TEETH
    scale = float(np.ptp(placed[upper, 0])) / float(np.ptp(mouth.vertices[upper, 0]))
    curves = arches()
    top = float(high[1])
    for region in _BESIDE:
        members = mouth.region == region
        curve = curves[0 if region in (MouthRegion.UPPER_TEETH, MouthRegion.UPPER_GUM) else 1]
        flat = _unrolled(curve, mouth.vertices[members].astype(np.float64)) * scale
        flat[:, 0] += high[0] + _GAP - flat[:, 0].min()
        flat[:, 1] += top - flat[:, 1].max()
        flat[:, 2] += high[2] - flat[:, 2].max()
        top = float(flat[:, 1].min()) - _GAP
        result[members] = flat
    bottom = float(low[1])
    for region, angle in _BELOW.items():
        members = mouth.region == region
        result[members] = _pitched(result[members], angle)
        result[members, 1] += bottom - _GAP - result[members, 1].max()
        bottom = float(result[members, 1].min())
    return result.astype(np.float32)


def _pitched(vertices: Floats, angle: float) -> Floats:
    """Vertices (N, 3) turned about x; the top comes to the front at positive angles."""
    middle = vertices.mean(0)
    away, cosine, sine = vertices - middle, np.cos(angle), np.sin(angle)
    turned = np.stack(
        [
            away[:, 0],
            cosine * away[:, 1] - sine * away[:, 2],
            sine * away[:, 1] + cosine * away[:, 2],
        ],
        1,
    )
    return np.asarray(middle + turned)


def _unrolled(curve: ArchCurve, vertices: Floats) -> Floats:
    """Positions (N, 3) along the arch, up, and out of it; the mouth's frame and units."""
    ground = vertices[:, [0, 2]]
    nearest = cKDTree(curve.points).query(ground)[1]
    arc = curve.arc[nearest]
    position, tangent, normal = curve.frame(arc)
    offset = ground - position
    along = arc + np.einsum("ij,ij->i", offset, tangent)
    outward = np.einsum("ij,ij->i", offset, normal)
    return np.stack([along, vertices[:, 1], outward], 1)
