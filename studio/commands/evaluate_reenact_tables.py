"""The tables that `triptych evaluate reenact` prints for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.evaluate.frame_score import FrameScore, mean_score
from models.evaluate.reenact_report import Drive, ReenactReport

Column = tuple[str, str, int]
"""Heading, name in the score, decimals."""

_FEW = 12
LIKENESS: tuple[Column, ...] = (
    ("PSNR", "psnr", 1),
    ("SSIM", "ssim", 3),
    ("L1", "l1", 4),
    ("LPIPS", "lpips", 3),
    ("CSIM", "csim", 3),
)
WHOLE: tuple[Column, ...] = (
    ("PSNR", "whole_psnr", 1),
    ("SSIM", "whole_ssim", 3),
    ("L1", "whole_l1", 4),
    ("LPIPS", "whole_lpips", 3),
    ("CSIM source", "csim_source", 3),
)
MOTION: tuple[Column, ...] = (
    ("AED", "aed", 3),
    ("APD deg", "apd_degrees", 2),
    ("APD rad", "apd_axis_angle", 4),
    ("AKD px", "akd_pixels", 2),
    ("AKD eyes", "akd_normalised", 4),
    ("gaze deg", "gaze_degrees", 1),
)
CROSS: tuple[Column, ...] = (
    ("CSIM source", "csim_source", 3),
    *(column for column in MOTION if not column[0].startswith("AKD")),
)
TABLES = (
    ("Likeness inside the true head, means", LIKENESS),
    ("Likeness over the whole crop, means", WHOLE),
    ("Motion, means", MOTION),
)
GROUPS = (LIKENESS[3], LIKENESS[4], MOTION[0], MOTION[1], MOTION[3])


def print_report(report: ReenactReport, console: Console) -> None:
    """Print the means, the groups by yaw, steadiness and speed, and all that did not work."""
    cross = report.driver is not None
    if report.drives:
        if cross:
            console.print(_means(f"Driven by {report.driver}", CROSS, report.drives))
        else:
            for title, columns in TABLES:
                console.print(_means(title, columns, report.drives))
        console.print(_groups(report, CROSS if cross else GROUPS))
        console.print(_following(report.drives))
        for sentence in _lost(report.drives):
            console.print(escape(sentence))
    for note in report.notes:
        console.print(escape(note))
    if report.failures:
        total = len(report.drives) + len(report.failures)
        console.print(f"\n{len(report.failures)} of {total} files failed:")
        for failure in report.failures:
            console.print(f"  {escape(failure.source)}: {escape(failure.reason)}")


def _means(title: str, columns: Sequence[Column], drives: Sequence[Drive]) -> Table:
    table = _table(title, "source", ["frames", *(heading for heading, _, _ in columns)])
    for drive in drives:
        count = str(len(drive.compared))
        table.add_row(escape(drive.source), count, *_cells(drive.score, columns))
    rows = [row.score for drive in drives for row in drive.compared]
    table.add_section()
    table.add_row("all frames", str(len(rows)), *_cells(mean_score(rows), columns), style="bold")
    return table


def _groups(report: ReenactReport, columns: Sequence[Column]) -> Table:
    table = _table(
        "By degrees of yaw between source and driving frame",
        "yaw difference",
        ["frames", *(heading for heading, _, _ in columns)],
    )
    for (low, high), count, score in report.groups():
        name = f"{low:g} to {high:g}" if high < 180 else f"{low:g} and more"
        table.add_row(name, str(count), *_cells(score, columns))
    return table


def _following(drives: Sequence[Drive]) -> Table:
    headings = ["all", "lost", "unread", "jitter", "carried", "still", "render"]
    headings += ["track\nms", "render\nms"]  # so that 80 columns hold them all
    table = _table(
        "Following all frames; jitter of seen and carried landmarks in pixels of 512, and of "
        "driver and render where the driver holds still in percent of the eyes' distance",
        "source",
        headings,
    )
    for drive in drives:
        table.add_row(
            escape(drive.source),
            str(drive.frames),
            str(len(drive.lost)),
            str(len(drive.unread)),
            _text(drive.driver_jitter, 3),
            _text(drive.driven_jitter, 3),
            _text(drive.still_driver, 3),
            _text(drive.still_render, 3),
            _text(_milliseconds(drive.track_seconds), 1),
            _text(_milliseconds(drive.render_seconds), 1),
        )
    return table


def _lost(drives: Sequence[Drive]) -> list[str]:
    sentences = []
    for drive in drives:
        if drive.lost:
            sentences.append(
                f"{drive.source}: the tracker lost {drive.driver} in {len(drive.lost)} of "
                f"{drive.frames} frames: {_listed(drive.lost)}."
            )
        if drive.unread:
            sentences.append(
                f"{drive.source}: no face was found in truth or render of "
                f"{len(drive.unread)} compared frames: {_listed(drive.unread)}."
            )
    return sentences


def _listed(frames: Sequence[int]) -> str:
    """Frame numbers with runs drawn together; the JSON rows have them all."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], frame]
        else:
            runs.append([frame])
    shown = ["-".join(str(end) for end in run) for run in runs[:_FEW]]
    return ", ".join([*shown, "..."] if len(runs) > _FEW else shown)


def _table(title: str, first: str, headings: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="ellipsis", no_wrap=True, max_width=20)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _cells(score: FrameScore, columns: Sequence[Column]) -> list[str]:
    return [_text(getattr(score, name), decimals) for _, name, decimals in columns]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000.0


def _text(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"
