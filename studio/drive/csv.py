"""Live Link Face's CSV: a time code, a count, 52 coefficients, angles of head and eyes."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from studio.drive.live_link import ANGLES, COUNT, ORDER, plausible, to_pose, to_values
from studio.drive.motion_files import MotionFile
from studio.drive.source import Origin
from studio.session.pose_track import PoseTrack
from studio.session.pose_vector import to_vector

_NAMES = (*ORDER, *ANGLES)
_OPTIONAL = {*ANGLES, "tongueOut"}
_TIMECODE = re.compile(r"(\d+):(\d\d):(\d\d)[:;](\d{1,3}(?:\.\d+)?)")
_RATE = 60.0
"""Frames per second of the app, and of the time codes written here."""


def read(path: Path) -> MotionFile:
    """Read a file; rows that the app left without a face are skipped. Raises ``BadInput``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream)
            header = next(rows, [])
            columns = _columns(path, header)
            codes: list[str] = []
            found: list[NDArray[np.float64]] = []
            for code, values in _values(path, rows, columns, len(header)):
                codes.append(code)
                found.append(values)
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(f"{path} is not a CSV file; export it again.") from None
    table = np.array(found).reshape(-1, COUNT)
    poses = np.array([to_vector(to_pose(values)) for values in table], np.float32)
    eyes = [_NAMES.index("leftEyeRoll"), _NAMES.index("rightEyeRoll")]
    rolls = table[:, eyes].astype(np.float32)
    times = _times(path, codes)
    try:
        track = PoseTrack(times, poses.reshape(len(times), -1) if len(times) else _nothing(), rolls)
    except ValueError as error:
        raise BadInput(f"{path} is damaged ({error}); use another copy.") from None
    return MotionFile(track, Origin.DEVICE)


def write(path: Path, track: PoseTrack, extras: Mapping[str, NDArray[np.generic]]) -> None:
    """Write a file; ``extras`` have no place in it."""
    del extras
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["Timecode", "BlendShapeCount", *(n[0].upper() + n[1:] for n in _NAMES)])
        for index, (seconds, pose) in enumerate(track):
            roll = None if track.eye_roll is None else track.eye_roll[index]
            values = (f"{value:.7f}" for value in to_values(pose, roll))
            out.writerow([_timecode(seconds), COUNT, *values])


def _nothing() -> NDArray[np.float32]:
    return np.zeros((0, 68), np.float32)


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    """Where each column stands, by name in lower case. Raises ``BadInput``."""
    names = [name.strip().lower() for name in header]
    columns = {name: place for place, name in enumerate(names)}
    missing = [n for n in _NAMES if n not in _OPTIONAL and n.lower() not in columns]
    if missing:
        name = missing[0][0].upper() + missing[0][1:]
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise BadInput(f"{path} is no Live Link Face CSV: it lacks the column {name}{more}.")
    if len(columns) != len(names):
        raise BadInput(f"{path} has a column twice; export it again.")
    return columns


def _values(
    path: Path, rows: Iterator[list[str]], columns: dict[str, int], width: int
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Time code and 61 values of each row with a face. Raises ``BadInput``."""
    places = [columns.get(name.lower()) for name in _NAMES]
    code, count = columns.get("timecode"), columns.get("blendshapecount")
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        if count is not None and len(row) > count and row[count].strip() == "0":
            continue
        if len(row) != width:
            raise BadInput(
                f"{path} has {len(row)} values instead of {width} in line {line}; "
                "it was cut off or damaged."
            )
        values = np.zeros(COUNT)
        for index, place in enumerate(places):
            if place is not None:
                values[index] = _number(path, line, _NAMES[index], row[place])
        if not plausible(values):
            raise BadInput(f"{path} has a value out of range in line {line}; export it again.")
        yield "" if code is None else row[code].strip(), values


def _number(path: Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(f"{path} has {text[:20]!r} for {name} in line {line}, which is no number.")
    return value


def _times(path: Path, codes: list[str]) -> NDArray[np.float64]:
    """Seconds of the rows: their time codes, or, without any, the app's usual rate."""
    if not any(codes):
        return np.arange(len(codes)) / _RATE
    parts = []
    for code in codes:
        match = _TIMECODE.fullmatch(code)
        if match is None:
            raise BadInput(f"{path} has the time code {code[:20]!r}, which cannot be read.")
        parts.append([float(number) for number in match.groups()])
    hours, minutes, seconds, frames = np.array(parts).T
    whole = hours * 3600 + minutes * 60 + seconds
    times = np.asarray(whole + frames / _frame_rate(whole, frames), np.float64)
    # A recording may run past midnight.
    return times + 86400.0 * np.cumsum(np.diff(times, prepend=times[:1]) < -43200.0)


def _frame_rate(whole: NDArray[np.float64], frames: NDArray[np.float64]) -> float:
    """What the frames of time codes count: nobody says, so it is what their numbers reach."""
    if len(np.unique(whole)) < 2:
        return _RATE
    return next((rate for rate in (24.0, 25.0, 30.0) if frames.max() < rate), _RATE)


def _timecode(seconds: float) -> str:
    whole, rest = divmod(max(seconds, 0.0), 1.0)
    frames = rest * _RATE
    if frames >= _RATE - 5e-6:
        whole, frames = whole + 1, 0.0
    minutes, second = divmod(int(whole), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}:{frames:09.6f}"
