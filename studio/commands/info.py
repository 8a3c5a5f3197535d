"""`triptych info`: what is in an avatar file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from studio.console import say
from studio.usage import check_input, check_output


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "info", help="tell what is in an avatar", description="Tell what is in an avatar file."
    )
    parser.add_argument("avatar", type=Path, metavar="FILE.avatar", help="the avatar")
    parser.add_argument(
        "--crop", type=Path, metavar="OUT.png", help="write the 512x512 source crop"
    )
    parser.add_argument("--matte", type=Path, metavar="OUT.png", help="write the 512x512 matte")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the description and write the pictures asked for."""
    check_input(options.avatar)
    for path in (options.crop, options.matte):
        if path is not None:
            check_output(path, (".png",))
    from models.avatar import Avatar
    from studio.deliver.stills import write_still

    avatar = Avatar.load(options.avatar)
    for line in describe(avatar.info):
        say(line)
    if options.crop is not None:
        write_still(options.crop, avatar.source_crop)
    if options.matte is not None:
        write_still(options.matte, avatar.source_matte)
    return 0


def describe(document: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Lines ``name: value`` for a JSON-like document, nested ones indented."""
    for name, value in document.items():
        label = f"{indent}{str(name).replace('_', ' ')}:"
        if isinstance(value, Mapping):
            yield label
            yield from describe(value, indent + "  ")
        else:
            yield f"{label} {_short(value)}"


def _short(value: Any) -> str:
    """A value in few characters: four digits, lists with commas, a dash for nothing."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_short, value)) or "-"
    return "-" if value is None else str(value)
