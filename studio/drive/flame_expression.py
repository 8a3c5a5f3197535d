"""FLAME's expression on avatars that have no FLAME head: as ARKit coefficients."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.pose import COEFFICIENT_RANGE
from studio.session.pose_edit import shows_expression
from studio.session.pose_track import PoseTrack
from studio.session.pose_vector import PLACES, WIDTH

_UNSEEN = (
    "The expression of {name} is not shown: this avatar has no FLAME components, so a FLAME head "
    "is needed to carry it over (--flame FILE, or the FLAME file in the preferences)."
)


def for_avatar(
    track: PoseTrack, name: str, avatar: object, flame: Path | None
) -> tuple[PoseTrack, str | None]:
    """A track as an avatar can show it, and a sentence when something of it is lost.

    Args:
        track: poses, perhaps with FLAME's expression.
        name: of its file, for the sentence.
        avatar: the ``models.avatar.Avatar`` that it moves.
        flame: a FLAME file, by which expressions become ARKit coefficients.

    Raises:
        BadInput: for a FLAME file that cannot be used.
    """
    if shows_expression(avatar) or not _has_expression(track):
        return track, None
    if flame is None:
        return track, _UNSEEN.format(name=name)
    return as_arkit(track, flame), None


def as_arkit(track: PoseTrack, flame: Path) -> PoseTrack:
    """The track with FLAME's expression and jaw as ARKit coefficients, beside those it has."""
    # Matching the FLAME file with the open head takes seconds, once.
    from models.head.choice import choose_head
    from models.head.flame_retarget import ArkitRetarget

    head = choose_head(flame).data
    assert head.expression is not None
    arms = head.template[: head.control_count] - head.template[head.point("jaw")]
    rows = track.rows[:, :WIDTH].copy()
    found, jaw = ArkitRetarget(head.expression, arms).solve(
        track.rows[:, WIDTH:], track.rows[:, PLACES["jaw"]]
    )
    both = rows[:, PLACES["blendshapes"]] + found
    rows[:, PLACES["blendshapes"]] = np.clip(both, *COEFFICIENT_RANGE)
    rows[:, PLACES["jaw"]] = jaw
    return replace(track, rows=rows)


def _has_expression(track: PoseTrack) -> bool:
    return track.rows.shape[1] > WIDTH and bool(track.rows[:, WIDTH:].any())
