"""The tables that `triptych evaluate reconstruct` prints for people."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.evaluate.reconstruct import Reconstruction, Report, csim_beside, summarise
from models.evaluate.report import Summary

Format = Callable[[float], str]
Column = tuple[str, str, Format]
"""Heading, name in the summary, and how to write a number."""

ABSENT = "-"


def _decimals(places: int, factor: float = 1.0) -> Format:
    return lambda value: f"{value * factor:.{places}f}"


LIKENESS: tuple[Column, ...] = (
    ("PSNR", "psnr", _decimals(1)),
    ("SSIM", "ssim", _decimals(3)),
    ("L1", "l1", _decimals(4)),
    ("LPIPS", "lpips", _decimals(3)),
)
IDENTITY: tuple[Column, ...] = (
    ("yaw 0", "csim_0", _decimals(3)),
    ("+-15", "csim_15", _decimals(3)),
    ("+-20", "csim_20", _decimals(3)),
    ("+-30", "csim_30", _decimals(3)),
    ("+-40", "csim_40", _decimals(3)),
    ("+-45", "csim_45", _decimals(3)),
)
COST: tuple[Column, ...] = (
    ("build s", "build_seconds", _decimals(2)),
    ("512 ms", "frame_512_seconds", _decimals(1, 1000.0)),
    ("256 ms", "frame_256_seconds", _decimals(1, 1000.0)),
    ("build MB", "build_peak_mb", _decimals(0)),
    ("render MB", "render_peak_mb", _decimals(0)),
)

TABLES: tuple[tuple[str, tuple[Column, ...]], ...] = (
    ("Source view, inside the matte", LIKENESS),
    ("Identity (CSIM) by degrees of yaw, both sides", IDENTITY),
    ("Build, frames and peak memory", COST),
)


def print_report(report: Report, console: Console) -> None:
    """Print likeness, identity, cost, build stages, and everything that did not work."""
    if report.rows:
        summaries = summarise(report.rows)
        for title, columns in TABLES:
            console.print(_table(title, columns, report.rows, summaries))
        console.print(_stages(report.rows))
        for sentence in _lost_faces(summaries):
            console.print(sentence)
    for note in report.notes:
        console.print(escape(note))
    if report.failures:
        total = len({row.photo for row in report.rows} | {f.photo for f in report.failures})
        console.print(f"\n{len(report.failures)} of {total} photos failed:")
        for failure in report.failures:
            console.print(f"  {escape(failure.photo)}: {escape(failure.reason)}")


def _table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Reconstruction],
    summaries: dict[str, Summary],
) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("photo", overflow="ellipsis", no_wrap=True, max_width=20)
    for heading, _, _ in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(escape(row.photo), *(_text(_value(row, n), f) for _, n, f in columns))
    table.add_section()
    picks: dict[str, Callable[[Summary], float | None]] = {
        "median": lambda summary: summary.median,
        "worst": lambda summary: summary.worst,
    }
    for label, pick in picks.items():
        cells = [_text(pick(summaries[name]), write) for _, name, write in columns]
        table.add_row(label, *cells, style="bold")
    return table


def _value(row: Reconstruction, name: str) -> float | None:
    """A row's number; identity is the mean of both sides."""
    if not name.startswith("csim_"):
        value: float | None = getattr(row, name)
        return value
    sides = csim_beside([row], int(name.removeprefix("csim_")))
    known = [value for value in sides if value is not None]
    return statistics.fmean(known) if known else None


def _text(value: float | None, write: Format) -> str:
    return ABSENT if value is None else write(value)


def _stages(rows: Sequence[Reconstruction]) -> str:
    """One line: the median seconds of each build stage, in the order they ran."""
    names = list(dict.fromkeys(name for row in rows for name in row.build_stages))
    parts = []
    for name in names:
        seconds = [row.build_stages[name] for row in rows if name in row.build_stages]
        parts.append(f"{name} {statistics.median(seconds):.2f} s")
    return "Build stages, median: " + ", ".join(parts) if parts else ""


def _lost_faces(summaries: dict[str, Summary]) -> list[str]:
    """A sentence for each yaw at which faces were not found, unless there is no CSIM at all."""
    csim = {name: summary for name, summary in summaries.items() if name.startswith("csim_")}
    if not any(summary.count for summary in csim.values()):
        return []
    return [
        f"No face found in {summary.missing} of {summary.missing + summary.count} views at yaw "
        f"{name.removeprefix('csim_')}; the numbers above leave them out."
        for name, summary in csim.items()
        if summary.missing
    ]
