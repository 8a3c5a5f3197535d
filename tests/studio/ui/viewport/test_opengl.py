"""The real OpenGL surface, on a virtual display with Mesa's software renderer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.studio.ui.viewport.opengl_pixels import NO_OPENGL

ROOT = Path(__file__).parents[4]


def test_opengl_draws_what_the_painter_draws() -> None:
    if shutil.which("xvfb-run") is None:
        pytest.skip("there is no virtual display (xvfb-run) on this machine")
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-m", "tests.studio.ui.viewport.opengl_pixels"],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode == NO_OPENGL:
        pytest.skip(f"no OpenGL on a virtual display: {done.stdout.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
