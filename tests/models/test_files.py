"""Atomic writing."""

from __future__ import annotations

import errno
import shutil
import types
from pathlib import Path

import pytest

from models.files import atomic_write, not_written


def test_success_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    with atomic_write(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".png"
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_failure_keeps_the_old_file(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    with pytest.raises(failure), atomic_write(path) as temporary:
        temporary.write_bytes(b"half")
        raise failure
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("error", "why", "remedy"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "is full", "free some space"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "is full", "free some space"),
        (OSError(errno.EROFS, "Read-only file system"), "may not be changed", "another folder"),
        (PermissionError(errno.EACCES, "Permission denied"), "may not be", "another folder"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "folder is not there", "another one"),
        (OSError("encoder error -2"), "encoder error -2", "another folder"),
    ],
)
def test_why_a_file_was_not_written(tmp_path: Path, error: OSError, why: str, remedy: str) -> None:
    sentence = str(not_written(tmp_path / "picture.png", error))
    assert "picture.png" in sentence and why in sentence and remedy in sentence
    assert sentence.count("\n") == 0 and sentence.endswith(".")


def test_the_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda self: self == tmp_path)
    error = OSError(errno.ENOSPC, "No space left on device")
    assert f"the disk {tmp_path} is full" in str(not_written(tmp_path / "a" / "b.png", error))


def test_an_encoder_that_says_nothing_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: types.SimpleNamespace(free=4096))
    assert "is full" in str(not_written(tmp_path / "a.png", OSError("encoder error -2")))
