"""`triptych evaluate`: how good avatars are, in the numbers of the papers."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.commands import evaluate_reenact, evaluate_views
from studio.usage import Parser, add_build_options, add_device, check_input

if TYPE_CHECKING:
    from models.evaluate.views import RenderableAvatar


def add_command(commands: Any) -> None:
    """Describe the command and its protocols to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "evaluate",
        help="measure how good avatars are",
        description="Measure how good avatars are.",
    )
    protocols = parser.add_subparsers(
        title="protocols", metavar="PROTOCOL", required=True, parser_class=Parser
    )
    _add_reconstruct(protocols)
    evaluate_reenact.add_protocol(protocols)
    evaluate_views.add_protocol(protocols)


def _add_reconstruct(protocols: Any) -> None:
    parser: argparse.ArgumentParser = protocols.add_parser(
        "reconstruct",
        help="build from photos, compare with them",
        description=(
            "Build an avatar of each photo; compare its source view with the photo, and the "
            "person's identity when the camera turns; time the build and the frames."
        ),
    )
    parser.add_argument("path", type=Path, metavar="PHOTO_OR_FOLDER", help="what to build from")
    parser.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE.png",
        help="write a picture: all views of one avatar, or a row for each of several",
    )
    parser.add_argument(
        "--sheets", type=Path, metavar="FOLDER", help="write all views of every avatar there"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE.json", help="write the numbers for machines"
    )
    add_build_options(parser)
    add_device(parser)
    parser.set_defaults(run=run_reconstruct)


def run_reconstruct(options: argparse.Namespace) -> int:
    """Run the protocol; 1 when a photo failed."""
    if options.head != "open":
        check_input(Path(options.head))
    from studio.commands.evaluate_run import SAMPLES, Outputs, reconstruct

    outputs = Outputs(options.sheet, options.sheets, options.json)
    return reconstruct(
        options.path,
        _builder(options),
        outputs,
        device=options.device,
        head="open" if options.head == "open" else Path(options.head).name,
        plane_resolution=options.resolution,
        samples_per_ray=SAMPLES,
    )


def _builder(
    options: argparse.Namespace,
) -> Callable[[Path, Callable[[str], None]], RenderableAvatar]:
    """The build with the options of the command line."""

    def build(photo: Path, on_stage: Callable[[str], None]) -> RenderableAvatar:
        from models.avatar import Avatar
        from studio.commands.evaluate_run import OnDevice

        avatar = Avatar.build(
            photo,
            head=options.head if options.head == "open" else Path(options.head),
            resolution=options.resolution,
            device=options.device,
            progress=lambda stage, share: on_stage(stage),
        )
        return OnDevice(avatar, options.device)

    return build
