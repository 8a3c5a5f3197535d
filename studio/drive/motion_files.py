"""Motion files by their suffix: Live Link Face CSV, FLAME `.npz`, JSON Lines of Pose."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from studio.drive.source import Origin
from studio.drive.suffixes import MOTION_READERS, MOTION_SUFFIXES
from studio.session.pose_track import PoseTrack

_LARGEST = 500_000_000
"""Bytes; an hour at 60 poses a second as CSV has 130 million."""


@dataclass(frozen=True, eq=False)
class MotionFile:
    """What a motion file holds.

    Attributes:
        track: its poses. origin: what they are relative to.
        extras: arrays that no pose has (FLAME's ``shape`` and the like), kept for writing.
    """

    track: PoseTrack
    origin: Origin
    extras: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)


def read_motion(path: Path) -> MotionFile:
    """Read a motion file. Raises ``BadInput`` in one sentence."""
    if path.suffix.lower() not in MOTION_READERS:
        known = ", ".join(MOTION_SUFFIXES)
        raise BadInput(f"{path} is no motion file; its name must end in one of {known}.")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); check the path.") from None
    if size == 0:
        raise BadInput(f"{path} is empty; use another copy.")
    if size > _LARGEST:
        raise BadInput(f"{path} is too large ({size // 1_000_000} MB); cut it into pieces.")
    try:
        motion: MotionFile = _module(path).read(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror or error}).") from None
    if len(motion.track) == 0:
        raise BadInput(f"{path} has no poses; use another copy.")
    return motion


def write_motion(
    path: Path, track: PoseTrack, extras: Mapping[str, NDArray[np.generic]] | None = None
) -> None:
    """Write a motion file, whole or not at all, by its suffix.

    CSV knows no jaw joint, place or FLAME expression, and one turn of head and neck together.
    Raises ``BadInput`` when it cannot be written.
    """
    from models.files import atomic_write, not_written

    if path.suffix.lower() not in MOTION_READERS:
        raise BadInput(f"{path} must end in one of {', '.join(MOTION_SUFFIXES)}.")
    try:
        with atomic_write(path) as temporary:
            _module(path).write(temporary, track, extras or {})
    except OSError as error:
        raise not_written(path, error) from error


def _module(path: Path) -> Any:
    return importlib.import_module(MOTION_READERS[path.suffix.lower()])
