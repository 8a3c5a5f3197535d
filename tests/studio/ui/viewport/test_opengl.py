"""The real OpenGL surface, on a virtual display with Mesa's software renderer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from studio.ui.viewport import picture_view
from tests.studio.ui.viewport.opengl_pixels import NO_OPENGL

DISPLAY = {"QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1", "TRIPTYCH_OPENGL": "on"}
ROOT = Path(__file__).parents[4]


def test_opengl_draws_what_the_painter_draws() -> None:
    if shutil.which("xvfb-run") is None:
        pytest.skip("there is no virtual display (xvfb-run) on this machine")
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-m", "tests.studio.ui.viewport.opengl_pixels"],
        cwd=ROOT,
        env={**os.environ, **DISPLAY},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode == NO_OPENGL:
        pytest.skip(f"no OpenGL on a virtual display: {done.stdout.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_processor_that_plays_opengl_is_known() -> None:
    fault = picture_view._emulated("llvmpipe (LLVM 15.0.6, 256 bits)")
    assert fault is not None and "llvmpipe" in fault
    assert picture_view._emulated("NVIDIA GeForce RTX 4070/PCIe/SSE2") is None


def test_the_person_can_do_without_opengl(qapp, monkeypatch) -> None:
    monkeypatch.setenv("TRIPTYCH_OPENGL", "off")
    assert picture_view.opengl_fault() == "TRIPTYCH_OPENGL is off"
