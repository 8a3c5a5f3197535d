"""The arguments of `triptych evaluate` reach the build and the run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.camera import Camera
from models.errors import BadInput
from models.evaluate import reconstruct as protocol
from models.evaluate.report import Judges
from models.pose import Pose
from studio.cli import main

rendered: set[str] = set()


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put a fake avatar in the place of the real one; lists the arguments of every build."""
    calls: list[dict[str, Any]] = []
    rendered.clear()

    def render(pose: Pose, camera: Camera, *, size: int, device: str, **look: Any) -> np.ndarray:
        rendered.add(device)
        return np.full((3, size, size), 0.4, np.float32)

    def build(photo: Path, *, progress: Any, **options: Any) -> Any:
        calls.append(options)
        progress("portrait", 0.0)
        if photo.stem == "llama":
            raise BadInput(f"no face found in {photo}; try a larger or more frontal photo")
        return SimpleNamespace(
            source_pose=Pose(),
            source_camera=Camera.orbit(),
            source_crop=np.full((3, 512, 512), 0.5, np.float32),
            source_matte=np.ones((1, 512, 512), np.float32),
            render=render,
        )

    fake = SimpleNamespace(Avatar=SimpleNamespace(build=build))
    monkeypatch.setitem(sys.modules, "models.avatar", fake)
    monkeypatch.setattr(protocol, "load_judges", lambda: Judges(False, None))
    return calls


def photos(folder: Path, *names: str) -> str:
    for name in names:
        (folder / name).write_bytes(b"")
    return str(folder)


def test_options_reach_the_build(builds: list[dict[str, Any]], tmp_path: Path) -> None:
    rows = tmp_path / "rows.json"
    folder = photos(tmp_path, "ada.jpg")
    options = ["--resolution", "128", "--device", "cpu", "--json", str(rows)]
    assert main(["evaluate", "reconstruct", folder, *options]) == 0
    assert builds == 2 * [{"head": "open", "resolution": 128, "device": "cpu"}]
    assert rendered == {"cpu"}
    (row,) = json.loads(rows.read_text())["rows"]
    assert (row["photo"], row["plane_resolution"], row["device"]) == ("ada.jpg", 128, "cpu")
    assert list(row["build_stages"]) == ["portrait"]


def test_exit_codes(
    builds: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = photos(tmp_path, "ada.jpg", "llama.jpg")
    assert main(["evaluate", "reconstruct", folder]) == 1
    printed = capsys.readouterr().out
    assert "1 of 2 photos failed" in printed
    assert "ada.jpg" in printed
    assert main(["evaluate", "reconstruct", str(tmp_path / "nowhere")]) == 3
    assert main(["evaluate", "reconstruct", folder, "--sheet", "sheet.txt"]) == 2
    assert main(["evaluate", "reconstruct", folder, "--head", str(tmp_path / "no.pkl")]) == 3
    assert main(["evaluate"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 4
