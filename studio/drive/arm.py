"""Which parts of the face a source moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.errors import BadInput
from models.pose import Pose
from studio.session.pose_parts import FACE_PARTS, PARTS, taking

ALL = frozenset(PARTS)
GROUPS: Mapping[str, frozenset[str]] = {
    "expression": FACE_PARTS,
    "lips": frozenset({"mouth", "jaw", "tongue"}),
    **{part: frozenset({part}) for part in PARTS},
}
"""What people ask for, as parts."""


def armed_parts(names: Iterable[str]) -> frozenset[str]:
    """The parts that names of parts and groups mean together. Raises ``BadInput``."""
    parts: set[str] = set()
    for name in names:
        if name not in GROUPS:
            raise BadInput(f"{name!r} is no part of a face; there are {', '.join(GROUPS)}.")
        parts |= GROUPS[name]
    return frozenset(parts)


def armed(base: Pose, live: Pose, parts: frozenset[str]) -> Pose:
    """``live`` where it is armed, ``base`` elsewhere."""
    return taking(base, live, parts)
