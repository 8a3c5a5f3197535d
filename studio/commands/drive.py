"""`triptych drive`: an avatar moved by a video or a motion file, as a film."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import BadInput
from studio.console import progress, say, warn
from studio.drive.suffixes import MOTION_SUFFIXES
from studio.interrupt import StopWish, stop_wish
from studio.usage import (
    UsageError,
    add_device,
    check_input,
    check_output,
    number,
    whole_number,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.avatar import Avatar
    from models.background import Background
    from models.pose import Pose
    from studio.drive.camera_source import VideoSource
    from studio.drive.file_source import MotionFileSource
    from studio.drive.pipeline import Driven
    from studio.drive.settings import DriveSettings

_INTERRUPTED = 130
_RATES = (1, 120)


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "drive",
        help="move an avatar by a video or a motion file",
        description=(
            "Move an avatar by a video, a Live Link Face CSV, a FLAME .npz or JSON Lines of poses, "
            "and write a film, with the sound of the video. Ctrl-C ends the film early."
        ),
    )
    parser.add_argument("avatar", type=Path, metavar="FILE.avatar", help="the avatar")
    parser.add_argument("motion", type=Path, metavar="MOTION", help="a video, .csv, .npz or .jsonl")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.mp4")
    _add_transfer(parser)
    film = parser.add_argument_group("film")
    film.add_argument(
        "--size", type=whole_number(32, 2048), default=512, metavar="N", help="pixels along a side"
    )
    film.add_argument(
        "--fps", type=number(*_RATES), metavar="N", help="frames a second (default: the motion's)"
    )
    film.add_argument(
        "--background",
        default="photo",
        metavar="WHAT",
        help="photo, blur, #RRGGBB or a picture file (default: photo)",
    )
    film.add_argument(
        "--save-motion",
        type=Path,
        metavar="FILE",
        help="write what the avatar does, .csv .npz .jsonl",
    )
    add_device(parser)
    parser.set_defaults(run=run)


def _add_transfer(parser: argparse.ArgumentParser) -> None:
    transfer = parser.add_argument_group("transfer")
    how = transfer.add_mutually_exclusive_group()
    how.add_argument(
        "--relative",
        action="store_true",
        default=None,
        help="the first frame is the performer's rest (default for videos and FLAME)",
    )
    how.add_argument(
        "--absolute",
        dest="relative",
        action="store_false",
        help="expression and head direction as they are (default for .csv and .jsonl)",
    )
    transfer.add_argument(
        "--only",
        metavar="PART,PART",
        help="expression, head, gaze, lips, eyes, brows, cheeks, mouth, jaw, tongue",
    )
    transfer.add_argument(
        "--gain",
        action="append",
        default=[],
        metavar="NAME=X",
        help="multiply a coefficient such as jawOpen, or head, yaw, pitch, roll, gaze, shift",
    )
    transfer.add_argument(
        "--flame",
        type=Path,
        metavar="FILE",
        help="FLAME head (.pkl or .npz) that carries the expression of a FLAME motion over to an "
        "avatar with an open head (default: the one in the preferences)",
    )
    transfer.add_argument(
        "--smooth", type=number(0, 1), metavar="S", help="0 quick to 1 steady (default: 0.3)"
    )


def run(options: argparse.Namespace) -> int:
    """Drive and write."""
    _check(options)
    from models.avatar import Avatar
    from models.background import Background

    settings = _settings(options)
    background = Background.parse(options.background)
    avatar = Avatar.load(options.avatar)
    source = _source(options, avatar)
    with stop_wish() as stop:
        film = _Film(options, avatar, background, source, settings, stop)
        film.write()
    film.tell()
    say(str(options.output))
    return _INTERRUPTED if stop else 0


def _check(options: argparse.Namespace) -> None:
    """Refuse what cannot work before anything heavy is imported."""
    check_output(options.output, (".mp4",))
    if options.size % 2:
        raise UsageError(f"--size must be even for a film, {options.size} is odd.")
    if options.background == "transparent":
        raise UsageError("A film in .mp4 cannot be transparent: choose another --background.")
    if options.save_motion is not None:
        check_output(options.save_motion, MOTION_SUFFIXES)
    check_input(options.avatar)
    check_input(options.motion)
    if options.flame is not None:
        check_input(options.flame)
    if options.motion.resolve() == options.output.resolve():
        raise UsageError(f"{options.output} is the motion itself; choose another name.")


def _settings(options: argparse.Namespace) -> DriveSettings:
    from studio.drive.arm import ALL, armed_parts
    from studio.drive.calibration import Calibration
    from studio.drive.settings import STEADINESS, DriveSettings

    relative = options.relative
    if relative is None:
        relative = options.motion.suffix.lower() not in (".csv", ".jsonl")
    calibration = Calibration(relative=relative)
    try:
        for text in options.gain:
            calibration = calibration.with_gain(*_gain(text))
    except BadInput as error:
        raise UsageError(f"--gain: {error}") from None
    try:
        parts = ALL if options.only is None else armed_parts(options.only.split(","))
    except BadInput as error:
        raise UsageError(f"--only: {error}") from None
    steadiness = options.smooth
    if steadiness is None:
        # Motion files have been smoothed by whoever made them.
        steadiness = 0.0 if options.motion.suffix.lower() in MOTION_SUFFIXES else STEADINESS
    return DriveSettings(calibration, parts, steadiness)


def _gain(text: str) -> tuple[str, float]:
    """NAME=X as name and number. Raises ``UsageError``."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--gain {text} lacks a value: write NAME=X, such as jawOpen=1.3.")
    try:
        return name.strip(), number(-4, 4)(value)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"--gain {text}: {error}.") from None


def _source(options: argparse.Namespace, avatar: Avatar) -> VideoSource | MotionFileSource:
    path: Path = options.motion
    if path.suffix.lower() in MOTION_SUFFIXES:
        from studio.drive.file_source import MotionFileSource
        from studio.session.settings import load_settings

        flame = options.flame or load_settings()[0].flame_file
        return MotionFileSource(path, avatar=avatar, flame=flame)
    from studio.drive.camera_source import VideoSource

    return VideoSource(path)


class _Film:
    """One film in the making."""

    def __init__(
        self,
        options: argparse.Namespace,
        avatar: Avatar,
        background: Background | None,
        source: VideoSource | MotionFileSource,
        settings: DriveSettings,
        stop: StopWish,
    ) -> None:
        self._options, self._avatar, self._background = options, avatar, background
        self._source, self._settings, self._stop = source, settings, stop
        self._rate = _frame_rate(options.fps, source.rate)
        self._poses: list[tuple[float, Pose]] = []
        self._samples = self._lost = 0

    def write(self) -> None:
        """Write film and motion. Raises ``BadInput`` as source and files do."""
        from studio.deliver.clip import write_clip

        with progress() as report:
            write_clip(
                self._options.output,
                self._frames(report),
                self._options.size,
                rate=self._rate,
                sound=self._sound(),
            )
        if self._options.save_motion is not None:
            from studio.drive.motion_files import write_motion
            from studio.session.pose_track import PoseTrack

            write_motion(self._options.save_motion, PoseTrack.of(self._poses))

    def tell(self) -> None:
        """Say what the user should know about the result."""
        if self._source.warning is not None and not self._stop:
            warn(self._source.warning)
        if self._lost:
            warn(f"The face was lost in {self._lost} of {self._samples} frames.")
        if self._stop:
            seconds = float(len(self._poses) / self._rate)
            warn(f"Interrupted: {self._options.output} holds the first {seconds:.1f} seconds.")

    def _frames(self, report: Any) -> Iterator[NDArray[np.float32]]:
        from studio.drive.on_grid import on_grid, once_seen

        whole = self._source.duration or 0.0
        samples = once_seen(self._counted(), self._source.name)
        for seconds, pose in on_grid(samples, self._rate):
            report("driving", seconds / whole if whole > 0 else 0.0)
            self._poses.append((seconds, pose))
            yield self._avatar.render(
                pose,
                self._avatar.source_camera,
                size=self._options.size,
                background=self._background,
                device=self._options.device,
            )
            if self._stop:
                return

    def _counted(self) -> Iterator[Driven]:
        from studio.drive.calibrate import Target
        from studio.drive.lookahead import driven

        for each in driven(self._source, Target.of(self._avatar), self._settings):
            if self._stop and not self._poses:
                raise KeyboardInterrupt
            self._samples += 1
            self._lost += not each.present
            yield each

    def _sound(self) -> Path | None:
        from studio.drive.film_facts import film_facts

        path: Path = self._options.motion
        if path.suffix.lower() in MOTION_SUFFIXES or not film_facts(path).sound:
            return None
        return path


def _frame_rate(wanted: float | None, own: float | None) -> Fraction:
    """Frames a second as a fraction that films can hold."""
    rate = min(max(wanted or own or 25.0, _RATES[0]), _RATES[1])
    for base in (Fraction(round(rate)), Fraction(round(rate) * 1000, 1001)):
        if abs(float(base) - rate) < 2e-3:
            return base
    return Fraction(rate).limit_denominator(1000)
