"""`triptych build`: from a photo to an avatar file."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.console import progress, say, warn
from studio.usage import (
    add_build_options,
    add_device,
    check_input,
    check_output,
    whole_number,
)

if TYPE_CHECKING:
    from models.avatar import Avatar


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "build", help="make an avatar from a photo", description="Make an avatar from one photo."
    )
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="the portrait")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.avatar", help="file to write"
    )
    parser.add_argument(
        "--face",
        type=whole_number(0, 999),
        metavar="N",
        help="which face, 0 is the largest (default: the largest)",
    )
    add_build_options(parser)
    add_device(parser)
    parser.add_argument("--json", action="store_true", help="print one line of JSON when done")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build, save and report."""
    check_input(options.photo)
    if options.head != "open":
        check_input(Path(options.head))
    check_output(options.output, (".avatar",))
    started = time.perf_counter()
    with progress(quiet=options.json) as report:
        report("loading the models", 0.0)
        from models.avatar import Avatar

        avatar = Avatar.build(
            options.photo,
            face=options.face,
            head=options.head if options.head == "open" else Path(options.head),
            resolution=options.resolution,
            device=options.device,
            progress=report,
        )
        report("saving", 1.0)
        avatar.save(options.output)
    _tell(options, avatar, time.perf_counter() - started)
    return 0


def _tell(options: argparse.Namespace, avatar: Avatar, total: float) -> None:
    """Report the finished build in words or as one JSON line."""
    found = avatar.report
    if options.json:
        document = {
            "output": str(options.output),
            "seconds": {stage: round(value, 3) for stage, value in found.seconds.items()},
            "total_seconds": round(total, 3),
            "fit_error_percent": round(float(found.fit_error_percent), 3),
            "warnings": list(found.warnings),
        }
        say(json.dumps(document))
        return
    for text in found.warnings:
        warn(text)
    say(f"{options.output} ({total:.1f} s, fit error {found.fit_error_percent:.2f} %)")
