"""Live Link Face: its 61 values, as columns of a CSV file and as packets of a network stream.

52 ARKit coefficients, then yaw, pitch and roll of head, left eye and right eye. The app writes
angles in radians and documents no signs. In its recordings eyes that look to the subject's left,
by eyeLook, have a negative yaw, and eyes that look down a positive pitch; the head's angles come
from the same conversion. So yaw is positive to the viewer's left, pitch downwards, and roll
clockwise as seen: all opposite to a pose's. Negative gains turn a sender round that differs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.pose import ARKIT_INDEX, ARKIT_NAMES, COEFFICIENT_RANGE, Pose
from studio.session.angles import Turn, axis_angle_of, turn_of

_EYE = ("eyeBlink", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeSquint", "eyeWide")
_PAIRS = ("Smile", "Frown", "Dimple", "Stretch")
_LATER_PAIRS = ("Press", "LowerDown", "UpperUp")
_SIDES = ("Left", "Right")

ORDER: tuple[str, ...] = (
    *(f"{name}{side}" for side in _SIDES for name in _EYE),
    *("jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker"),
    *("mouthLeft", "mouthRight"),
    *(f"mouth{name}{side}" for name in _PAIRS for side in _SIDES),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *(f"mouth{name}{side}" for name in _LATER_PAIRS for side in _SIDES),
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight"),
    "tongueOut",
)
"""The coefficients as packets have them."""
ANGLES: tuple[str, ...] = tuple(
    f"{part}{axis}" for part in ("head", "leftEye", "rightEye") for axis in ("Yaw", "Pitch", "Roll")
)
COUNT = len(ORDER) + len(ANGLES)
_PLACES = np.array([ARKIT_NAMES.index(name) for name in ORDER])
_LOOKS = np.array([i for name, i in ARKIT_INDEX.items() if name.startswith("eyeLook")])
_MOST_ANGLE = 2.0 * np.pi


@dataclass(frozen=True)
class Packet:
    """One packet: who sends, and its 61 values."""

    device: str
    subject: str
    values: NDArray[np.float32]


def parse_packet(data: bytes) -> Packet | None:
    """Read a packet (big-endian); None for one without a face, or that is none.

    Version (1 byte), device and subject (length and UTF-8 text each), frame time (frame, sub-frame,
    rate's numerator and denominator), count of values (1 byte), 32-bit values.
    """
    try:
        device, place = _text(data, 1)
        subject, place = _text(data, place)
        count = data[place + 16]
        start = place + 17
        if count != COUNT or len(data) != start + 4 * COUNT:
            return None
        values = np.frombuffer(data, ">f4", COUNT, start).astype(np.float32)
    except (IndexError, struct.error, UnicodeDecodeError, ValueError):
        return None
    return Packet(device, subject, values) if plausible(values) else None


def _text(data: bytes, place: int) -> tuple[str, int]:
    """Text at ``place`` and where it ends."""
    (length,) = struct.unpack_from(">i", data, place)
    end = place + 4 + length
    if not 0 <= length <= 1000 or end > len(data):
        raise ValueError("text beyond the packet")
    return data[place + 4 : end].rstrip(b"\0").decode("utf-8"), end


def plausible(values: NDArray[np.floating]) -> bool:
    """Whether 61 values are finite and within what poses may hold."""
    coefficients, angles = values[: len(ORDER)], values[len(ORDER) :]
    low, high = COEFFICIENT_RANGE
    return bool(
        np.isfinite(values).all()
        and (coefficients >= low).all()
        and (coefficients <= high).all()
        and (np.abs(angles) <= _MOST_ANGLE).all()
    )


def to_pose(values: NDArray[np.floating]) -> Pose:
    """The pose of 61 values; the eyes' rolls have no place in it."""
    coefficients = np.zeros(len(ARKIT_NAMES), np.float32)
    coefficients[_PLACES] = values[: len(ORDER)]
    yaw, pitch, roll, *eyes = (-float(value) for value in values[len(ORDER) :])
    head = axis_angle_of(Turn(*np.degrees((pitch, yaw, roll))))
    return Pose(
        blendshapes=coefficients,
        head=head,
        gaze_left=np.array(eyes[0:2], np.float32),
        gaze_right=np.array(eyes[3:5], np.float32),
    )


def to_values(pose: Pose, eye_roll: NDArray[np.floating] | None = None) -> NDArray[np.float64]:
    """The 61 values of a pose; ``eye_roll`` (2,) of the left and the right eye."""
    whole = axis_angle_matrix(pose.neck) @ axis_angle_matrix(pose.head)
    turn = turn_of(matrix_axis_angle(whole))
    left, right = (0.0, 0.0) if eye_roll is None else eye_roll
    head = -np.radians((turn.yaw, turn.pitch, turn.roll))
    eyes = [*-pose.gaze_left, left, *-pose.gaze_right, right]
    return np.concatenate([pose.blendshapes[_PLACES], head, eyes]).astype(np.float64)


def looking_once(pose: Pose) -> Pose:
    """The pose with the eyes turned once, by its gaze.

    Devices tell twice where the eyes look: in the eyeLook coefficients and as angles, which
    together would turn them twice. The coefficients say which way without a doubt, and have no
    offset of the line of sight; the angles of a sender without them count.
    """
    if not pose.blendshapes[_LOOKS].any():
        return pose
    # Not above: kernels come with it, which files that are only read or written can do without.
    from models.animate.rig import eye_angles

    ahead = np.zeros(2, np.float32)
    left, right = eye_angles(pose.replace(gaze_left=ahead, gaze_right=ahead))
    coefficients = pose.blendshapes.copy()
    coefficients[_LOOKS] = 0.0
    return pose.replace(blendshapes=coefficients, gaze_left=left, gaze_right=right)
