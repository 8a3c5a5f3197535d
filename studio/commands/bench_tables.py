"""The tables that `triptych bench` prints for people."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.bench.clock import Timing
from models.bench.run import BenchReport
from models.bench.work import Distance
from models.evaluate.measure import environment


def print_bench(report: BenchReport, console: Console) -> None:
    """Print the machine, its limits, all stages, growth, peers, memory and notes."""
    facts = environment()
    console.print(
        f"{facts['processor']}, {report.threads} threads, device {report.device}; "
        f"Python {facts['python']}, torch {facts['torch']}, numba {facts['numba']}"
    )
    console.print("Medians, with the fastest and the slowest run.")
    console.print(_limits(report))
    if report.build is not None:
        console.print(
            _stages("Photo to avatar", report.build.stages | {"whole": report.build.whole})
        )
        console.print(_stages("Within portrait, step by step", report.build.portrait))
    console.print(_stages(_frame_title(report), _frame_stages(report)))
    console.print(_work(report))
    if (webcam := report.webcam) is not None:
        stages = {
            "landmarks": webcam.landmarks,
            "solve": webcam.solve,
            "render": webcam.render,
            "whole": webcam.whole,
        }
        console.print(_stages(f"Webcam frame to {webcam.size} x {webcam.size} frame", stages))
    console.print(_growth(report))
    if report.peers:
        console.print(_peers(report))
    console.print(_memory(report))
    for note in report.notes:
        console.print(escape(note))


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE,
        padding=(0, 1, 0, 0),
        min_width=len(title),
    )
    table.add_column(columns[0])
    for heading in columns[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _milliseconds(timing: Timing) -> tuple[str, str, str]:
    low, high = timing.fastest * 1000, timing.slowest * 1000
    return f"{timing.median * 1000:.1f}", f"{low:.1f} to {high:.1f}", str(timing.runs)


def _stages(title: str, stages: Mapping[str, Timing]) -> Table:
    table = _table(title, "stage", "ms", "spread", "runs")
    for name, timing in stages.items():
        table.add_row(name.replace("_", " "), *_milliseconds(timing))
    return table


def _frame_title(report: BenchReport) -> str:
    size = report.stages.size
    return f"Pose to {size} x {size} frame, on the processor"


def _frame_stages(report: BenchReport) -> dict[str, Timing]:
    stages = report.stages
    rows = {
        "deform": stages.deform,
        "set up": stages.set_up,
        "draw": stages.draw,
        "march": stages.march,
        "composite": stages.composite,
        "whole": stages.whole,
    }
    return rows if report.device == "cpu" else rows | {f"whole on {report.device}": report.frame}


def _limits(report: BenchReport) -> Table:
    limits = report.limits
    table = _table("The machine's limits (best run)", "limit", "value")
    size = limits.product_size
    table.add_row(f"matrix product {size} x {size}, GFLOP/s", f"{limits.gflops:.1f}")
    megabytes = limits.array_bytes / 1e6
    table.add_row(f"memory copy of {megabytes:.0f} MB, GB/s", f"{limits.copy_gbs:.1f}")
    table.add_row(f"memory triad of {megabytes:.0f} MB, GB/s", f"{limits.triad_gbs:.1f}")
    return table


def _work(report: BenchReport) -> Table:
    work = report.stages.work
    table = _table("What the marching does, and the distance to the limits", "quantity", "value")
    rows: list[tuple[str, str]] = [
        ("shaded points", f"{work.points:,}"),
        ("samples, each with three plane lookups", f"{work.samples:,}"),
        ("operations, GFLOP", f"{work.operations / 1e9:.2f}"),
        ("texels read, GB", f"{work.texel_bytes / 1e9:.2f}"),
    ]
    if (distance := report.distance) is not None:
        rows += _distance(distance)
    for row in rows:
        table.add_row(*row)
    return table


def _distance(distance: Distance) -> list[tuple[str, str]]:
    return [
        ("reached, GFLOP/s", f"{distance.gflops:.1f}"),
        ("share of the matrix product's rate", f"{distance.share_of_product:.0%}"),
        ("texels read, GB/s", f"{distance.texel_gbs:.1f}"),
        ("over the triad's traffic (caches serve the rest)", f"{distance.share_of_triad:.2f}"),
        ("marching now, ms", f"{distance.seconds * 1000:.1f}"),
        ("at the matrix product's rate, ms", f"{distance.seconds_at_limit * 1000:.1f}"),
    ]


def _growth(report: BenchReport) -> Table:
    size = report.stages.size
    table = _table("Growth of deform and render", "setting", "ms", "spread", "runs", "samples")
    curves = (
        ("{0} x {0} pixels", report.by_size),
        (f"{{0}} samples a ray, {size} pixels", report.by_samples),
        (f"planes of {{0}} texels, {size} pixels", report.by_planes),
    )
    for label, rows in curves:
        for row in rows:
            name = label.format(row.setting)
            table.add_row(name, *_milliseconds(row.frame), f"{row.samples:,}")
        table.add_section()
    return table


def _peers(report: BenchReport) -> Table:
    table = _table("EG3D's renderer, 48 + 48 samples", "picture", "peer ms", "ours ms", "ratio")
    for row in report.peers:
        table.add_row(
            f"{row.size} x {row.size}",
            f"{row.peer.median * 1000:.0f}",
            f"{row.ours.median * 1000:.1f}",
            f"{row.ratio:.0f} x",
        )
    return table


def _memory(report: BenchReport) -> Table:
    table = _table("Peak memory of the process", "part", "MB")
    if report.build is not None:
        for stage, peak in report.build.peak_megabytes.items():
            table.add_row(f"build, {stage}", f"{peak:.0f}")
    for name, peak in report.peak_megabytes.items():
        table.add_row(f"{name.replace('_', ' ')}, in a process of its own", f"{peak:.0f}")
    return table
