"""`triptych sample`: the sample portrait as an avatar and an orbit clip; what `make run` shows."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from studio.console import say
from studio.sample_portrait import write_portrait


def add_command(commands: Any) -> None:
    """Describe the command to the parser; it is not listed, as it only shows that all works."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "sample", description="Build the sample avatar and film it."
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("out") / "sample", metavar="FOLDER"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write portrait, avatar and clip into the folder and say where they are."""
    from studio import cli

    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    photo, avatar, clip = (folder / name for name in ("portrait.png", "sample.avatar", "orbit.mp4"))
    write_portrait(photo)
    say(f"Building {avatar} from {photo} ...")
    code = cli.main(["build", str(photo), "-o", str(avatar)])
    if code == 0:
        code = cli.main(["render", str(avatar), "-o", str(clip), "--orbit", "4"])
    if code == 0:
        say(f"The sample avatar turns in {clip.resolve()}")
    return code
