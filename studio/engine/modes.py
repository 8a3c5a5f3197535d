"""What each view mode and choice of branches means for ``Avatar.render``."""

from __future__ import annotations

from dataclasses import dataclass

from studio.session.look import Branch, Look, ViewMode

RAW_SIZE = 128
"""Pixels along a side of what upscaling starts from, EG3D's neural rendering resolution."""

_DATA = {
    ViewMode.DEPTH: "depth",
    ViewMode.NORMALS: "normals",
    ViewMode.OPACITY: "opacity",
    ViewMode.MESH: "mesh",
    ViewMode.RIG: "mesh",
}
EMPTY = frozenset({Branch.EXPRESSION, Branch.COMPENSATION})
"""Branches that no avatar holds yet."""


@dataclass(frozen=True)
class Plan:
    """How to render a look.

    Attributes:
        branch, mode: for ``Avatar.render``; branch None shows the background alone.
        largest: pixels along a side at most, None is no limit.
        bones: draw the rig over the picture.
        notice: a sentence on what the mode cannot show here, or None.
    """

    branch: str | None = "all"
    mode: str = "color"
    largest: int | None = None
    bones: bool = False
    notice: str | None = None


def plan(look: Look) -> Plan:
    """The plan for a look."""
    mode = look.mode
    if mode == ViewMode.CANONICAL:
        return Plan("canonical")
    if mode == ViewMode.CANONICAL_EXPRESSION:
        return Plan(
            "canonical",
            notice="This avatar has no expression branch: the canonical branch stands alone.",
        )
    if mode == ViewMode.APPEARANCE:
        return Plan("appearance")
    if mode == ViewMode.COMPENSATION:
        return Plan(None, notice="This avatar has no compensation branch: there is none to show.")
    if mode == ViewMode.RAW:
        return Plan(_branch(look), largest=RAW_SIZE)
    if mode in _DATA:
        return Plan("all", _DATA[mode], bones=mode == ViewMode.RIG)
    chosen = _branch(look)
    return Plan(chosen, notice=None if chosen else "All branches that this avatar has are off.")


def _branch(look: Look) -> str | None:
    """The sum of the branches that are on and not empty, by its name in ``Avatar.render``."""
    on = look.branches - EMPTY
    if on == {Branch.CANONICAL, Branch.APPEARANCE}:
        return "all"
    return next((branch.value for branch in on), None)
