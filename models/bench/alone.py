"""Peak memory of a program that does one thing only, measured in a fresh process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path

from models.evaluate.measure import peak_memory_bytes


def alone(task: Callable[[str], int], path: Path) -> float:
    """MB at the peak of ``task(path)`` in a process of its own, libraries included."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, (str(path),)) / 1e6


def render_peak(path: str) -> int:
    """Open an avatar file and render a 512 x 512 frame; bytes at the peak."""
    from models.avatar import Avatar

    avatar = Avatar.load(path)
    avatar.render(avatar.source_pose, avatar.source_camera, 512, device="cpu")
    return peak_memory_bytes()


def build_peak(path: str) -> int:
    """Build an avatar from a photo file; bytes at the peak."""
    from models.avatar import Avatar

    Avatar.build(path, device="cpu")
    return peak_memory_bytes()
