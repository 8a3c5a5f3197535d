"""The whole window with real avatars, on a virtual display with OpenGL, by mouse and keyboard."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.studio.ui.journey import NO_OPENGL

ROOT = Path(__file__).parents[3]
DISPLAY = {"QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1", "TRIPTYCH_OPENGL": "on"}


def journey(what: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *("xvfb-run", "-a", "-s", "-screen 0 1280x800x24"),
            *(sys.executable, "-m", "tests.studio.ui.journey", what, str(folder)),
        ],
        cwd=ROOT,
        env={**os.environ, **DISPLAY},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_from_a_photo_to_work_that_survives_a_killed_process(tmp_path) -> None:
    if shutil.which("xvfb-run") is None:
        pytest.skip("there is no virtual display (xvfb-run) on this machine")
    worked = journey("work", tmp_path)
    if worked.returncode == NO_OPENGL:
        pytest.skip(f"no OpenGL on a virtual display: {worked.stdout.strip()}")
    # The shell that xvfb-run is tells of a killed program by 128 and the signal's number.
    assert worked.returncode == 128 + signal.SIGKILL, worked.stdout + worked.stderr
    recovered = journey("recover", tmp_path)
    assert recovered.returncode == 0, recovered.stdout + recovered.stderr
