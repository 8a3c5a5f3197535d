"""Everything that undo brings back, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from models.pose import Pose
from studio.session.look import Look
from studio.session.view import View


@dataclass(frozen=True, eq=False)
class OpenAvatar:
    """An avatar in memory and where it lies on the disk; equal only to itself.

    Attributes:
        handle: the avatar, a ``models.avatar.Avatar``; the session never looks inside.
        name: for titles and lists.
        path: its file, None while the user has not saved it.
        copy: a file with the same content in the recovery folder, while it has no file of its own.
        sha256: of that content, hexadecimal; empty when unknown.
    """

    handle: Any = field(repr=False)
    name: str
    path: Path | None = None
    copy: Path | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Behaviour:
    """What happens by itself, and what moves together.

    Attributes:
        eyes_linked: the gaze pad moves both eyes.
        look_at_camera: the eyes follow the camera.
        auto_blink: the eyes blink now and then.
        sides_linked: a left coefficient moves the right one too, and the other way round.
    """

    eyes_linked: bool = True
    look_at_camera: bool = False
    auto_blink: bool = False
    sides_linked: bool = False


@dataclass(frozen=True)
class State:
    """The session's state.

    Attributes:
        avatar: what is open, None before the first.
        pose, view, look, behaviour: see there.
        presets: the project's own named poses.
        timeline: JSON of takes and keyframes, carried along as it is; None without any.
        driving: JSON of transfer, arming and smoothing (``studio.drive.settings_json``); None while
            nothing was set.
        shape: how the person differs from the photo's, in standard deviations of the first FLAME
            shape components; empty for not at all.
    """

    avatar: OpenAvatar | None = None
    pose: Pose = field(default_factory=Pose.neutral)
    view: View = field(default_factory=View)
    look: Look = field(default_factory=Look)
    behaviour: Behaviour = field(default_factory=Behaviour)
    presets: Mapping[str, Pose] = field(default_factory=dict)
    timeline: Mapping[str, Any] | None = None
    driving: Mapping[str, Any] | None = None
    shape: tuple[float, ...] = ()


def same_avatar(avatar: OpenAvatar | None, other: OpenAvatar | None) -> bool:
    """Whether both are the same avatar in memory, though one may have got a file since."""
    return avatar is other or (
        avatar is not None and other is not None and avatar.handle is other.handle
    )


def plain_shape(values: Sequence[float]) -> tuple[float, ...]:
    """A change of the person as it is kept: the same one is the same value, however come by."""
    kept = list(values)
    while kept and kept[-1] == 0.0:
        kept.pop()
    return tuple(kept)


def shape_beyond(shape: Sequence[float], part: Sequence[float]) -> tuple[float, ...]:
    """What is left to change of ``shape`` for an avatar that has ``part`` of it already."""
    pairs = zip_longest(shape, part, fillvalue=0.0)
    return plain_shape([round(whole - done, 9) for whole, done in pairs])
