"""How the lower part of a veil comes out: from below the skin of an open eye to above a shut one's.

Lower lids hardly move, so it follows its own skin; the upper part unrolls, see ``lid_path``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_SUNK, _PROUD = 0.0006, 0.0010
"""How far it lies below the skin of an open eye and, at least, above that of a shut one."""
_TUCKED, _TUCK_REACH = 0.0030, 0.008
"""Height by which it is drawn back from the margin of an open eye, lest it looks out there."""
_SETS_IN, _AFTER_PHOTO = 0.70, 0.15
"""Least blink at which it comes out, and how much more than in the photo an eye must close."""


@dataclass(frozen=True)
class LidSkin:
    """Skin of one eye, K vertices.

    Attributes:
        height: (K,) above the line where the lids meet, canonical units.
        opened, half, shut: (K, 3) places at blinks of 0, 0.5 and 1.
        normals: (K, 3) of the open eye.
    """

    height: Floats
    opened: Floats
    half: Floats
    shut: Floats
    normals: FloatArray


def below_and_above(lid: LidSkin, centre: Floats, seen: float) -> tuple[Floats, Floats]:
    """Places (K, 3) of the lower veil in the open and in the shut eye.

    Args:
        lid: the skin.
        centre: (3,) of the eyeball.
        seen: blink in the photo, at which the veil is still hidden.
    """
    amount = max(_SETS_IN, seen + _AFTER_PHOTO)
    # Half-way the eyeball pushes the skin, but not the veil, out of its straight path.
    bulge = lid.half - 0.5 * (lid.opened + lid.shut)
    pushed = np.maximum((bulge * _outwards(lid.half, centre)).sum(1), 0)
    sunk = max(_PROUD * amount / (1 - amount), _SUNK)
    proud = (pushed + sunk * (1 - amount)) / amount
    sink = -sunk * _outwards(lid.opened, centre)
    sink[:, 1] -= _TUCKED * np.clip(1 - np.abs(lid.height) / _TUCK_REACH, 0, 1)
    # Drawn back along a slope it must not come out of it.
    above = (sink * lid.normals).sum(1) + _SUNK
    rest = lid.opened + sink - np.maximum(above, 0)[:, None] * lid.normals
    return rest, lid.shut + proud[:, None] * _outwards(lid.shut, centre)


def _outwards(places: Floats, centre: Floats) -> Floats:
    """Directions (K, 3) out of the face; level, lest what is sunk looks over the lower margin."""
    away = (places - centre) * (1, 0, 1)
    return np.asarray(away / np.linalg.norm(away, axis=1, keepdims=True))
