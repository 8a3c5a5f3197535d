"""What of a pose belongs together, so that it can be taken from somewhere else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from models.pose import ARKIT_INDEX, Pose
from studio.session.regions import REGIONS

_JAW_HELPER = "mouthClose"
"""It takes back what the jaw opens, so it goes with the jaw."""

PART_COEFFICIENTS: Mapping[str, tuple[str, ...]] = {
    "brows": REGIONS["brows"],
    "eyes": REGIONS["eyelids"],
    "gaze": REGIONS["eye look"],
    "cheeks": REGIONS["cheeks and nose"],
    "mouth": tuple(name for name in REGIONS["mouth"] if name != _JAW_HELPER),
    "jaw": (*REGIONS["jaw"], _JAW_HELPER),
    "tongue": REGIONS["tongue"],
    "head": (),
}
"""Every coefficient stands in exactly one part; ``gaze``, ``jaw`` and ``head`` turn joints too."""

PARTS = tuple(PART_COEFFICIENTS)
FACE_PARTS = frozenset({"brows", "eyes", "cheeks", "mouth", "jaw", "tongue"})
"""What an expression is made of."""
_JOINTS = {
    "gaze": ("gaze_left", "gaze_right"),
    "jaw": ("jaw",),
    "head": ("neck", "head", "translation"),
}
_ROWS = {
    part: np.array([ARKIT_INDEX[name] for name in names], np.intp)
    for part, names in PART_COEFFICIENTS.items()
}


def taking(base: Pose, other: Pose, parts: Collection[str]) -> Pose:
    """``base`` with the given parts of ``other``.

    FLAME's expression, which knows no parts, goes with the whole face.
    """
    if len(parts) == len(PARTS):
        return other
    coefficients = base.blendshapes.copy()
    changes = {}
    for part in parts:
        coefficients[_ROWS[part]] = other.blendshapes[_ROWS[part]]
        changes.update({name: getattr(other, name) for name in _JOINTS.get(part, ())})
    if FACE_PARTS <= set(parts):
        changes["expression"] = other.expression
    return base.replace(blendshapes=coefficients, **changes)
