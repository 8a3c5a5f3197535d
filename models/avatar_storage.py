"""Parts of an avatar to and from the archive of a `.avatar` file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part, Proxy
from models.animate.rig import JOINTS, Rig
from models.animate.shape_basis import SHAPE_COUNT
from models.avatar_file import AvatarArchive, read_archive, write_archive
from models.avatar_parts import STAGES, AvatarParts, BuildReport, Origin, SourcePhoto
from models.avatar_schema import (
    FORMAT_VERSION,
    ArchiveSchema,
    ArraySpec,
    SchemaFault,
    check_arrays,
    read_description,
)
from models.camera import Camera
from models.errors import BadInput
from models.plane_storage import StoredField, StoredPlanes
from models.pose import ARKIT_NAMES, EXPRESSION_COUNT, Pose
from models.triplane.decoder import HIDDEN, OUTPUTS, Decoder
from models.triplane.field import CHANNELS

Arrays = Mapping[str, NDArray[Any]]

_PARTS = {part: part.name.lower() for part in Part}
_BRANCHES = ("canonical", "appearance")
_PHOTO_SIDES = range(16, 4097)
_RESOLUTIONS = range(2, 1025)
_FARTHEST = 100.0
"""Canonical units; a head is about 0.3 wide."""
_LARGEST_VALUE = 1e4
_EXPRESSION = "rig.expression."
_PNG_LEVEL = [cv2.IMWRITE_PNG_COMPRESSION, 2]


def _f32(*shape: int | str | None) -> ArraySpec:
    return ArraySpec(("float32",), shape)


def _i32(*shape: int | str | None) -> ArraySpec:
    return ArraySpec(("int32",), shape)


def _plane_specs() -> dict[str, ArraySpec]:
    specs = {
        "decoder.w1": _f32(HIDDEN, CHANNELS),
        "decoder.b1": _f32(HIDDEN),
        "decoder.w2": _f32(OUTPUTS, HIDDEN),
        "decoder.b2": _f32(OUTPUTS),
    }
    for part in _PARTS.values():
        side = f"{part} resolution"
        specs[f"{part}.cube"] = _f32(4)
        for branch in _BRANCHES:
            count = f"{part} {branch} channels"
            specs[f"{part}.{branch}.values"] = ArraySpec(("int16",), (3, count, side, side))
            specs[f"{part}.{branch}.scale"] = _f32(3, count)
            specs[f"{part}.{branch}.channels"] = ArraySpec(("uint8",), (count,))
    return specs


def _expression_specs() -> dict[str, ArraySpec]:
    specs = {
        "basis": (("float16",), ("components", "controls", 3)),
        "vertex": (("int32",), ("followers",)),
        "start": (("int32",), (None,)),
        "control": (("uint16",), ("followings",)),
        "share": (("float16",), ("followings",)),
        "opening": (("float32",), ("components",)),
        "mirror": (("float32",), ("components", "components")),
    }
    return {_EXPRESSION + name: ArraySpec(*spec, optional=True) for name, spec in specs.items()}


_SHAPE_SPECS = {
    "rig.shape.delta": ArraySpec(("float16",), (SHAPE_COUNT, "vertices", 3), optional=True),
    "rig.shape.pivots": ArraySpec(("float32",), (SHAPE_COUNT, len(JOINTS), 3), optional=True),
}

SCHEMA = ArchiveSchema(
    planes=_plane_specs(),
    proxy={
        "canonical": _f32("vertices", 3),
        "faces": _i32("faces", 3),
        "part": ArraySpec(("uint8",), ("faces",)),
        "soft": ArraySpec(("bool",), ("faces",)),
        "rig.rest": _f32("vertices", 3),
        "rig.blend_start": _i32(len(ARKIT_NAMES) + 1),
        "rig.blend_vertex": _i32("displacements"),
        "rig.blend_delta": _f32("displacements", 3),
        "rig.weights": _f32("vertices", len(JOINTS)),
        "rig.pivots": _f32(len(JOINTS), 3),
        "rig.jaw_motion": _f32(len(ARKIT_NAMES), 6),
        "rig.lid_vertices": _i32("lids"),
        "rig.lid_sphere": _f32("lids", 4),
        "rig.seal_vertex": _i32("sealed"),
        "rig.seal_delta": _f32("sealed", 3),
        "rig.seal_release": _f32(1),
        "photo_valid": ArraySpec(("uint8",), (None,)),
        **_expression_specs(),
        **_SHAPE_SPECS,
    },
)
"""Arrays of a `.avatar` file; ``cube`` is a field's centre and side, ``photo_valid`` is packed."""


def save_parts(path: str | Path, parts: AvatarParts) -> None:
    """Write a `.avatar` file, whole or not at all. Raises ``BadInput`` when that fails."""
    source, origin, report = parts.source, parts.origin, parts.report
    head, rig = parts.fields[Part.HEAD], parts.proxy.rig
    meta = {
        # Whoever has no FLAME file writes what older versions can read.
        "version": 1 if rig.expression is None and rig.shape is None else FORMAT_VERSION,
        "name": origin.name,
        "made_with": origin.made_with,
        "camera": source.camera.to_vector().tolist(),
        "source_pose": source.pose.to_json(),
        "center": [float(value) for value in head.center],
        "box_warp": head.box_warp,
        "metres_per_unit": origin.metres_per_unit,
        "head": {"kind": origin.head, "file": origin.head_file, "shape": list(origin.shape)},
        "licences": list(origin.licences),
        "warnings": list(report.warnings),
        "details": {
            **origin.details,
            "fit_error_percent": report.fit_error_percent,
            "seconds": dict(report.seconds),
        },
    }
    archive = AvatarArchive(
        meta=meta,
        planes=_plane_arrays(parts),
        proxy=_proxy_arrays(parts),
        source_png=_encode(np.concatenate([source.crop, source.matte])),
        background_png=_encode(source.background),
    )
    check_arrays(archive.planes, SCHEMA.planes)
    check_arrays(archive.proxy, SCHEMA.proxy)
    write_archive(path, archive)


def load_parts(path: str | Path) -> AvatarParts:
    """Read a `.avatar` file, trusting nothing in it.

    Raises ``BadInput`` with one sentence that names the file, what is wrong and the remedy.
    """
    archive = read_archive(path, SCHEMA)
    try:
        return _parts(archive, path)
    except SchemaFault as fault:
        raise BadInput(
            f"{path} is damaged ({fault}); use another copy or build the avatar again."
        ) from None


def _plane_arrays(parts: AvatarParts) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        f"decoder.{name}": getattr(parts.decoder, name) for name in ("w1", "b1", "w2", "b2")
    }
    for part, name in _PARTS.items():
        field = parts.fields[part]
        arrays[f"{name}.cube"] = np.append(field.center, np.float32(field.box_warp))
        for branch in _BRANCHES:
            for key, array in vars(getattr(field, branch)).items():
                arrays[f"{name}.{branch}.{key}"] = array
    return arrays


def _proxy_arrays(parts: AvatarParts) -> dict[str, NDArray[Any]]:
    proxy = parts.proxy
    return {
        "canonical": proxy.canonical,
        "faces": proxy.faces,
        "part": proxy.part,
        "soft": proxy.soft,
        "photo_valid": np.packbits(parts.source.valid),
        **{f"rig.{name}": array for name, array in proxy.rig.arrays().items()},
    }


def _parts(archive: AvatarArchive, path: str | Path) -> AvatarParts:
    description = read_description(archive.meta)
    proxy = _read_proxy(archive.proxy)
    try:
        camera = Camera.from_vector(description.camera)
        decoder = Decoder(*(archive.planes[f"decoder.{n}"] for n in ("w1", "b1", "w2", "b2")))
    except ValueError as error:
        raise SchemaFault(str(error)) from None
    details = dict(description.details)
    return AvatarParts(
        proxy=proxy,
        fields=tuple(_read_field(archive.planes, name) for name in _PARTS.values()),
        decoder=decoder,
        source=_read_source(archive, camera, Pose.from_json(description.source_pose, path)),
        origin=Origin(
            name=description.name,
            head=description.head.kind,
            head_file=description.head.file,
            shape=tuple(description.head.shape),
            metres_per_unit=description.metres_per_unit,
            made_with=description.made_with,
            licences=tuple(description.licences),
            details={k: v for k, v in details.items() if k not in ("seconds", "fit_error_percent")},
        ),
        report=BuildReport(
            seconds=_seconds(details.get("seconds")),
            fit_error_percent=_number(details.get("fit_error_percent", 0.0)),
            warnings=tuple(description.warnings),
        ),
    )


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SchemaFault("avatar.json: details: a measurement is not a number")
    return float(value)


def _seconds(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise SchemaFault("avatar.json: details: the seconds of the stages are missing")
    # JSON objects are written in alphabetical order.
    ordered = [stage for stage in STAGES if stage in value]
    ordered += [stage for stage in value if stage not in STAGES]
    return {stage: _number(value[stage]) for stage in ordered}


def _read_field(arrays: Arrays, part: str) -> StoredField:
    cube = arrays[f"{part}.cube"]
    _require(f"{part}.cube", bool(np.abs(cube).max() <= _FARTHEST and cube[3] > 1e-3))
    branches = []
    for branch in _BRANCHES:
        name = f"{part}.{branch}"
        values, scale = arrays[f"{name}.values"], arrays[f"{name}.scale"]
        channels = arrays[f"{name}.channels"]
        ascending = bool((np.diff(channels.astype(np.int64)) > 0).all())
        _require(f"{name}.channels", ascending and bool((channels < CHANNELS).all()))
        _require(f"{name}.scale", bool((np.abs(scale) * 32768 <= _LARGEST_VALUE).all()))
        _require(f"{name}.values", values.shape[-1] in _RESOLUTIONS)
        branches.append(StoredPlanes(values, scale, channels))
    return StoredField(branches[0], branches[1], cube[:3].copy(), float(cube[3]))


def _read_proxy(arrays: Arrays) -> Proxy:
    """The proxy and its rig; every index is checked, since kernels do not."""
    vertices = len(arrays["canonical"])
    start = arrays["rig.blend_start"]
    _require("rig.blend_start", start[0] == 0 and start[-1] == len(arrays["rig.blend_vertex"]))
    _require("rig.blend_start", bool((np.diff(start) >= 0).all()))
    for name, indices in arrays.items():
        if indices.dtype == np.int32 and not name.endswith("start"):
            _require(name, not indices.size or (indices.min() >= 0 and indices.max() < vertices))
    _require("faces", len(arrays["faces"]) > 0)
    _require("part", bool((arrays["part"] < len(_PARTS)).all()))
    for name, array in arrays.items():
        if array.dtype.kind == "f":
            limit = _LARGEST_VALUE if name.startswith(_EXPRESSION) else _FARTHEST
            _require(name, not array.size or bool(np.abs(array).max() <= limit))
    rig = _read_rig(arrays)
    return Proxy(arrays["canonical"], arrays["faces"], arrays["part"], arrays["soft"], rig)


def _read_rig(arrays: Arrays) -> Rig:
    for specs in (_expression_specs(), _SHAPE_SPECS):
        if len(specs.keys() & arrays.keys()) not in (0, len(specs)):
            raise SchemaFault("arrays of the head's components are missing")
    own = {k.removeprefix("rig."): v for k, v in arrays.items() if k.startswith("rig.")}
    rig = Rig.of(own)
    if rig.expression is not None:
        _require(f"{_EXPRESSION}basis", len(rig.expression.basis) == EXPRESSION_COUNT)
        fault = rig.expression.fault(len(rig.rest))
        _require(_EXPRESSION + fault, not fault)
    return rig


def _require(name: str, good: object) -> None:
    if not good:
        raise SchemaFault(f"array {name!r} holds impossible values")


def _read_source(archive: AvatarArchive, camera: Camera, pose: Pose) -> SourcePhoto:
    rgba = _decode("source.png", archive.source_png, 4)
    side = rgba.shape[-1]
    bits = archive.proxy["photo_valid"]
    if len(bits) != -(-side * side // 8):
        raise SchemaFault("array 'photo_valid' does not fit source.png")
    return SourcePhoto(
        crop=rgba[:3],
        matte=rgba[3:],
        valid=np.unpackbits(bits, count=side * side).astype(bool).reshape(1, side, side),
        background=_decode("background.png", archive.background_png, 3),
        camera=camera,
        pose=pose,
    )


def _encode(image: NDArray[np.uint8]) -> bytes:
    """PNG of (3 or 4, S, S) uint8 RGB(A), straight alpha."""
    order = [2, 1, 0, 3][: len(image)]
    pixels = np.ascontiguousarray(image[order].transpose(1, 2, 0))
    done, content = cv2.imencode(".png", pixels, _PNG_LEVEL)
    if not done:
        raise SchemaFault("a picture could not be encoded")
    return bytes(content)


def _decode(name: str, content: bytes, channels: int) -> NDArray[np.uint8]:
    """(channels, S, S) uint8 RGB(A) of a square PNG."""
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None or pixels.dtype != np.uint8 or pixels.ndim != 3:
        raise SchemaFault(f"{name} is not a colour picture")
    height, width, found = pixels.shape
    if found != channels or height != width or width not in _PHOTO_SIDES:
        raise SchemaFault(f"{name} has {width}x{height} pixels of {found} channels")
    order = [2, 1, 0, 3][:channels]
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[order])
