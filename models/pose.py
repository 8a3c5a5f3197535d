"""Pose: the one vocabulary of motion that sliders, trackers, files and networks share."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput

ARKIT_NAMES: tuple[str, ...] = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight",
    "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight",
    "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight",
    "tongueOut",
)  # fmt: skip
"""The 52 ARKit coefficients: MediaPipe's 51 in its order (without ``_neutral``), then tongueOut.

Left and right are the subject's.
"""

ARKIT_INDEX: Mapping[str, int] = {name: i for i, name in enumerate(ARKIT_NAMES)}

EXPRESSION_COUNT = 100
"""FLAME's expression components."""

COEFFICIENT_RANGE = (-1.0, 2.0)
"""What a file may hold: ARKit speaks 0..1, personal gains and caricature go a little beyond."""

_ANGLE_LIMIT = 2.0 * math.pi
_TRANSLATION_LIMIT = 100.0
_EXPRESSION_LIMIT = 100.0
_VECTOR_LIMITS = {
    "jaw": _ANGLE_LIMIT,
    "neck": _ANGLE_LIMIT,
    "head": _ANGLE_LIMIT,
    "gaze_left": _ANGLE_LIMIT,
    "gaze_right": _ANGLE_LIMIT,
    "translation": _TRANSLATION_LIMIT,
    "expression": _EXPRESSION_LIMIT,
}
_SIZES = {
    "blendshapes": len(ARKIT_NAMES),
    "jaw": 3,
    "neck": 3,
    "head": 3,
    "gaze_left": 2,
    "gaze_right": 2,
    "translation": 3,
    "expression": EXPRESSION_COUNT,
}
_PRESETS_FILE = Path(__file__).resolve().parents[1] / "resources" / "motions" / "presets.json"


def _zeros(size: int) -> Any:
    return field(default_factory=lambda: np.zeros(size, np.float32))


@dataclass(frozen=True, eq=False)
class Pose:
    """One instant of motion. All arrays are read-only float32.

    Attributes:
        blendshapes: (52,) ARKit coefficients in the order of ``ARKIT_NAMES``, usually 0..1.
        jaw: (3,) axis-angle rotation of the jaw, radians; +x opens it.
        neck: (3,) axis-angle rotation of the neck, radians.
        head: (3,) axis-angle rotation of the head on the neck, radians.
        gaze_left: (2,) yaw and pitch of the subject's left eye in the head, radians; positive yaw
            looks towards +X, positive pitch up.
        gaze_right: (2,) the same for the subject's right eye.
        translation: (3,) head translation in canonical units.
        expression: (100,) FLAME expression coefficients, or None without a FLAME file.

    Raises ``ValueError`` for wrong shapes and values that are not finite.
    """

    blendshapes: NDArray[np.float32] = _zeros(52)
    jaw: NDArray[np.float32] = _zeros(3)
    neck: NDArray[np.float32] = _zeros(3)
    head: NDArray[np.float32] = _zeros(3)
    gaze_left: NDArray[np.float32] = _zeros(2)
    gaze_right: NDArray[np.float32] = _zeros(2)
    translation: NDArray[np.float32] = _zeros(3)
    expression: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Copy, freeze and check every array."""
        for name, size in _SIZES.items():
            value = getattr(self, name)
            if value is None and name == "expression":
                continue
            array = np.array(value, dtype=np.float32)
            if array.shape != (size,):
                raise ValueError(f"{name} has shape {array.shape}, expected ({size},)")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} has values that are not finite")
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __eq__(self, other: object) -> bool:
        """Poses are equal when all their numbers are."""
        if not isinstance(other, Pose):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        """Hash of the numbers, so that a pose can key a cache."""
        return hash(self._key())

    def _key(self) -> tuple[bytes | None, ...]:
        arrays = (getattr(self, item.name) for item in fields(self))
        # Adding 0.0 turns -0.0 into 0.0: the same number must have the same bytes.
        return tuple(None if a is None else (a + np.float32(0.0)).tobytes() for a in arrays)

    @classmethod
    def neutral(cls) -> Pose:
        """The pose in which nothing is moved."""
        return cls()

    def replace(self, **changes: Any) -> Pose:
        """A copy with some arrays replaced, by field name."""
        return replace(self, **changes)

    def with_blendshapes(self, values: Mapping[str, float]) -> Pose:
        """A copy with the named coefficients set, the others kept.

        Raises ``BadInput`` for a name that is not ARKit's.
        """
        blendshapes = self.blendshapes.copy()
        for name, value in values.items():
            if name not in ARKIT_INDEX:
                raise BadInput(f"{name!r} is not an ARKit coefficient{_suggestion(name)}.")
            blendshapes[ARKIT_INDEX[name]] = value
        return replace(self, blendshapes=blendshapes)

    def coefficient(self, name: str) -> float:
        """The ARKit coefficient called ``name``."""
        return float(self.blendshapes[ARKIT_INDEX[name]])

    def mirrored(self, expression_mirror: NDArray[np.float32] | None = None) -> Pose:
        """The pose seen in a mirror: left and right exchanged.

        Which FLAME expression coefficients are each other's mirror images depends on the FLAME
        file. Without ``expression_mirror`` (100, 100), see ``ExpressionBasis.mirror``, they stay.
        """
        expression = self.expression
        if expression is not None and expression_mirror is not None:
            expression = expression @ expression_mirror
        turn = np.array([1.0, -1.0, -1.0], np.float32)
        look = np.array([-1.0, 1.0], np.float32)
        return Pose(
            blendshapes=self.blendshapes[_MIRROR],
            jaw=self.jaw * turn,
            neck=self.neck * turn,
            head=self.head * turn,
            gaze_left=self.gaze_right * look,
            gaze_right=self.gaze_left * look,
            translation=self.translation * np.array([-1.0, 1.0, 1.0], np.float32),
            expression=expression,
        )

    def lerp(self, other: Pose, amount: float) -> Pose:
        """The pose between this one (``amount`` 0) and ``other`` (1), linear in every number.

        Linear axis-angles are exact about one axis and close for the small turns of a head. A
        missing expression counts as zeros when the other pose has one.
        """
        values: dict[str, NDArray[np.float32] | None] = {}
        for name, size in _SIZES.items():
            a, b = getattr(self, name), getattr(other, name)
            if a is None and b is None:
                values[name] = None
                continue
            zeros = np.zeros(size, np.float32)
            start, end = zeros if a is None else a, zeros if b is None else b
            values[name] = (1.0 - amount) * start + amount * end
        return Pose(**values)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """JSON-ready dictionary; coefficients by name, everything that is zero left out."""
        document: dict[str, Any] = {}
        named = {
            name: _plain(value)
            for name, value in zip(ARKIT_NAMES, self.blendshapes, strict=True)
            if value != 0.0
        }
        if named:
            document["blendshapes"] = named
        for name in _VECTOR_LIMITS:
            array = getattr(self, name)
            if array is not None and (name == "expression" or array.any()):
                document[name] = [_plain(value) for value in array]
        return document

    @classmethod
    def from_json(
        cls, document: str | bytes | Mapping[str, Any], source: str | Path | None = None
    ) -> Pose:
        """Read what ``to_json`` gives, strictly.

        Args:
            document: JSON text, or the dictionary it decodes to.
            source: the file it came from, named in errors.

        Raises ``BadInput`` with one sentence for text that is not JSON, unknown or repeated names,
        values that are not finite numbers or out of range, and vectors of a wrong length.
        """
        where = f"{source}: " if source is not None else ""
        try:
            data = document if isinstance(document, Mapping) else _parse(document)
            return cls(**_read_fields(data))
        except _PoseFault as fault:
            raise BadInput(f"{where}{fault}.") from None

    @classmethod
    def read(cls, path: str | Path) -> Pose:
        """Read a pose file (JSON). Raises ``BadInput`` naming the file."""
        try:
            text = Path(path).read_bytes()
        except OSError as error:
            raise BadInput(f"{path}: cannot be read ({error.strerror or error}).") from error
        return cls.from_json(text, source=path)


class _PoseFault(ValueError):
    """What is wrong with a pose document, as the middle of a sentence."""


class _Presets(Mapping[str, Pose]):
    """The named poses of ``resources/motions/presets.json``, read at first use."""

    @functools.cached_property
    def _poses(self) -> dict[str, Pose]:
        documents = json.loads(_PRESETS_FILE.read_text(encoding="utf-8"))
        return {name: Pose.from_json(doc, _PRESETS_FILE) for name, doc in documents.items()}

    def __getitem__(self, name: str) -> Pose:
        return self._poses[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._poses)

    def __len__(self) -> int:
        return len(self._poses)


PRESETS: Mapping[str, Pose] = _Presets()
"""Named poses: neutral, expressions, winks, and the visemes aa ee ih oh ou fv mbp l th ch."""


def _mirror_name(name: str) -> str:
    if name.endswith("Left"):
        return name[: -len("Left")] + "Right"
    if name.endswith("Right"):
        return name[: -len("Right")] + "Left"
    return name


_MIRROR = np.array([ARKIT_INDEX[_mirror_name(name)] for name in ARKIT_NAMES])


def _plain(value: np.float32) -> float:
    """The shortest decimal that reads back as the same float32."""
    return float(np.format_float_scientific(value, unique=True))


def _parse(document: str | bytes) -> Mapping[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            repeated = next(name for name in names if names.count(name) > 1)
            raise _PoseFault(f"{repeated!r} is given twice")
        return dict(pairs)

    def constant(text: str) -> Any:
        raise _PoseFault(f"{text} is not a finite number")

    try:
        data = json.loads(document, object_pairs_hook=unique, parse_constant=constant)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _PoseFault(f"is not a pose file, the text is not JSON ({error})") from error
    if not isinstance(data, Mapping):
        raise _PoseFault("is not a pose file, a JSON object is expected")
    return data


def _read_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name == "blendshapes":
            values[name] = _read_blendshapes(value)
        elif name in _VECTOR_LIMITS:
            values[name] = _read_vector(name, value)
        else:
            known = ", ".join(_SIZES)
            raise _PoseFault(f"{name!r} is not part of a pose (known: {known})")
    return values


def _read_blendshapes(value: Any) -> NDArray[np.float32]:
    if not isinstance(value, Mapping):
        raise _PoseFault("'blendshapes' must map ARKit names to numbers")
    low, high = COEFFICIENT_RANGE
    blendshapes = np.zeros(len(ARKIT_NAMES), np.float32)
    for name, number in value.items():
        if name not in ARKIT_INDEX:
            raise _PoseFault(f"{name!r} is not an ARKit coefficient{_suggestion(str(name))}")
        blendshapes[ARKIT_INDEX[name]] = _read_number(name, number, low, high)
    return blendshapes


def _read_vector(name: str, value: Any) -> NDArray[np.float32] | None:
    if value is None and name == "expression":
        return None
    if not isinstance(value, list | tuple) or len(value) != _SIZES[name]:
        raise _PoseFault(f"{name!r} must be a list of {_SIZES[name]} numbers")
    limit = _VECTOR_LIMITS[name]
    return np.array([_read_number(name, item, -limit, limit) for item in value], np.float32)


def _read_number(name: str, value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _PoseFault(f"{name!r} holds {value!r}, which is not a number")
    if not math.isfinite(value):
        raise _PoseFault(f"{name!r} holds {value}, which is not a finite number")
    if not low <= value <= high:
        raise _PoseFault(f"{name!r} holds {value:g}, outside {low:g} to {high:g}")
    return float(value)


def _suggestion(name: str) -> str:
    """``; did you mean X?``-style hint without the question mark, or nothing."""
    key = re.sub(r"[^a-z]", "", name.lower())
    wanted = re.sub(r"(left|right)$", "", re.sub(r"_?([lr])$", "", key))
    close = [n for n in ARKIT_NAMES if n.lower() == key] or [
        n for n in ARKIT_NAMES if wanted and n.lower().startswith(wanted)
    ]
    return f" (did you mean {' or '.join(close[:2])})" if close else ""
