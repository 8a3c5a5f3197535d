"""`triptych bench --live VIDEO`: how quickly a face in front of a camera moves the avatar."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from studio.console import say
from studio.session.stored import write_json

if TYPE_CHECKING:
    from rich.table import Table

    from studio.drive.bench_live import LiveFigures


def run_live_bench(
    video: Path, photo: Path | None, avatar: Path | None, report: Path | None, device: str
) -> int:
    """Play ``video`` as a camera, print what was measured, write ``report`` as JSON.

    Args:
        video: of a face, ten seconds or more.
        photo: what to build the avatar from; the sample portrait without one.
        avatar: what to drive; built from the photo without one.
    """
    from rich.console import Console

    from models.avatar import Avatar
    from studio.drive.bench_live import bench_live
    from studio.sample_portrait import write_portrait

    with tempfile.TemporaryDirectory(prefix="triptych-") as folder:
        if avatar is None and photo is None:
            photo = Path(folder) / "sample portrait.png"
            write_portrait(photo)
        opened = Avatar.load(avatar) if avatar is not None else Avatar.build(str(photo))
    figures = bench_live(opened, video, device=device)
    Console(file=sys.stdout).print(_table(figures))
    for sentence in figures.obstacles():
        say(sentence)
    if report is not None:
        write_json(report, figures.to_json())
    return 0


def _table(figures: LiveFigures) -> Table:
    from rich import box
    from rich.table import Table

    title = f"{figures.rate:.1f} pictures a second of {figures.size} x {figures.size} pixels"
    table = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for name in ("", "median ms", "95 % ms"):
        table.add_column(name, justify="right" if name else "left")
    rows = {"from camera frame to picture": figures.latency, **figures.stages}
    for name, spread in rows.items():
        table.add_row(name, f"{spread.median:.0f}", f"{spread.p95:.0f}")
    return table
