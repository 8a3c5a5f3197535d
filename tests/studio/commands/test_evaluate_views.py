"""`triptych evaluate views` and `triptych bench` on the command line."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from models.bench import run as bench_run
from models.errors import BadInput
from models.evaluate import multiview
from models.evaluate.multiview import METRICS, Failure, MultiviewReport, PersonScores
from studio import cli
from studio.commands.evaluate_views import print_report


def report() -> MultiviewReport:
    scores = {name: np.full((1, 8, 8), 0.25) for name in METRICS}
    scores["psnr"] = np.arange(64.0).reshape(1, 8, 8)
    scores["psnr"][0, 5] = math.nan
    scores["csim"][0, 5] = math.nan
    scores["csim"][0, 0, 7] = math.nan
    failure = Failure(0, 5, "no face found in the picture.")
    return MultiviewReport([PersonScores(0, scores)], [failure], ["a [note]"])


def text(width: int = 110) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        print_report(report(), console)
    return captured.get()


def test_tables() -> None:
    printed = text()
    for heading in ("Synthesis Quality", "NVS Quality", "IVV", "NVV"):
        assert heading in printed
    assert "No face found in 1 of 64 renders" in printed
    assert "head 0, input view 6: no face found" in printed
    assert "a [note]" in printed
    assert "63.00" in printed


def test_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[range] = []

    def evaluate(people: range, build: object, **_: object) -> MultiviewReport:
        asked.append(people)
        return report()

    monkeypatch.setattr(multiview, "evaluate_people", evaluate)
    target = tmp_path / "views.json"
    code = cli.main(["evaluate", "views", "--people", "2", "--json", str(target)])
    assert code == 1
    assert list(asked[0]) == [0, 1]
    document = json.loads(target.read_text())
    assert document["rows"][40]["psnr"] is None
    assert document["rows"][0]["samples_per_ray"] == 2
    assert "Synthesis Quality" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["evaluate", "views", "--people", "0"], 2, "whole number"),
        (["evaluate", "views", "--json", "views.txt"], 2, "must end in"),
        (["bench", "a.jpg", "--avatar", "b.avatar"], 2, "not both"),
        (["bench", "missing.jpg"], 3, "does not exist"),
        (["bench", "--json", "numbers.csv"], 2, "must end in"),
    ],
)
def test_wrong_use(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == code
    assert words in capsys.readouterr().err


def test_bench_takes_the_sample_portrait(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(photo: Path, avatar: object, plan: object, device: str, **_: object) -> None:
        assert photo.stat().st_size > 10_000
        assert (avatar, plan, device) == (None, bench_run.QUICK, "cpu")
        raise BadInput("that is enough.")

    monkeypatch.setattr(bench_run, "run_bench", measure)
    assert cli.main(["bench", "--quick", "--device", "cpu"]) == 3
    assert "that is enough" in capsys.readouterr().err
