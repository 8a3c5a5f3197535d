"""`triptych evaluate views`: every view of synthetic heads as input, every view as novel view."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.session.stored import write_json
from studio.usage import add_device, check_output, whole_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.evaluate.multiview import MultiviewReport
    from models.evaluate.views import RenderableAvatar


def add_protocol(protocols: Any) -> None:
    """Describe the protocol to the parser of `evaluate`."""
    parser: argparse.ArgumentParser = protocols.add_parser(
        "views",
        help="build from each of 8 views of synthetic heads, compare all 8",
        description=(
            "Draw synthetic heads from 8 cameras, build an avatar from each picture, render all 8 "
            "views of it and compare them with the truth (Triplane Fusion, section 4.2)."
        ),
    )
    parser.add_argument(
        "--people",
        type=whole_number(1, 100),
        default=3,
        metavar="N",
        help="how many heads, the first N of a fixed series (default: 3)",
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE.png", help="write a picture of truths and renders"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE.json", help="write the numbers for machines"
    )
    add_device(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the protocol; 1 when an input view failed."""
    from studio.commands.evaluate_run import PICTURES

    if options.sheet is not None:
        check_output(options.sheet, PICTURES)
    if options.json is not None:
        check_output(options.json, (".json",))
    from rich.console import Console

    from models.evaluate.multiview import evaluate_people
    from models.evaluate.multiview_sheet import MultiviewSheet

    sheet = MultiviewSheet(whole=options.people == 1)
    status = Console(stderr=True).status("")
    with status:
        report = evaluate_people(
            range(options.people),
            _builder(options.device),
            on_view=lambda person, view: status.update(f"head {person}, input view {view + 1}"),
            on_person=sheet.add if options.sheet is not None else None,
        )
    if options.sheet is not None:
        sheet.save(options.sheet)
    if options.json is not None:
        document = report.to_json(device=options.device, samples_per_ray=2)
        write_json(options.json, document)
    print_report(report, Console(file=sys.stdout))
    return 1 if report.failures else 0


def _builder(device: str) -> Callable[[NDArray[np.uint8]], RenderableAvatar]:
    def build(photo: NDArray[np.uint8]) -> RenderableAvatar:
        from models.avatar import Avatar
        from studio.commands.evaluate_run import OnDevice

        return OnDevice(Avatar.build(photo, device=device), device)

    return build


NAMES = {
    "psnr": ("PSNR dB", 2),
    "ssim": ("SSIM", 3),
    "lpips": ("LPIPS", 3),
    "csim": ("CSIM", 3),
    "psnr_inside": ("PSNR dB, person", 2),
}


def print_report(report: MultiviewReport, console: Any) -> None:
    """Print the four numbers of each metric, two score matrices, and what did not work."""
    from rich.markup import escape

    if report.people:
        console.print(_summary_table(report))
        for name in ("psnr", "lpips"):
            if report.summary()[name].synthesis_quality is not None:
                console.print(_matrix_table(report, name))
        if lost := report.missing("csim"):
            total = len(report.people) * len(report.matrix("csim")) ** 2
            if lost < total:
                console.print(f"No face found in {lost} of {total} renders; CSIM leaves them out.")
    for note in report.notes:
        console.print(escape(note))
    if report.failures:
        console.print(f"\n{len(report.failures)} input views failed:")
        for failure in report.failures:
            where = f"head {failure.person}, input view {failure.input_view + 1}"
            console.print(f"  {where}: {escape(failure.reason)}")


def _summary_table(report: MultiviewReport) -> Any:
    from rich import box
    from rich.table import Table

    plural = "" if len(report.people) == 1 else "s"
    table = Table(
        title=f"All pairs of 8 views, {len(report.people)} synthetic head{plural}",
        title_justify="left",
        box=box.SIMPLE,
        padding=(0, 1, 0, 0),
    )
    table.add_column("metric")
    for heading in ("Synthesis Quality", "NVS Quality", "IVV", "NVV"):
        table.add_column(heading, justify="right")
    for name, scores in report.summary().items():
        label, places = NAMES[name]
        values = (scores.synthesis_quality, scores.nvs_quality, scores.ivv, scores.nvv)
        table.add_row(label, *("-" if v is None else f"{v:.{places}f}" for v in values))
    return table


def _matrix_table(report: MultiviewReport, name: str) -> Any:
    import math

    from rich import box
    from rich.table import Table

    from models.evaluate.multiview import ANGLES

    label, places = NAMES[name]
    table = Table(
        title=f"{label}: input view (row), novel view (column), by yaw/pitch",
        title_justify="left",
        box=box.SIMPLE,
        padding=(0, 1, 0, 0),
    )
    table.add_column("")
    for yaw, pitch in ANGLES:
        table.add_column(f"{yaw:+.0f}/{pitch:+.0f}", justify="right", no_wrap=True)
    for (yaw, pitch), row in zip(ANGLES, report.matrix(name), strict=True):
        cells = ["-" if math.isnan(value) else f"{value:.{min(places, 2)}f}" for value in row]
        table.add_row(f"{yaw:+.0f}/{pitch:+.0f}", *cells)
    return table
