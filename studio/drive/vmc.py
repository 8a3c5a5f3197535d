"""The Virtual Motion Capture protocol: what a performer sends, as a pose.

Faces come as blend shapes, in the 52 ARKit names ("perfect sync") or VRM's few expressions; head,
neck and eyes as bones in Unity's axes, left-handed and facing +Z.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.animate.rotation import axis_angle_matrix
from models.pose import ARKIT_INDEX, ARKIT_NAMES, COEFFICIENT_RANGE, PRESETS, Pose
from studio.drive.osc import Argument, parse_osc

_MOST_SHAPES = 512
_ARKIT = {name.lower(): name for name in ARKIT_NAMES}
_EYES = {
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "blink_l": ("eyeBlinkLeft",),
    "blinkleft": ("eyeBlinkLeft",),
    "blink_r": ("eyeBlinkRight",),
    "blinkright": ("eyeBlinkRight",),
    "lookup": ("eyeLookUpLeft", "eyeLookUpRight"),
    "lookdown": ("eyeLookDownLeft", "eyeLookDownRight"),
    "lookleft": ("eyeLookOutLeft", "eyeLookInRight"),
    "lookright": ("eyeLookInLeft", "eyeLookOutRight"),
}
"""VRM 0 and VRM 1 names of expressions of the eyes; left and right are the subject's."""
_PRESETS = {
    **{"a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh"},
    **{"aa": "aa", "ih": "ih", "ou": "ou", "ee": "ee", "oh": "oh"},
    **{"joy": "smile", "happy": "smile", "fun": "laugh", "relaxed": "smile"},
    **{"sorrow": "sad", "sad": "sad", "angry": "angry", "surprised": "surprise"},
}
"""The other expressions, as named poses here."""
_BONES = ("neck", "head", "lefteye", "righteye")


class Performer:
    """What a performer has sent so far."""

    def __init__(self) -> None:
        self._shapes: dict[str, float] = {}
        self._waiting: dict[str, float] = {}
        self._bones: dict[str, NDArray[np.float64]] = {}

    def hear(self, packet: bytes) -> bool:
        """Take a packet in; True when it completes a pose. Garbage changes nothing."""
        try:
            messages = parse_osc(packet)
        except ValueError:
            return False
        complete = False
        for message in messages:
            if message.address == "/VMC/Ext/Blend/Val":
                self._shape(message.arguments)
            elif message.address == "/VMC/Ext/Bone/Pos":
                self._bone(message.arguments)
            elif message.address == "/VMC/Ext/Blend/Apply":
                self._shapes, self._waiting = {**self._shapes, **self._waiting}, {}
                complete = True
        return complete

    def _shape(self, arguments: Sequence[Argument]) -> None:
        if len(arguments) != 2:
            return
        name, value = arguments
        known = isinstance(name, str) and (
            name.lower() in _ARKIT or name.lower() in _EYES or name.lower() in _PRESETS
        )
        if not known or isinstance(value, bool) or not isinstance(value, int | float):
            return
        if math.isfinite(value) and len(self._waiting) < _MOST_SHAPES:
            low, high = COEFFICIENT_RANGE
            self._waiting[str(name).lower()] = min(max(float(value), low), high)

    def _bone(self, arguments: Sequence[Argument]) -> None:
        if len(arguments) != 8:
            return
        name, *numbers = arguments
        if not isinstance(name, str) or name.lower() not in _BONES:
            return
        values = [float(n) for n in numbers if isinstance(n, int | float)]
        if len(values) != 7 or not all(math.isfinite(value) for value in values):
            return
        x, y, z, w = values[3:]
        length = math.hypot(x, y, z, w)
        if 0.5 < length < 2.0:
            self._bones[name.lower()] = _canonical(np.array([x, y, z]) / length, w / length)

    def pose(self) -> Pose:
        """The last pose that was complete."""
        pose = Pose.neutral().replace(blendshapes=_coefficients(self._shapes))
        gaze = {}
        for bone, part in (("lefteye", "gaze_left"), ("righteye", "gaze_right")):
            if bone in self._bones:
                x, y, z = axis_angle_matrix(self._bones[bone])[:, 2]
                gaze[part] = (math.atan2(x, z), math.asin(min(max(y, -1.0), 1.0)))
        turns = {part: self._bones[part] for part in ("neck", "head") if part in self._bones}
        return pose.replace(**turns, **gaze)


def _coefficients(shapes: Mapping[str, float]) -> NDArray[np.float32]:
    """ARKit coefficients (52,) of blend shapes of either kind."""
    total = np.zeros(len(ARKIT_NAMES), np.float32)
    for name, value in shapes.items():
        if name in _ARKIT:
            total[ARKIT_INDEX[_ARKIT[name]]] += value
        elif name in _EYES:
            for shape in _EYES[name]:
                total[ARKIT_INDEX[shape]] += value
        else:
            total += np.float32(value) * PRESETS[_PRESETS[name]].blendshapes
    return np.clip(total, *COEFFICIENT_RANGE)


def _canonical(axis_part: NDArray[np.float64], w: float) -> NDArray[np.float64]:
    """Axis-angle (3,) in canonical axes of a Unity quaternion.

    Unity's +X is the subject's right, canonical +X the left: mirrored, a turn keeps its part about
    X and reverses the others.
    """
    if w < 0.0:
        axis_part, w = -axis_part, -w
    sine = float(np.linalg.norm(axis_part))
    if sine < 1e-9:
        return np.zeros(3)
    angle = 2.0 * math.atan2(sine, w)
    return np.asarray(axis_part / sine * angle * np.array([1.0, -1.0, -1.0]))
