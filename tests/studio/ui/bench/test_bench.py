from __future__ import annotations

import json
import os
import sys
import threading
import time

import pytest
from rich.console import Console

from studio import cli
from studio.commands import bench, bench_ui
from studio.ui.bench.heartbeat import Heartbeat, Stalls
from studio.ui.bench.measure import Row, measure_window
from studio.ui.bench.startup import seconds_to_window


def test_a_stall_is_seen(qtbot) -> None:
    heart = Heartbeat()
    heart.begin()
    qtbot.wait(60)
    time.sleep(0.12)
    qtbot.wait(60)
    stalls = heart.end()
    assert stalls.worst >= 110
    assert stalls.usual <= stalls.worst


def test_a_stall_that_lasts_to_the_end_counts(qtbot) -> None:
    heart = Heartbeat()
    heart.begin()
    qtbot.wait(30)
    time.sleep(0.1)
    assert heart.end().worst >= 90


def test_no_beats_are_no_measurement() -> None:
    with pytest.raises(ValueError):
        Stalls.of([1.0])


def test_the_program_tells_when_its_window_is_there(tmp_path) -> None:
    assert 0.0 < seconds_to_window(tmp_path) < 60.0


def test_a_program_that_does_not_start_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="did not start"):
        seconds_to_window(tmp_path)


def test_the_real_window_is_measured(qapp, sample_avatar, tmp_path) -> None:
    path = tmp_path / "sample.avatar"
    sample_avatar.save(path)
    state, told = os.environ.get("TRIPTYCH_STATE"), []
    before = set(threading.enumerate())
    rows = measure_window(path, seconds=0.6, changes=4, starts=0, tell=told.append)
    named = {row.name: row for row in rows}
    assert told == [
        "opening",
        "orbiting",
        "moving a slider at full size",
        "dragging a slider",
        "undoing and redoing",
    ]
    assert {f"Worst stall while {what}" for what in told} <= set(named)
    assert named["Worst stall"].value == max(named[f"Worst stall while {w}"].value for w in told)
    assert named["Frames per second while orbiting"].value > 0
    latency = named["Slider to pixel, median"]
    assert latency.goal == 80 and 0 < latency.value <= named["Slider to pixel, 95 %"].value
    assert os.environ.get("TRIPTYCH_STATE") == state
    left = set(threading.enumerate()) - before
    assert [thread.name for thread in left if not thread.name.startswith("render")] == []


def test_the_table_names_goals(capsys) -> None:
    rows = [Row("Slider to pixel", 61.26, "ms", 80.0, "512 x 512"), Row("Closing", 0.5, "s")]
    console = Console(width=100, file=sys.stdout)
    console.print(bench_ui._table(rows))
    text = capsys.readouterr().out
    assert "61.3 ms" in text and "80 ms" in text and "0.50 s" in text


def test_the_command_takes_photo_and_avatar_for_the_window(tmp_path, monkeypatch) -> None:
    photo, avatar, report = (tmp_path / name for name in ("a.png", "a.avatar", "a.json"))
    photo.write_text("x")
    avatar.write_text("x")
    asked: list[object] = []
    monkeypatch.setattr(bench, "run_window_bench", lambda *given: asked.append(given) or 0)
    words = ["bench", "--ui", str(photo), "--avatar", str(avatar), "--json", str(report)]
    assert cli.main(words) == 0
    assert asked == [(photo, avatar, report)]


def test_the_report_for_machines(tmp_path, monkeypatch, capsys) -> None:
    rows = [Row("Closing", 0.5, "s")]
    monkeypatch.setattr(bench_ui, "_measure", lambda avatar, photo: rows)
    report = tmp_path / "a.json"
    assert bench_ui.run_window_bench(tmp_path / "a.png", tmp_path / "a.avatar", report) == 0
    assert json.loads(report.read_text())["rows"] == [
        {"name": "Closing", "value": 0.5, "unit": "s", "goal": None, "note": ""}
    ]
    assert "Closing" in capsys.readouterr().out
