"""`triptych evaluate reenact`: avatars driven by video, compared with what really happened."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.session.stored import write_json
from studio.usage import add_device, check_output, whole_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.evaluate.drive import DrivenFrame
    from models.evaluate.filmstrip import Filmstrips
    from models.evaluate.metrics import Image
    from models.evaluate.reenact import Protocol
    from models.evaluate.reenact_report import Drive, ReenactReport
    from models.evaluate.views import RenderableAvatar
    from models.pose import Pose


def add_protocol(protocols: Any) -> None:
    """Describe the protocol to the parser of `evaluate`."""
    parser: argparse.ArgumentParser = protocols.add_parser(
        "reenact",
        help="drive with videos, compare with the true frames",
        description=(
            "Same identity: build an avatar of each video's first frame, drive it with the later "
            "ones and compare with them. With --driver, cross identity: that video drives the "
            "avatars of the other videos' first frames, or of photos."
        ),
    )
    parser.add_argument(
        "path",
        type=Path,
        metavar="VIDEO_OR_FOLDER",
        help="videos to reenact; with --driver also photos to drive",
    )
    parser.add_argument("--driver", type=Path, metavar="VIDEO", help="drive everybody with this")
    parser.add_argument(
        "--stride",
        type=whole_number(1, 10000),
        default=10,
        metavar="N",
        help="compare every N-th frame; all are tracked (default: 10)",
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE.png", help="write a picture: truth, render, difference"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE.json", help="write the numbers for machines"
    )
    add_device(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the protocol; 1 when a file failed."""
    from models.evaluate.sources import find_sources
    from studio.commands.evaluate_run import PICTURES

    if options.sheet is not None:
        check_output(options.sheet, PICTURES)
    if options.json is not None:
        check_output(options.json, (".json",))
    sources = find_sources(options.path, photos=options.driver is not None)

    from rich.console import Console

    from models.evaluate.filmstrip import Filmstrips
    from studio.commands.evaluate_reenact_tables import print_report
    from studio.commands.evaluate_run import SAMPLES

    strips = Filmstrips(differences=options.driver is None)
    report = _evaluate(options, sources, strips)
    if options.sheet is not None:
        strips.save(options.sheet)
    if options.json is not None:
        document = report.to_json(device=options.device, samples_per_ray=SAMPLES)
        write_json(options.json, document)
    print_report(report, Console(file=sys.stdout))
    return 1 if report.failures else 0


def _evaluate(
    options: argparse.Namespace, sources: list[Path], strips: Filmstrips
) -> ReenactReport:
    from rich.console import Console

    from models.evaluate.reenact import Protocol, reenact_cross, reenact_same
    from models.evaluate.sources import first_picture

    def keep(drive: Drive, frame: DrivenFrame, render: Image) -> None:
        if options.sheet is not None:
            strips.add(drive.source, frame.index, frame.truth, render)

    status = Console(stderr=True).status("")
    with status:
        protocol: Protocol = Protocol(
            build=lambda rgb, name: _build(rgb, name, options.device),
            stride=options.stride,
            steady=_steadied,
            on_video=status.update,
            on_frame=keep,
        )
        if options.driver is None:
            return reenact_same(sources, protocol)
        others = [path for path in sources if path.resolve() != options.driver.resolve()]
        pictures = [(path.name, lambda path=path: first_picture(path)) for path in others]
        return reenact_cross(pictures, options.driver, protocol)


def _steadied(poses: Sequence[tuple[float, Pose]]) -> list[Pose]:
    """Poses as `triptych drive` shows them."""
    from studio.drive.lookahead import steadied
    from studio.drive.settings import STEADINESS

    return list(steadied(poses, STEADINESS))


def _build(rgb: NDArray[np.uint8], name: str, device: str) -> RenderableAvatar:
    from models.avatar import Avatar
    from studio.commands.evaluate_run import OnDevice

    return OnDevice(Avatar.build(rgb, device=device), device)
