"""`triptych evaluate reenact` from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.camera import Camera
from models.evaluate import reenact
from models.evaluate.report import Judges
from models.pose import Pose
from studio.cli import main
from studio.commands.evaluate_reenact_tables import _listed
from tests.models.track.films import blank, head, panned, write_film


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one good film and one that shows nobody; avatars are fakes."""

    def build(rgb: np.ndarray, *, device: str) -> Any:
        return SimpleNamespace(
            source_pose=Pose(),
            source_camera=Camera.orbit(),
            source_crop=np.full((3, 512, 512), 0.5, np.float32),
            source_matte=np.ones((1, 512, 512), np.float32),
            render=lambda pose, camera, size, **_: np.full((3, size, size), 0.4, np.float32),
        )

    fake = SimpleNamespace(Avatar=SimpleNamespace(build=build))
    monkeypatch.setitem(sys.modules, "models.avatar", fake)
    monkeypatch.setattr(reenact, "load_judges", lambda: Judges(False, None))
    folder = tmp_path / "films"
    folder.mkdir()
    write_film(folder / "ada.mp4", [head(), panned(1), blank(), panned(2)])
    write_film(folder / "wall.mp4", [blank()] * 2)
    return folder


def test_a_folder(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, sheet = tmp_path / "rows.json", tmp_path / "sheet.png"
    options = ["--stride", "1", "--device", "cpu", "--json", str(rows), "--sheet", str(sheet)]
    assert main(["evaluate", "reenact", str(films), *options]) == 1
    printed = capsys.readouterr().out
    assert "1 of 2 files failed" in printed
    assert "wall.mp4: no face found in wall.mp4" in printed
    assert "ada.mp4: the tracker lost ada.mp4 in 1 of 4 frames: 2." in printed
    document = json.loads(rows.read_text())
    (row,) = document["rows"]
    facts = {"device": "cpu", "samples_per_ray": 2, "resolution": 512, "lost": [2]}
    assert {name: row[name] for name in facts} == facts
    assert [frame["frame"] for frame in row["compared"]] == [1, 3]
    assert row["unread"] == [1, 3]  # nobody in a grey render
    assert {"environment", "timing", "yaw_groups", "failures"} <= set(document)
    assert sheet.stat().st_size > 1000


def test_a_driver(films: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ada = films / "ada.mp4"
    assert main(["evaluate", "reenact", str(films), "--driver", str(ada), "--stride", "3"]) == 0
    printed = capsys.readouterr().out
    assert "Driven by ada.mp4" in printed
    assert "wall.mp4" in printed


def test_what_is_wrong_is_said_in_one_sentence(
    films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = str(films / "ada.mp4")
    (tmp_path / "empty").mkdir()
    wrong: list[tuple[int, list[str]]] = [
        (3, [str(tmp_path / "nowhere")]),
        (3, [str(tmp_path / "empty")]),
        (3, [ada, "--driver", str(films / "wall.mp4")]),
        (3, [ada, "--driver", str(tmp_path / "absent.mp4")]),
        (2, [ada, "--stride", "0"]),
        (2, [ada, "--json", str(tmp_path / "rows.txt")]),
    ]
    for code, arguments in wrong:
        assert main(["evaluate", "reenact", *arguments]) == code, arguments
    assert len(capsys.readouterr().err.splitlines()) == len(wrong)


def test_runs_of_frames_are_drawn_together() -> None:
    assert _listed([2]) == "2"
    assert _listed([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"
    assert _listed(range(0, 60, 2)).endswith(", ...")
