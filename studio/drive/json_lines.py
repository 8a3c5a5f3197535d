"""JSON Lines: a pose on each line, ``{"time": seconds, "pose": {...}}``, or the pose alone."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.pose import Pose
from studio.drive.motion_files import MotionFile
from studio.drive.source import Origin
from studio.session.pose_track import PoseTrack

_USUAL_RATE = 30.0


def read(path: Path) -> MotionFile:
    """Read a file. Raises ``BadInput`` naming the line."""
    found: list[tuple[float, Pose]] = []
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    found.append(_line(f"{path}, line {number}", line, len(found)))
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not a text file; use another copy.") from None
    times = [seconds for seconds, _ in found]
    if any(after <= before for before, after in zip(times, times[1:], strict=False)):
        raise BadInput(f"{path} has times that do not grow; export it again.")
    return MotionFile(PoseTrack.of(found), Origin.AVATAR)


def write(path: Path, track: PoseTrack, extras: Mapping[str, NDArray[np.generic]]) -> None:
    """Write a file; ``extras`` have no place in it."""
    del extras
    with path.open("w", encoding="utf-8") as stream:
        for seconds, pose in track:
            stream.write(json.dumps({"time": round(seconds, 6), "pose": pose.to_json()}) + "\n")


def _line(where: str, line: str, index: int) -> tuple[float, Pose]:
    try:
        data = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise BadInput(f"{where}: is not JSON; the file was cut off or is another kind.") from None
    if isinstance(data, dict) and set(data) == {"time", "pose"}:
        seconds = data["time"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise BadInput(f"{where}: the time is no number.")
        if not math.isfinite(seconds):
            raise BadInput(f"{where}: the time is no finite number.")
        return float(seconds), Pose.from_json(json.dumps(data["pose"]), where)
    return index / _USUAL_RATE, Pose.from_json(line, where)
