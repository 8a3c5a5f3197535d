"""What may stand in a `.avatar` file: the description and the shapes of its arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

FORMAT_VERSION = 3
"""FLAME's expression and shape on the rig came with 2, the closed lids' way out with 3."""

FARTHEST = 100.0
"""Canonical units; a head is about 0.3 wide."""

Array = NDArray[Any]
Arrays = Mapping[str, Array]


class SchemaFault(ValueError):
    """What does not fit, as the middle of a sentence."""


def finite_json(value: JsonValue) -> JsonValue:
    """Refuse NaN and infinities anywhere inside a JSON value."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("numbers must be finite")
    if isinstance(value, dict):
        for item in value.values():
            finite_json(item)
    if isinstance(value, list):
        for item in value:
            finite_json(item)
    return value


FiniteJson = Annotated[JsonValue, AfterValidator(finite_json)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=2000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadDescription(_Strict):
    """Which parametric head the avatar is bound to, and its fitted shape."""

    kind: Literal["open", "flame"] = "open"
    file: Text | None = None
    """Name (no folder) of the FLAME file, so that a person knows which one was used."""
    shape: list[Finite] = Field(default_factory=list, max_length=1000)


class AvatarDescription(_Strict):
    """`avatar.json`: everything about an avatar that is not an array or a picture.

    Lengths are canonical units unless stated otherwise.
    """

    version: int = Field(FORMAT_VERSION, ge=1, le=FORMAT_VERSION, strict=True)
    name: Text = ""
    made_with: Text = ""
    camera: list[Finite] = Field(min_length=25, max_length=25)
    """EG3D's 25 numbers of the source view."""
    source_pose: dict[Text, FiniteJson] = Field(default_factory=dict)
    """The pose of the photo, as ``Pose.to_json`` gives it."""
    center: tuple[Finite, Finite, Finite] = (0.0, 0.0, 0.0)
    box_warp: Annotated[float, Field(gt=0, le=100)] = 1.0
    metres_per_unit: Annotated[float, Field(gt=0, le=100)] = 1.0
    head: HeadDescription = Field(default_factory=HeadDescription)
    licences: list[Text] = Field(default_factory=list, max_length=100)
    warnings: list[Text] = Field(default_factory=list, max_length=100)
    details: dict[Text, FiniteJson] = Field(default_factory=dict)
    """How it was made: settings and measurements, for people and reports."""


def read_description(data: Mapping[str, Any]) -> AvatarDescription:
    """The description in ``data``. Raises ``SchemaFault`` naming the first field that is wrong."""
    try:
        return AvatarDescription.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SchemaFault(f"avatar.json: {place[:80]}: {first['msg']}") from None


@dataclass(frozen=True)
class ArraySpec:
    """One expected array.

    Attributes:
        dtypes: allowed numpy dtype names.
        shape: length of each axis; None is any, a letter is any but the same everywhere.
        optional: whether it may be absent.
    """

    dtypes: tuple[str, ...]
    shape: tuple[int | str | None, ...]
    optional: bool = False

    @classmethod
    def of(cls, dtype: str, *shape: int | str | None, optional: bool = False) -> ArraySpec:
        """One of a single type."""
        return cls((dtype,), shape, optional)


@dataclass(frozen=True)
class ArchiveSchema:
    """Which arrays an archive must and may hold."""

    planes: Mapping[str, ArraySpec] = field(default_factory=dict)
    proxy: Mapping[str, ArraySpec] = field(default_factory=dict)


def check_arrays(
    arrays: Arrays, specs: Mapping[str, ArraySpec], axes: dict[str, int] | None = None
) -> None:
    """Compare arrays with what is expected of them.

    Args:
        arrays: what was read, by name.
        specs: what is expected, by name.
        axes: lengths of lettered axes known so far; new ones are added, so that one dictionary
            ties several groups of arrays together.

    Raises ``SchemaFault`` for a missing or unknown array, a wrong dtype or shape.
    """
    axes = {} if axes is None else axes
    for name in arrays:
        if name not in specs:
            raise SchemaFault(f"unknown array {name[:60]!r}")
    for name, spec in specs.items():
        if name in arrays:
            _check_array(name, arrays[name], spec, axes)
        elif not spec.optional:
            raise SchemaFault(f"array {name!r} is missing")


def check_finite(name: str, array: Array) -> None:
    """Raise ``SchemaFault`` when a float array holds NaN or infinity."""
    if array.dtype == np.float16:
        # All exponent bits set means NaN or infinity; several times faster than isfinite.
        bad = bool(((array.view(np.uint16) & 0x7C00) == 0x7C00).any())
    elif array.dtype.kind == "f":
        bad = not bool(np.isfinite(array).all())
    else:
        bad = False
    if bad:
        raise SchemaFault(f"array {name[:60]!r} holds values that are not finite")


def require(name: str, good: object) -> None:
    """Raise ``SchemaFault`` about the array of this name unless it is ``good``."""
    if not good:
        raise SchemaFault(f"array {name!r} holds impossible values")


def _check_array(name: str, array: Array, spec: ArraySpec, axes: dict[str, int]) -> None:
    if array.dtype.name not in spec.dtypes:
        expected = " or ".join(spec.dtypes)
        raise SchemaFault(f"array {name!r} has type {array.dtype.name}, expected {expected}")
    fits = array.ndim == len(spec.shape)
    for length, wanted in zip(array.shape, spec.shape, strict=False):
        if isinstance(wanted, str):
            wanted = axes.setdefault(wanted, length)
        fits = fits and (wanted is None or length == wanted)
    if not fits:
        wanted_text = ", ".join("any" if axis is None else str(axis) for axis in spec.shape)
        raise SchemaFault(f"array {name!r} has shape {array.shape}, expected ({wanted_text})")
