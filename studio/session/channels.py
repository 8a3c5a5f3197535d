"""Everything that a curve can move, by name: coefficients, turns in degrees, and the camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.pose import ARKIT_NAMES, COEFFICIENT_RANGE, Pose
from studio.session.angles import Turn, axis_angle_of, turn_of
from studio.session.view import PAN_RANGE, ZOOM_RANGE, View

_TURNED = ("head", "neck")
_CAMERA_RANGES = {
    "yaw": (-360.0, 360.0),
    "pitch": (-180.0, 180.0),
    "zoom": ZOOM_RANGE,
    "pan_x": PAN_RANGE,
    "pan_y": PAN_RANGE,
}
_ANGLE = (-120.0, 120.0)
_PLACE = (-4.0, 4.0)


def _ranges() -> dict[str, tuple[float, float]]:
    found = dict.fromkeys(ARKIT_NAMES, COEFFICIENT_RANGE)
    found["jaw"] = _ANGLE
    for joint in _TURNED:
        found.update({f"{joint}.{axis}": _ANGLE for axis in Turn._fields})
    for eye in ("gaze_left", "gaze_right"):
        found.update({f"{eye}.{axis}": _ANGLE for axis in ("yaw", "pitch")})
    found.update({f"translation.{axis}": _PLACE for axis in "xyz"})
    found.update({f"camera.{name}": limits for name, limits in _CAMERA_RANGES.items()})
    return found


CHANNELS: Mapping[str, tuple[float, float]] = _ranges()
"""Name and range of each channel; angles are degrees, places canonical units."""


def read_channel(name: str, pose: Pose, view: View) -> float:
    """The value that a channel has now. Raises ``KeyError`` for an unknown one."""
    if name not in CHANNELS:
        raise KeyError(name)
    part, _, axis = name.partition(".")
    if part == "camera":
        return float(getattr(view, axis))
    if part in _TURNED:
        return float(getattr(turn_of(getattr(pose, part)), axis))
    if part == "translation":
        return float(pose.translation["xyz".index(axis)])
    if axis:
        return float(np.degrees(getattr(pose, part)[("yaw", "pitch").index(axis)]))
    return float(np.degrees(pose.jaw[0])) if name == "jaw" else pose.coefficient(name)


def with_channels(pose: Pose, view: View, values: Mapping[str, float]) -> tuple[Pose, View]:
    """Pose and view with channels set. Raises ``KeyError`` for an unknown one."""
    turns: dict[str, dict[str, float]] = {}
    arrays: dict[str, np.ndarray] = {}
    coefficients: dict[str, float] = {}
    camera: dict[str, float] = {}
    for name, wanted in values.items():
        low, high = CHANNELS[name]
        value = min(max(wanted, low), high)
        part, _, axis = name.partition(".")
        if part == "camera":
            camera[axis] = value
        elif part in _TURNED:
            turns.setdefault(part, {})[axis] = value
        elif axis or name == "jaw":
            array = arrays.setdefault(part, getattr(pose, part).copy())
            degrees = part != "translation"
            array[_AXES.get(axis, 0)] = np.radians(value) if degrees else value
        else:
            coefficients[name] = value
    for joint, turn in turns.items():
        arrays[joint] = axis_angle_of(turn_of(getattr(pose, joint))._replace(**turn))
    posed = pose.with_blendshapes(coefficients) if coefficients else pose
    return (posed.replace(**arrays) if arrays else posed), replace(view, **camera)  # type: ignore[arg-type]


_AXES = {"x": 0, "y": 1, "z": 2, "yaw": 0, "pitch": 1}
