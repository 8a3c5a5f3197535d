"""The timeline as JSON, read without trust.

Poses are packed: little-endian numbers, compressed, as base64 text. As plain JSON a minute of a
take has a hundred thousand numbers, which every check, copy and comparison would walk through.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import BadInput
from studio.session.curves import Curve, Easing, Key
from studio.session.pose_track import PoseTrack
from studio.session.pose_vector import EXPRESSION_WIDTH, WIDTH
from studio.session.takes import Take
from studio.session.timeline import Timeline

_MOST_POSES = 1_000_000
_LARGEST = 10_000.0
"""No angle, coefficient or place is near it: Pose itself has narrower limits."""

_PACKED: WeakKeyDictionary[PoseTrack, dict[str, Any]] = WeakKeyDictionary()
"""Tracks never change: dragging a take's end need not pack a minute of poses at every step."""

_DAMAGED = "The timeline is damaged ({0}); open another copy of the project."

_Seconds = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TakeDocument(_Strict):
    name: _Name
    poses: Annotated[int, Field(ge=1, le=_MOST_POSES)]
    width: Literal[68, 168]
    times: str
    rows: str
    eye_roll: str | None = None
    start: _Seconds = 0.0
    trim: tuple[_Seconds, _Seconds]
    loops: Annotated[int, Field(ge=1, le=100_000)] = 1
    parts: list[str]
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    muted: bool = False


class _KeyDocument(_Strict):
    seconds: _Seconds
    value: Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
    easing: Easing = Easing.IN_OUT


class _CurveDocument(_Strict):
    channel: _Name
    keys: Annotated[list[_KeyDocument], Field(max_length=100_000)]


class _TimelineDocument(_Strict):
    version: Literal[1]
    takes: Annotated[list[_TakeDocument], Field(max_length=1000)] = Field(default_factory=list)
    curves: Annotated[list[_CurveDocument], Field(max_length=1000)] = Field(default_factory=list)
    loop: tuple[_Seconds, _Seconds] | None = None


def timeline_document(timeline: Timeline) -> dict[str, Any]:
    """The timeline as a JSON-ready dictionary."""
    return {
        "version": 1,
        "takes": [_take_document(take) for take in timeline.takes],
        "curves": [
            {
                "channel": curve.channel,
                "keys": [
                    {"seconds": key.seconds, "value": key.value, "easing": key.easing.value}
                    for key in curve.keys
                ],
            }
            for curve in timeline.curves
        ],
        "loop": None if timeline.loop is None else list(timeline.loop),
    }


def read_timeline(document: Mapping[str, Any]) -> Timeline:
    """Read a dictionary. Raises ``BadInput`` in one sentence."""
    try:
        data = _TimelineDocument.model_validate(dict(document))
        return Timeline(
            tuple(_take(take) for take in data.takes),
            tuple(
                Curve(c.channel, tuple(Key(k.seconds, k.value, k.easing) for k in c.keys))
                for c in data.curves
            ),
            data.loop,
        )
    except ValidationError as error:
        found = error.errors()[0]
        place = ".".join(str(part) for part in found["loc"])[:80]
        raise BadInput(_DAMAGED.format(f"{place}: {found['msg']}")) from None
    except ValueError as error:
        raise BadInput(_DAMAGED.format(error)) from None


def packed(track: PoseTrack) -> PoseTrack:
    """The track itself, its poses packed: for a worker, as that takes 20 ms for each minute."""
    _poses_document(track)
    return track


def _poses_document(track: PoseTrack) -> dict[str, Any]:
    found = _PACKED.get(track)
    if found is None:
        found = _PACKED[track] = {
            "poses": len(track),
            "width": track.rows.shape[1],
            "times": _text_of(track.times, "<f8"),
            "rows": _text_of(track.rows, "<f4"),
            "eye_roll": None if track.eye_roll is None else _text_of(track.eye_roll, "<f4"),
        }
    return found


def _take_document(take: Take) -> dict[str, Any]:
    return {
        "name": take.name,
        **_poses_document(take.track),
        "start": take.start,
        "trim": list(take.trim),
        "loops": take.loops,
        "parts": sorted(take.parts),
        "weight": take.weight,
        "muted": take.muted,
    }


def _take(data: _TakeDocument) -> Take:
    count = data.poses
    if data.width not in (WIDTH, WIDTH + EXPRESSION_WIDTH):
        raise ValueError(f"poses of {data.name} have {data.width} numbers")
    roll = None if data.eye_roll is None else _unpacked(data.eye_roll, "<f4", (count, 2))
    rows = _unpacked(data.rows, "<f4", (count, data.width))
    if not (np.abs(rows) < _LARGEST).all():
        raise ValueError(f"values of {data.name} are out of range")
    return Take(
        name=data.name,
        track=PoseTrack(_unpacked(data.times, "<f8", (count,)), rows, roll),
        start=data.start,
        trim=data.trim,
        loops=data.loops,
        parts=frozenset(data.parts),
        weight=data.weight,
        muted=data.muted,
    )


def _text_of(array: NDArray[np.floating], kind: str) -> str:
    return base64.b64encode(zlib.compress(array.astype(kind).tobytes(), 1)).decode("ascii")


def _unpacked(text: str, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """The array of packed text; never unpacks more than the shape needs. ``ValueError``."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"packed numbers cannot be read: {error}") from None
    if len(content) != size:
        raise ValueError("packed numbers have another length than they should")
    return np.frombuffer(content, kind).reshape(shape)
