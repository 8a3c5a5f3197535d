"""`triptych bench`: how fast this machine builds and renders, and what would be possible."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.commands.bench_live import run_live_bench
from studio.commands.bench_ui import run_window_bench
from studio.session.stored import write_json
from studio.usage import UsageError, add_device, check_input, check_output

if TYPE_CHECKING:
    from models.bench.run import BenchReport


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "bench",
        help="measure the speed of this machine",
        description=(
            "Time the stages from photo to avatar, from pose to frame and from webcam to frame, "
            "how they grow, the machine's own limits, and the peers' way of rendering the same."
        ),
    )
    parser.add_argument(
        "photo",
        type=Path,
        nargs="?",
        metavar="PHOTO",
        help="what to build from (default: the sample portrait)",
    )
    parser.add_argument(
        "--avatar", type=Path, metavar="FILE.avatar", help="measure this one, without building"
    )
    parser.add_argument("--quick", action="store_true", help="fewer runs, less than a minute")
    parser.add_argument(
        "--ui",
        action="store_true",
        help="measure the studio's window instead: stalls, latency, frames per second",
    )
    parser.add_argument(
        "--live",
        type=Path,
        metavar="VIDEO",
        help="measure driving instead: the video is played as a camera in real time",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE.json", help="write the numbers for machines"
    )
    add_device(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.photo is not None and options.avatar is not None and not options.ui:
        raise UsageError("give a photo or --avatar, not both.")
    for path in (options.photo, options.avatar, options.live):
        if path is not None:
            check_input(path)
    if options.json is not None:
        check_output(options.json, (".json",))
    if options.live is not None:
        return run_live_bench(
            options.live, options.photo, options.avatar, options.json, options.device
        )
    if options.ui:
        return run_window_bench(options.photo, options.avatar, options.json)
    with tempfile.TemporaryDirectory() as folder:
        report = _measured(options, Path(folder))
    if options.json is not None:
        write_json(options.json, report.to_json())
    from rich.console import Console

    from studio.commands.bench_tables import print_bench

    print_bench(report, Console(file=sys.stdout))
    return 0


def _measured(options: argparse.Namespace, folder: Path) -> BenchReport:
    from rich.console import Console

    from models.avatar import Avatar
    from models.bench.run import FULL, QUICK, run_bench
    from studio.sample_portrait import write_portrait

    photo: Path | None = options.photo
    avatar = None if options.avatar is None else Avatar.load(options.avatar)
    if photo is None and avatar is None:
        photo = folder / "sample portrait.png"
        write_portrait(photo)
    status = Console(stderr=True).status("")
    with status:
        return run_bench(
            photo,
            avatar,
            QUICK if options.quick else FULL,
            options.device,
            on_part=lambda part: status.update(f"measuring {part}"),
        )
