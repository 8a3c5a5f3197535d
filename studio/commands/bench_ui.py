"""`triptych bench --ui`: how quick the window is."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from studio.console import say
from studio.session.stored import write_json

if TYPE_CHECKING:
    from rich.table import Table

    from studio.ui.bench.measure import Row


def run_window_bench(photo: Path | None, avatar: Path | None, report: Path | None) -> int:
    """Drive the window by script, print what was measured, write ``report`` as JSON.

    Args:
        photo: what to build from; the sample portrait without one.
        avatar: what to open; built from the photo without one.
    """
    from rich.console import Console

    from studio.commands.gui import check_display
    from studio.sample_portrait import write_portrait

    check_display()
    with tempfile.TemporaryDirectory(prefix="triptych-") as folder:
        if photo is None:
            photo = Path(folder) / "sample portrait.png"
            write_portrait(photo)
        if avatar is None:
            avatar = Path(folder) / "bench.avatar"
            _build(photo, avatar)
        load = _load()
        rows = _measure(avatar, photo)
    Console(file=sys.stdout).print(_table(rows))
    say(f"{os.cpu_count()} processors; their load was {load} before.")
    if report is not None:
        write_json(report, {"load": load, "rows": [asdict(row) for row in rows]})
    return 0


def _build(photo: Path, avatar: Path) -> None:
    from models.avatar import Avatar

    say(f"Building an avatar from {photo.name} ...")
    Avatar.build(photo).save(avatar)


def _measure(avatar: Path, photo: Path) -> list[Row]:
    from rich.console import Console

    from studio.ui.bench.measure import measure_window

    status = Console(stderr=True).status("")
    with status:
        return measure_window(avatar, photo=photo, tell=lambda what: status.update(f"{what} ..."))


def _load() -> str:
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except (AttributeError, OSError):
        return "unknown"


def _table(rows: list[Row]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title="The window", title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("")
    table.add_column("Measured", justify="right", no_wrap=True)
    table.add_column("Goal", justify="right", no_wrap=True)
    table.add_column("")
    for row in rows:
        goal = "" if row.goal is None else f"{row.goal:g} {row.unit}".strip()
        figure = f"{row.value:.2f}" if row.unit == "s" else f"{row.value:.1f}"
        table.add_row(row.name, f"{figure} {row.unit}".strip(), goal, row.note)
    return table
