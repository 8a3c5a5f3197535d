"""The `.avatar` file: a zip of a description, tensors and two pictures. Never a pickle.

Members: ``avatar.json`` (description, format version, a sha256 of every other member),
``planes.safetensors``, ``proxy.safetensors``, ``source.png``, ``background.png``.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from models.avatar_schema import (
    FORMAT_VERSION,
    ArchiveSchema,
    SchemaFault,
    check_arrays,
    check_finite,
    read_description,
)
from models.errors import BadInput
from models.files import atomic_write, not_written
from models.safe_zip import ZipFault, read_members, write_members

_MIB = 1024 * 1024
_LIMITS = {
    "avatar.json": 4 * _MIB,
    "planes.safetensors": 1024 * _MIB,
    "proxy.safetensors": 256 * _MIB,
    "source.png": 128 * _MIB,
    "background.png": 128 * _MIB,
}
_CHECKSUMS = "members"
_DTYPES = {"float16", "float32", "int16", "int32", "int64", "uint8", "uint16", "bool"}
_TENSOR_HEADER_LIMIT = 256 * 1024
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_SIDE_LIMIT = 16384
_PNG_PIXEL_LIMIT = 64_000_000
_REMEDY = "use another copy or build the avatar again"


@dataclass
class AvatarArchive:
    """What a `.avatar` file holds, as plain data.

    Attributes:
        meta: ``avatar.json``; the fields of ``AvatarDescription``, with an integer ``version``.
        planes: arrays by name (tri-planes, decoder); float16, float32, int16 and other integers.
        proxy: arrays by name (mesh and rig).
        source_png: the source crop, PNG bytes.
        background_png: the background layer, PNG bytes.
    """

    meta: dict[str, Any]
    planes: dict[str, NDArray[Any]] = field(default_factory=dict)
    proxy: dict[str, NDArray[Any]] = field(default_factory=dict)
    source_png: bytes = b""
    background_png: bytes = b""


def write_archive(path: str | Path, archive: AvatarArchive) -> None:
    """Write ``archive``, replacing ``path`` only when everything is on the disk.

    The same archive gives the same bytes. Raises ``ValueError`` for content that ``read_archive``
    would refuse and ``BadInput`` when the file cannot be written.
    """
    meta = {"version": FORMAT_VERSION, **archive.meta}
    if _CHECKSUMS in archive.meta:
        raise SchemaFault(f"the name {_CHECKSUMS!r} in avatar.json is reserved")
    read_description(meta)
    for group in (archive.planes, archive.proxy):
        _check_values(group)
    for name, picture in _pictures(archive):
        _check_png(name, picture)
    members = {
        "planes.safetensors": _pack(archive.planes),
        "proxy.safetensors": _pack(archive.proxy),
        "source.png": archive.source_png,
        "background.png": archive.background_png,
    }
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    document = json.dumps(
        {**meta, _CHECKSUMS: checksums}, allow_nan=False, indent=1, sort_keys=True
    )
    members = {"avatar.json": document.encode(), **members}
    for name, content in members.items():
        if len(content) > _LIMITS[name]:
            raise SchemaFault(f"{name} has {len(content)} bytes, more than {_LIMITS[name]}")
    try:
        with atomic_write(path) as temporary:
            write_members(temporary, members)
    except OSError as error:
        raise not_written(path, error) from error


def read_archive(path: str | Path, schema: ArchiveSchema | None = None) -> AvatarArchive:
    """Read a `.avatar` file, trusting nothing in it.

    Args:
        path: the file.
        schema: arrays to expect; without one any names and shapes pass.

    Returns:
        The archive; arrays are finite.

    Raises ``BadInput`` with one sentence that names the file, what is wrong and the remedy.
    """
    path = Path(path)
    try:
        return _read(path, schema)
    except _NewerVersion as newer:
        raise BadInput(f"{path} was written by a newer Triptych ({newer}); update.") from None
    except ZipFault as fault:
        raise BadInput(f"{path} {fault}; {_REMEDY}.") from None
    except SchemaFault as fault:
        raise BadInput(f"{path} is damaged ({fault}); {_REMEDY}.") from None
    except OSError as error:
        reason = error.strerror or error
        raise BadInput(f"{path} cannot be read ({reason}); check the path.") from error


class _NewerVersion(Exception):
    """The format version is beyond ours."""


def _read(path: Path, schema: ArchiveSchema | None) -> AvatarArchive:
    try:
        members = read_members(path, _LIMITS)
    except ZipFault:
        # A newer version may well have other members: say that rather than what is odd about it.
        name = "avatar.json"
        _parse_document(read_members(path, {name: _LIMITS[name]}, only=False)[name])
        raise
    meta = _read_document(members)
    read_description(meta)
    archive = AvatarArchive(
        meta=meta,
        planes=_unpack("planes.safetensors", members),
        proxy=_unpack("proxy.safetensors", members),
        source_png=members["source.png"],
        background_png=members["background.png"],
    )
    for name, picture in _pictures(archive):
        _check_png(name, picture)
    if schema is not None:
        axes: dict[str, int] = {}
        check_arrays(archive.planes, schema.planes, axes)
        check_arrays(archive.proxy, schema.proxy, axes)
    return archive


def _pictures(archive: AvatarArchive) -> tuple[tuple[str, bytes], ...]:
    return (("source.png", archive.source_png), ("background.png", archive.background_png))


def _parse_document(content: bytes) -> dict[str, Any]:
    """``avatar.json`` of a version that can be read."""
    try:
        document = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise SchemaFault("avatar.json is not JSON") from None
    if not isinstance(document, dict):
        raise SchemaFault("avatar.json is not an object")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SchemaFault("avatar.json has no format version")
    if version > FORMAT_VERSION:
        raise _NewerVersion(f"version {version}")
    return document


def _read_document(members: dict[str, bytes]) -> dict[str, Any]:
    """``avatar.json`` without the checksums, after comparing them."""
    document = _parse_document(members["avatar.json"])
    checksums = document.pop(_CHECKSUMS, None)
    others = {name: content for name, content in members.items() if name != "avatar.json"}
    if not isinstance(checksums, dict) or set(checksums) != set(others):
        raise SchemaFault("avatar.json has no checksums")
    for name, content in others.items():
        if hashlib.sha256(content).hexdigest() != checksums[name]:
            raise SchemaFault(f"{name} does not match its checksum")
    return document


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _pack(arrays: dict[str, NDArray[Any]]) -> bytes:
    contiguous = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    return bytes(safetensors.numpy.save(contiguous))


def _unpack(name: str, members: dict[str, bytes]) -> dict[str, NDArray[Any]]:
    content = members[name]
    if len(content) < 8 or struct.unpack("<Q", content[:8])[0] > _TENSOR_HEADER_LIMIT:
        raise SchemaFault(f"{name} has an unreasonable header")
    try:
        arrays = safetensors.numpy.load(content)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError):
        raise SchemaFault(f"{name} is not a safetensors file") from None
    _check_values(arrays)
    return arrays


def _check_values(arrays: dict[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        if array.dtype.name not in _DTYPES:
            raise SchemaFault(f"array {name[:60]!r} has type {array.dtype.name}")
        check_finite(name, array)


def _check_png(name: str, content: bytes) -> None:
    """Check signature and declared size, which bounds what a decoder will allocate."""
    if len(content) < 33 or not content.startswith(_PNG_SIGNATURE) or content[12:16] != b"IHDR":
        raise SchemaFault(f"{name} is not a PNG picture")
    width, height = struct.unpack(">2L", content[16:24])
    if not (0 < width <= _PNG_SIDE_LIMIT and 0 < height <= _PNG_SIDE_LIMIT):
        raise SchemaFault(f"{name} declares {width}x{height} pixels")
    if width * height > _PNG_PIXEL_LIMIT:
        raise SchemaFault(f"{name} declares {width}x{height} pixels")
