"""A pose as one row of numbers, for filters, tracks and curves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.pose import ARKIT_NAMES, Pose

Vector = NDArray[np.float32]


def _layout() -> dict[str, slice]:
    places, start = {}, 0
    sizes = {"jaw": 3, "neck": 3, "head": 3, "gaze_left": 2, "gaze_right": 2, "translation": 3}
    for name, size in {"blendshapes": len(ARKIT_NAMES), **sizes}.items():
        places[name] = slice(start, start + size)
        start += size
    return places


PLACES: Mapping[str, slice] = _layout()
"""Where each array of a ``Pose`` stands in its row; FLAME's expression, if any, follows."""
WIDTH = PLACES["translation"].stop
EXPRESSION_WIDTH = 100


def to_vector(pose: Pose) -> Vector:
    """Row (68,), or (168,) for a pose with FLAME's expression."""
    parts = [getattr(pose, name) for name in PLACES]
    if pose.expression is not None:
        parts.append(pose.expression)
    return np.concatenate(parts)


def from_vector(row: NDArray[np.floating]) -> Pose:
    """The pose of a row of 68 or 168 numbers."""
    values = {name: row[place] for name, place in PLACES.items()}
    if len(row) > WIDTH:
        values["expression"] = row[WIDTH:]
    return Pose(**values)
