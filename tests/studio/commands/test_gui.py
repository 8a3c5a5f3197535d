"""`triptych gui`: what it says when there is nothing to show a window on, and what it opens."""

from __future__ import annotations

import subprocess
import sys

import pytest

from studio import cli
from studio.commands import gui


@pytest.fixture
def opened(monkeypatch):
    """What would have been opened, in place of a window."""
    calls = []
    module = type(sys)("studio.ui.app")
    module.run_studio = lambda target, sample=False: calls.append((target, sample)) or 0
    monkeypatch.setitem(sys.modules, "studio.ui.app", module)
    return calls


def test_without_a_command_the_window_opens(opened):
    assert cli.main([]) == 0 and opened == [(None, False)]


def test_a_file_or_the_sample_is_opened(opened, tmp_path):
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"x")
    assert cli.main(["gui", str(photo)]) == 0 and cli.main(["gui", "--sample"]) == 0
    assert opened == [(photo, False), (None, True)]


def test_a_missing_file_is_told_before_a_window_opens(opened, capsys):
    assert cli.main(["gui", "nothing.avatar"]) == 3 and opened == []
    assert "nothing.avatar does not exist" in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are those of Linux")
def test_no_display_is_one_sentence(opened, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["gui"]) == 1 and opened == []
    error = capsys.readouterr().err
    assert error.startswith("triptych: There is no display") and error.count("\n") == 1


def test_missing_libraries_of_qt_are_one_sentence(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "studio.ui.app", None)
    monkeypatch.setattr(gui, "check_display", lambda: None)

    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == "studio.ui.app":
                raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.delitem(sys.modules, "studio.ui.app")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    assert cli.main(["gui"]) == 1
    error = capsys.readouterr().err
    assert "libEGL.so.1" in error and error.count("\n") == 1


def test_the_window_does_not_wait_for_heavy_packages():
    code = (
        "import sys, studio.ui.app\n"
        "heavy = {'torch', 'cv2', 'mediapipe', 'numba', 'av', 'scipy', 'skimage', 'pyqtgraph'}\n"
        "sys.exit(f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
