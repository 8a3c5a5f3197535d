"""`triptych bench --live`: what it prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio import cli
from studio.drive import bench_live
from studio.drive.bench_live import LiveFigures, Spread
from tests.studio import fake_avatar

STAGES = ("wait", "landmarks", "solve", "pose", "queue", "render")


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> LiveFigures:
    """Slow figures in place of a measurement."""
    stages = {name: Spread(30.0, 60.0) for name in STAGES}
    slow = LiveFigures(512, 10.0, 90, 30.0, Spread(180.0, 240.0), stages, 12, 3, 150.0, 2)
    monkeypatch.setattr(bench_live, "bench_live", lambda avatar, video, device: slow)
    monkeypatch.setattr("models.avatar.Avatar", fake_avatar.Avatar)
    return slow


def test_figures_are_printed_with_what_stands_in_the_way(
    figures: LiveFigures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video, avatar, report = (tmp_path / name for name in ("a.mp4", "a.avatar", "r.json"))
    video.write_bytes(b"film")
    avatar.write_text("avatar")
    given = ["bench", "--live", str(video), "--avatar", str(avatar), "--json", str(report)]
    assert cli.main(given) == 0
    printed = capsys.readouterr()
    assert "9.0 pictures a second" in printed.out and "180" in printed.out
    for sentence in figures.obstacles():
        assert sentence.split()[0] in printed.out + printed.err
    assert figures.obstacles()
    assert json.loads(report.read_text()) == json.loads(json.dumps(figures.to_json()))


def test_a_missing_video_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", "--live", str(tmp_path / "none.mp4")]) != 0
    message = capsys.readouterr().err
    assert "none.mp4" in message and len(message.strip().splitlines()) == 1
