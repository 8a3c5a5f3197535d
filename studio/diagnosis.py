"""Trying each part that Triptych stands on, one by one."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

import models
from models.assets import Asset, find_asset, manifest, remedy, user_folder

REINSTALL = "install Triptych again into a fresh environment"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check: works or not, in words, and what to do if not."""

    name: str
    works: bool
    detail: str
    remedy: str = ""
    needed: bool = True


def examine() -> Iterator[Finding]:
    """Run every check, each when it is asked for; a check that raises becomes a finding."""
    yield _python()
    for name, check, advice, needed in _CHECKS:
        yield _tried(name, check, advice, needed)
    for asset in manifest().values():
        yield _asset(asset)
    yield _tried("landmarker", _landmarker, REINSTALL, True)
    for name, library, advice in (
        ("OpenGL", "GL", "install libgl1 (Debian, Ubuntu) or a graphics driver"),
        ("EGL", "EGL", "install libegl1 (Debian, Ubuntu)"),
    ):
        yield _library(name, library, advice)


def _python() -> Finding:
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    detail = f"{platform.python_version()} on {platform.platform()}"
    return Finding("python", fits, detail, "use Python 3.11, 3.12 or 3.13")


def _tried(name: str, check: Callable[[], str], advice: str, needed: bool) -> Finding:
    try:
        return Finding(name, True, check(), needed=needed)
    except Exception as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        return Finding(name, False, why, advice, needed)


def _asset(asset: Asset) -> Finding:
    place = find_asset(asset.name)
    detail = str(place) if place else f"not installed ({asset.purpose})"
    return Finding(f"asset {asset.name}", place is not None, detail, remedy(asset), asset.carried)


def _library(name: str, library: str, advice: str) -> Finding:
    if sys.platform != "linux":
        return Finding(name, True, "part of the system", needed=False)
    found = find_library(library)
    return Finding(name, found is not None, found or "not found", advice, needed=False)


def _version(package: str, module: str | None = None) -> str:
    importlib.import_module(module or package)
    return importlib.metadata.version(package)


def _torch() -> str:
    import torch

    devices = ["cpu"]
    devices += [f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in _cuda_devices()]
    if torch.backends.mps.is_available():
        devices.append("mps")
    total = float(torch.ones(8).sum())
    return f"{torch.__version__}, sum of eight ones {total:g}, devices {', '.join(devices)}"


def _cuda_devices() -> range:
    import torch

    return range(torch.cuda.device_count()) if torch.cuda.is_available() else range(0)


def _numba() -> str:
    import numba

    answer = numba.njit(lambda number: number * 2)(21)
    if answer != 42:
        raise RuntimeError("compiled code gives wrong numbers")
    return f"{numba.__version__} compiles, {numba.get_num_threads()} threads"


def _opencv() -> str:
    import cv2
    import numpy as np

    cv2.GaussianBlur(np.zeros((8, 8), np.float32), (3, 3), 0)
    return str(cv2.__version__)


def _encoders() -> str:
    import av

    absent = [name for name in ("libx264",) if name not in av.codecs_available]
    if absent:
        raise RuntimeError(f"the encoder {absent[0]} is missing")
    extra = [name for name in ("prores_ks", "libvpx-vp9") if name in av.codecs_available]
    return f"{av.__version__} with libx264, {', '.join(extra)}"


def _landmarker() -> str:
    import numpy as np

    from models.portrait.tasks import detect_landmarks

    detect_landmarks(np.full((64, 64, 3), 127, np.uint8))
    return "ran on a small picture"


def _heic() -> str:
    return _version("pillow-heif", "pillow_heif")


def _compiled_folder() -> Path:
    """Where numba keeps compiled kernels: beside the code, or where the user says."""
    return Path(os.environ.get("NUMBA_CACHE_DIR") or Path(models.__file__ or ".").parent)


def _folders() -> str:
    for folder in (user_folder(), _compiled_folder()):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(existing, os.W_OK):
            raise PermissionError(f"{existing} cannot be written to")
    with tempfile.TemporaryFile() as stream:
        stream.write(b"triptych")
    free = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    if free < 0.5:
        raise OSError(f"only {free:.2f} GB are free in {tempfile.gettempdir()}")
    return f"{user_folder()} and the cache of compiled code, {free:.0f} GB free"


_CHECKS: tuple[tuple[str, Callable[[], str], str, bool], ...] = (
    ("torch", _torch, REINSTALL, True),
    ("numba", _numba, REINSTALL, True),
    ("mediapipe", lambda: _version("mediapipe"), REINSTALL, True),
    ("opencv", _opencv, "install opencv-python-headless, not opencv-python", True),
    ("film encoders", _encoders, REINSTALL, True),
    ("folders", _folders, "free some space, or make the folder writable", True),
    ("HEIC photos", _heic, 'pip install "triptych-studio[heic]"', False),
)
