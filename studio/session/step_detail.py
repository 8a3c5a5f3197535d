"""What a step of the undo list came to, in a few characters: the numbers beside its label."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from models.pose import Pose
from studio.session.angles import turn_of
from studio.session.look import Look
from studio.session.state import State
from studio.session.view import View

_SEEN = 1e-4
"""Smaller differences are noise of reading and writing."""


def step_detail(before: State, after: State) -> str:
    """The value that the step from ``before`` to ``after`` set, such as ``0.33`` or ``+18° -4°``.

    Empty when the step changed several things or nothing that one number tells.
    """
    if after.avatar is not before.avatar:
        return ""
    if after.pose != before.pose:
        return _of_pose(before.pose, after.pose)
    if after.view != before.view:
        return _of_view(before.view, after.view)
    if after.timeline != before.timeline:
        return _of_keys(before.timeline, after.timeline)
    return _of_look(before.look, after.look)


def _of_keys(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """The value of the key that is new, where there is one such."""
    new = [key for key in _keys(after) if key not in _keys(before)]
    return f"{new[0][2]:.2f}" if len(new) == 1 else ""


def _keys(timeline: Mapping[str, Any] | None) -> list[tuple[str, float, float]]:
    """Channel, seconds and value of each key."""
    curves = () if timeline is None else timeline.get("curves", ())
    try:
        return [(c["channel"], key["seconds"], key["value"]) for c in curves for key in c["keys"]]
    except (KeyError, TypeError):  # projects carry timelines along unread
        return []


def _of_pose(before: Pose, after: Pose) -> str:
    moved = np.flatnonzero(np.abs(after.blendshapes - before.blendshapes) > _SEEN)
    if moved.size:
        values = after.blendshapes[moved]
        # Linked sides move by the same name to the same value.
        return f"{values[0]:.2f}" if moved.size <= 2 and np.ptp(values) < _SEEN else ""
    for joint in ("head", "neck"):
        was, now = turn_of(getattr(before, joint)), turn_of(getattr(after, joint))
        turned = [new for old, new in zip(was, now, strict=True) if abs(new - old) > 0.05]
        if turned:
            return _degrees(turned[0]) if len(turned) == 1 else ""
    if abs(after.jaw[0] - before.jaw[0]) > _SEEN:
        return _degrees(math.degrees(after.jaw[0]))
    for eye in ("gaze_left", "gaze_right"):
        if np.abs(getattr(after, eye) - getattr(before, eye)).max() > _SEEN:
            yaw, pitch = np.degrees(getattr(after, eye))
            return f"{_degrees(yaw)} {_degrees(pitch)}"
    return ""


def _of_view(before: View, after: View) -> str:
    if after.base != before.base:
        return ""
    if (after.yaw, after.pitch) != (before.yaw, before.pitch):
        return f"{_degrees(after.yaw)} {_degrees(after.pitch)}"
    return f"{100 * after.zoom:.0f} %" if after.zoom != before.zoom else ""


def _of_look(before: Look, after: Look) -> str:
    if after.fov != before.fov and after.fov is not None:
        return f"{after.fov:.1f}°"
    if after.resolution != before.resolution:
        return f"{after.resolution} px"
    if after.samples != before.samples:
        return str(after.samples)
    return after.colour.upper() if after.colour != before.colour else ""


def _degrees(angle: float) -> str:
    # Adding zero: a rounded -0.2 is not "-0".
    return f"{round(angle) + 0:+d}°"
