"""Reading and writing zip files that may come from anybody.

Nothing is ever extracted to the disk: members are read into memory under limits that are checked
against what the file declares before anything is unpacked, and against what comes out while it is.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath

_END_RECORD = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_DIRECTORY_LIMIT = 64 * 1024
_ENTRY_LIMIT = 100
_RATIO_LIMIT = 100
_RATIO_FREE = 64 * 1024
_PORTION = 1 << 20
_ENCRYPTED = 0x1
_READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    UnicodeDecodeError,
    RuntimeError,
    ValueError,
)


class ZipFault(ValueError):
    """What is wrong with a zip file, as the predicate of a sentence ("is cut short")."""


def read_members(path: Path, limits: Mapping[str, int], *, only: bool = True) -> dict[str, bytes]:
    """Read the expected members of a zip.

    Args:
        path: the file.
        limits: expected member names, each with the most bytes it may unpack to.
        only: refuse a zip that holds anything else; otherwise leave the rest unread.

    Returns:
        The unpacked members.

    Raises ``ZipFault`` for anything else than an intact zip with these members, ``OSError`` when
    the file cannot be read.
    """
    _check_end_record(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if not only:
                entries = [entry for entry in entries if entry.filename in limits]
            _check_names(entries, limits)
            for entry in entries:
                _check_entry(entry, limits[entry.filename])
            return {entry.filename: _read(archive, entry) for entry in entries}
    except ZipFault:
        raise
    except _READ_ERRORS as error:
        raise ZipFault("is damaged") from error


def write_members(path: Path, members: Mapping[str, bytes]) -> None:
    """Write a zip whose bytes depend on nothing but names, order, content and zlib's version.

    Tensors shrink to a third or less at zlib's quickest level; pictures are stored as they are.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # the same on every operating system
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            kind = zipfile.ZIP_DEFLATED if _shrinks(name, content) else zipfile.ZIP_STORED
            archive.writestr(entry, content, kind, compresslevel=1)


def _shrinks(name: str, content: bytes) -> bool:
    """Whether to compress a member; never so far that the reader would take it for a bomb."""
    if not name.endswith(".safetensors") or len(content) < _RATIO_FREE:
        return False
    step = max(len(content) // 16, 1)
    sample = b"".join(content[start : start + 4096] for start in range(0, len(content), step))
    return len(sample) < _RATIO_LIMIT / 4 * len(zlib.compress(sample, 1))


def _check_end_record(path: Path) -> None:
    """Refuse huge or odd directories before ``zipfile`` loads them.

    Our files have no comment and no zip64 records, so the end record is the last 22 bytes.
    """
    tail_size = _END_RECORD.size + _ZIP64_LOCATOR_SIZE
    with path.open("rb") as stream:
        start = stream.read(4)
        size = stream.seek(0, 2)
        stream.seek(max(0, size - tail_size))
        tail = stream.read(tail_size)
    if not start.startswith(b"PK"):
        raise ZipFault("is not a zip file" if size else "is empty")
    if len(tail) < tail_size or tail[_ZIP64_LOCATOR_SIZE:][:4] != _END_SIGNATURE:
        raise ZipFault("is cut short or has something appended")
    if tail.startswith(_ZIP64_LOCATOR):
        raise ZipFault("has a zip64 directory, which is never written")
    _, _, _, _, entries, directory, offset, comment = _END_RECORD.unpack(tail[_ZIP64_LOCATOR_SIZE:])
    if comment or directory > _DIRECTORY_LIMIT or entries > _ENTRY_LIMIT:
        raise ZipFault("has an unreasonable directory")
    if offset + directory + _END_RECORD.size != size:
        raise ZipFault("is damaged (its directory is not where it should be)")


def _check_names(entries: list[zipfile.ZipInfo], limits: Mapping[str, int]) -> None:
    names = [entry.filename for entry in entries]
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            raise ZipFault("holds a path that leads outside of it")
        if entry.filename not in limits:
            raise ZipFault(f"holds an unexpected member {entry.filename[:60]!r}")
        if names.count(entry.filename) > 1:
            raise ZipFault(f"holds {entry.filename} twice")
    for name in limits:
        if name not in names:
            raise ZipFault(f"lacks {name}")


def _check_entry(entry: zipfile.ZipInfo, limit: int) -> None:
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ZipFault(f"holds {name} as a link or device")
    if entry.flag_bits & _ENCRYPTED:
        raise ZipFault(f"holds {name} encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ZipFault(f"holds {name} in an unknown compression")
    if entry.file_size > limit:
        raise ZipFault(f"holds {name} with {entry.file_size} bytes, more than {limit}")
    if entry.file_size > _RATIO_FREE + _RATIO_LIMIT * entry.compress_size:
        raise ZipFault(f"holds {name} compressed beyond reason")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        # In portions, as zlib copies what it unpacked while no other thread can run. Reaching the
        # end is what makes zipfile compare the CRC; beyond what is declared it gives nothing.
        content = b"".join(iter(partial(stream.read, _PORTION), b""))
    if len(content) != entry.file_size:
        raise ZipFault(f"is damaged ({entry.filename} is not as long as declared)")
    return content
