from __future__ import annotations

import subprocess
import sys

import pytest

from models.errors import BadInput
from models.render import devices


def test_rendering_on_the_processor_does_not_load_torch():
    """It would take more memory than the rest together, and longer than a picture to draw."""
    script = (
        "import sys; import models.avatar; from models.render.frame import warm_up;"
        "from models.render.devices import choose_device; warm_up(); choose_device('cpu');"
        "print([name for name in ('torch', 'mediapipe', 'onnxruntime') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_auto_is_the_processor_where_there_is_no_driver(monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(devices.ctypes, "CDLL", missing)
    devices.choose_device.cache_clear()
    try:
        assert devices.choose_device("auto") == "cpu"
        assert devices.choose_device("cpu:0") == "cpu"
        with pytest.raises(BadInput, match="no device"):
            devices.choose_device("toaster")
    finally:
        devices.choose_device.cache_clear()
