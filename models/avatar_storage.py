"""Parts of an avatar to and from the archive of a `.avatar` file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.animate.rig import Rig
from models.avatar_file import AvatarArchive, read_archive, write_archive
from models.avatar_parts import STAGES, AvatarParts, BuildReport, Origin, SourcePhoto
from models.avatar_schema import (
    FARTHEST,
    FORMAT_VERSION,
    ArchiveSchema,
    Arrays,
    ArraySpec,
    SchemaFault,
    check_arrays,
    read_description,
    require,
)
from models.camera import Camera
from models.errors import BadInput
from models.plane_storage import StoredField, StoredPlanes
from models.pose import Pose
from models.proxy_storage import PROXY_SPECS, proxy_arrays, read_proxy
from models.triplane.decoder import HIDDEN, OUTPUTS, Decoder
from models.triplane.field import CHANNELS

_PARTS = {part: part.name.lower() for part in Part}
_BRANCHES = ("canonical", "appearance")
_PHOTO_SIDES = range(16, 4097)
_RESOLUTIONS = range(2, 1025)
_LARGEST_FEATURE = 1e4
_PNG_LEVEL = [cv2.IMWRITE_PNG_COMPRESSION, 2]


def _plane_specs() -> dict[str, ArraySpec]:
    specs = {
        "decoder.w1": ArraySpec.of("float32", HIDDEN, CHANNELS),
        "decoder.b1": ArraySpec.of("float32", HIDDEN),
        "decoder.w2": ArraySpec.of("float32", OUTPUTS, HIDDEN),
        "decoder.b2": ArraySpec.of("float32", OUTPUTS),
    }
    for part in _PARTS.values():
        side = f"{part} resolution"
        specs[f"{part}.cube"] = ArraySpec.of("float32", 4)
        for branch in _BRANCHES:
            count = f"{part} {branch} channels"
            specs[f"{part}.{branch}.values"] = ArraySpec.of("int16", 3, count, side, side)
            specs[f"{part}.{branch}.scale"] = ArraySpec.of("float32", 3, count)
            specs[f"{part}.{branch}.channels"] = ArraySpec.of("uint8", count)
    return specs


SCHEMA = ArchiveSchema(
    planes=_plane_specs(),
    proxy={**PROXY_SPECS, "photo_valid": ArraySpec.of("uint8", None)},
)
"""Arrays of a `.avatar` file; ``cube`` is a field's centre and side, ``photo_valid`` is packed."""


def _version(rig: Rig) -> int:
    """The oldest format that holds what the rig has: older applications read it, too."""
    if rig.veils is not None:
        return FORMAT_VERSION
    return 1 if rig.expression is None and rig.shape is None else 2


def save_parts(path: str | Path, parts: AvatarParts) -> None:
    """Write a `.avatar` file, whole or not at all. Raises ``BadInput`` when that fails."""
    source, origin, report = parts.source, parts.origin, parts.report
    head, rig = parts.fields[Part.HEAD], parts.proxy.rig
    meta = {
        "version": _version(rig),
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
        proxy={**proxy_arrays(parts.proxy), "photo_valid": np.packbits(source.valid)},
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


def _parts(archive: AvatarArchive, path: str | Path) -> AvatarParts:
    description = read_description(archive.meta)
    proxy = read_proxy(archive.proxy)
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
    require(f"{part}.cube", bool(np.abs(cube).max() <= FARTHEST and cube[3] > 1e-3))
    branches = []
    for branch in _BRANCHES:
        name = f"{part}.{branch}"
        values, scale = arrays[f"{name}.values"], arrays[f"{name}.scale"]
        channels = arrays[f"{name}.channels"]
        ascending = bool((np.diff(channels.astype(np.int64)) > 0).all())
        require(f"{name}.channels", ascending and bool((channels < CHANNELS).all()))
        require(f"{name}.scale", bool((np.abs(scale) * 32768 <= _LARGEST_FEATURE).all()))
        require(f"{name}.values", values.shape[-1] in _RESOLUTIONS)
        branches.append(StoredPlanes(values, scale, channels))
    return StoredField(branches[0], branches[1], cube[:3].copy(), float(cube[3]))


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
