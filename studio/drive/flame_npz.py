"""FLAME motion as VHAP and GaussianAvatars write it: arrays with one row for each frame.

FLAME's axes are those of canonical space. Its rotation and neck stand for a pose's neck and head,
its eyes for the gaze; its metres become canonical units.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.animate.rotation import axis_angle_matrix, gaze_matrix, matrix_axis_angle
from models.errors import BadInput
from models.pose import ARKIT_NAMES
from studio.drive.motion_files import MotionFile
from studio.drive.source import Origin
from studio.session.pose_track import PoseTrack
from studio.session.pose_vector import EXPRESSION_WIDTH, PLACES, WIDTH

_SIZES = {"rotation": 3, "neck_pose": 3, "jaw_pose": 3, "eyes_pose": 6, "translation": 3}
_JOINTS = {"rotation": "neck", "neck_pose": "head", "jaw_pose": "jaw", "translation": "translation"}
_SHAPES = 300
METRES_PER_UNIT = 0.43
"""Of an average head: files say nothing about whom they will move."""
_USUAL_RATE = 30.0
_MOST = 100.0
_MOST_BYTES = 2_000_000_000


def read(path: Path) -> MotionFile:
    """Read a file; keys that are no motion are kept as extras. Raises ``BadInput``."""
    arrays = _arrays(path)
    missing = [name for name in (*_SIZES, "expr") if name not in arrays]
    if missing:
        raise BadInput(f"{path} is no FLAME motion: it lacks {', '.join(missing)}.")
    motion = {name: _checked(path, name, arrays.pop(name), size) for name, size in _SIZES.items()}
    expression = _checked(path, "expr", arrays.pop("expr"), None)
    count = len(expression)
    if expression.shape[1] > EXPRESSION_WIDTH:
        raise BadInput(f"{path} has {expression.shape[1]} expressions, more than 100.")
    for name, array in motion.items():
        if len(array) != count:
            raise BadInput(f"{path} has {len(array)} rows of {name}, but {count} of expr.")
    rows = np.zeros((count, WIDTH + EXPRESSION_WIDTH), np.float32)
    for name, part in _JOINTS.items():
        rows[:, PLACES[part]] = motion[name]
    rows[:, PLACES["translation"]] /= METRES_PER_UNIT
    rows[:, WIDTH : WIDTH + expression.shape[1]] = expression
    if "arkit" in arrays:
        coefficients = _checked(path, "arkit", arrays.pop("arkit"), len(ARKIT_NAMES))
        if len(coefficients) != count:
            raise BadInput(f"{path} has {len(coefficients)} rows of arkit, but {count} of expr.")
        rows[:, PLACES["blendshapes"]] = coefficients
    rolls = np.zeros((count, 2), np.float32)
    for side, part in enumerate(("gaze_left", "gaze_right")):
        looks = [_look(eye) for eye in motion["eyes_pose"][:, 3 * side : 3 * side + 3]]
        turned = np.array(looks).reshape(-1, 3)
        rows[:, PLACES[part]], rolls[:, side] = turned[:, :2], turned[:, 2]
    times = np.arange(count) / _USUAL_RATE
    if "timestamps" in arrays:
        times = np.asarray(arrays.pop("timestamps"), np.float64)
    try:
        return MotionFile(PoseTrack(times, rows, rolls), Origin.DEVICE, arrays)
    except ValueError as error:
        raise BadInput(f"{path} is damaged ({error}); use another copy.") from None


def write(path: Path, track: PoseTrack, extras: Mapping[str, NDArray[np.generic]]) -> None:
    """Write a file; ``shape`` and whatever else ``extras`` hold goes with it."""
    rows, count = track.rows, len(track)
    rolls = np.zeros((count, 2), np.float32) if track.eye_roll is None else track.eye_roll
    eyes = np.zeros((count, 6), np.float32)
    for side, part in enumerate(("gaze_left", "gaze_right")):
        looks = np.column_stack([rows[:, PLACES[part]], rolls[:, side]])
        for index, (yaw, pitch, roll) in enumerate(looks.astype(np.float64)):
            matrix = gaze_matrix(yaw, pitch) @ axis_angle_matrix((0.0, 0.0, roll))
            eyes[index, 3 * side : 3 * side + 3] = matrix_axis_angle(matrix)
    arrays: dict[str, NDArray[np.generic]] = {"shape": np.zeros(_SHAPES, np.float32), **extras}
    arrays.update({name: rows[:, PLACES[part]] for name, part in _JOINTS.items()})
    arrays["translation"] = rows[:, PLACES["translation"]] * np.float32(METRES_PER_UNIT)
    arrays["eyes_pose"] = eyes
    arrays["expr"] = rows[:, WIDTH:] if rows.shape[1] > WIDTH else np.zeros((count, 100), "<f4")
    arrays["arkit"], arrays["timestamps"] = rows[:, PLACES["blendshapes"]], track.times
    with path.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Every array of the file. Raises ``BadInput``; pickles are refused."""
    try:
        with zipfile.ZipFile(path) as content:
            if sum(member.file_size for member in content.infolist()) > _MOST_BYTES:
                raise BadInput(f"{path} is too large when unpacked; cut it into pieces.")
        with np.load(path, allow_pickle=False) as archive:
            return {name: np.array(archive[name]) for name in archive.files}
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError):
        raise BadInput(f"{path} is not an .npz file that can be read; use another copy.") from None


def _checked(
    path: Path, name: str, array: NDArray[np.generic], width: int | None
) -> NDArray[np.float64]:
    """(N, width) finite numbers. Raises ``BadInput``."""
    if array.ndim != 2 or array.dtype.kind not in "fiu" or width not in (None, array.shape[1]):
        wanted = "numbers" if width is None else f"{width} numbers"
        raise BadInput(f"{path}: {name} must hold {wanted} for each frame, not {array.shape}.")
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        raise BadInput(f"{path}: {name} has values that are no numbers (NaN); export it again.")
    if (np.abs(values) > _MOST).any():
        raise BadInput(f"{path}: {name} has values out of range; export it again.")
    return values


def _look(axis_angle: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch and roll of an eye, so that gaze, then roll, is its rotation."""
    matrix = axis_angle_matrix(axis_angle)
    x, y, z = matrix[:, 2]
    yaw, pitch = float(np.arctan2(x, z)), float(np.arcsin(np.clip(y, -1.0, 1.0)))
    rest = gaze_matrix(yaw, pitch).T @ matrix
    return yaw, pitch, float(np.arctan2(rest[1, 0], rest[0, 0]))
