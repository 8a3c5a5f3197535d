"""Fixtures for all tests: few threads, no window, the sample portrait and its avatar."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# Before numpy, torch or Qt are imported: tests run side by side on few processors.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("TRIPTYCH_DEBUG", None)

import pytest

if TYPE_CHECKING:
    from models.avatar import Avatar


@pytest.fixture(autouse=True, scope="session")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the user's own folders."""
    patch = pytest.MonkeyPatch()
    patch.delenv("TRIPTYCH_ASSETS", raising=False)
    root = tmp_path_factory.mktemp("home")
    for name in ("data", "log", "state", "config"):
        folder = root / name
        patch.setattr(f"platformdirs.user_{name}_dir", lambda *_, folder=folder, **__: str(folder))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def astronaut_png(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample portrait, 512x512, as a file."""
    from studio.sample_portrait import write_portrait

    path = tmp_path_factory.mktemp("portrait") / "astronaut.png"
    write_portrait(path)
    return path


@pytest.fixture(scope="session")
def sample_avatar(astronaut_png: Path) -> Avatar:
    """The avatar of the sample portrait, built once for each test process that asks for it."""
    from models.avatar import Avatar

    return Avatar.build(astronaut_png)
