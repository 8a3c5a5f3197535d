"""Writing files so that nothing is ever left half-written."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from models.errors import BadInput

_FULL_BYTES = 64 * 1024
"""Free space below which a writer's own, wordless error is taken for a full disk."""


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block succeeds.

    The temporary file has the same suffix, is flushed to the disk and renamed over ``path``. On any
    failure, Ctrl-C included, it is removed and an older file at ``path`` stays as it was. Raises
    ``OSError`` as the file system does.
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem[:40]}-", suffix=target.suffix, dir=target.parent
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        # mkstemp makes private files; the result gets what a plain open() would have given.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def not_written(path: str | Path, error: OSError) -> BadInput:
    """The error to raise when ``path`` could not be written: why, and the remedy that fits."""
    target = Path(path)
    if _is_full(target.parent, error):
        disk = _disk(target.parent)
        reason, remedy = f"the disk {disk} is full", "free some space there or choose another one"
    elif isinstance(error, PermissionError) or error.errno == errno.EROFS:
        reason, remedy = "it may not be changed there", "choose another folder"
    elif isinstance(error, FileNotFoundError):
        reason, remedy = "its folder is not there", "choose another one"
    else:
        reason, remedy = str(error.strerror or error), "choose another folder"
    return BadInput(f"{path} cannot be written ({reason}); {remedy}.")


def _is_full(folder: Path, error: OSError) -> bool:
    if error.errno is not None:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    # Picture encoders write by themselves and do not say why they failed.
    try:
        return shutil.disk_usage(folder).free < _FULL_BYTES
    except OSError:
        return False


def _disk(folder: Path) -> Path:
    """Where the disk is mounted that holds ``folder``; on Windows its drive."""
    place = folder.absolute()
    while not place.is_mount() and place != place.parent:
        place = place.parent
    return place
