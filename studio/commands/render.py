"""`triptych render`: an avatar as a picture or a film."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import BadInput
from studio.console import progress, say
from studio.usage import (
    UsageError,
    add_device,
    check_input,
    check_output,
    number,
    numbers,
    whole_number,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.avatar import Avatar
    from models.background import Background
    from models.camera import Camera
    from models.pose import Pose

STILLS = (".png", ".jpg", ".jpeg", ".webp")
WITH_ALPHA = (".png", ".webp")
MODES = ("color", "depth", "normals", "opacity", "mesh")
BRANCHES = ("all", "canonical", "appearance")
ORBIT_YAW = 35.0
ORBIT_PITCH = 6.0


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "render",
        help="make a picture or a film of an avatar",
        description="Make a picture or a film of an avatar. Angles are degrees.",
    )
    parser.add_argument("avatar", type=Path, metavar="FILE.avatar", help="the avatar")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help=".png .jpg .webp or .mp4"
    )
    _add_view(parser)
    _add_pose(parser)
    _add_look(parser)
    add_device(parser)
    parser.set_defaults(run=run)


def _add_view(parser: argparse.ArgumentParser) -> None:
    view = parser.add_argument_group("camera")
    view.add_argument(
        "--source-view", action="store_true", help="camera and pose of the source photo"
    )
    view.add_argument(
        "--yaw",
        type=number(-180, 180),
        default=0.0,
        metavar="D",
        help="turn the camera to the viewer's right",
    )
    view.add_argument(
        "--pitch", type=number(-89, 89), default=0.0, metavar="D", help="raise the camera"
    )
    view.add_argument(
        "--zoom", type=number(0.1, 20), default=1.0, metavar="F", help="multiply the focal length"
    )
    view.add_argument(
        "--orbit",
        type=number(0.2, 120),
        metavar="SECONDS",
        help="film a swing of the camera (needs .mp4)",
    )


def _add_pose(parser: argparse.ArgumentParser) -> None:
    pose = parser.add_argument_group("pose")
    base = pose.add_mutually_exclusive_group()
    base.add_argument("--preset", metavar="NAME", help="a named pose such as smile")
    base.add_argument("--pose", type=Path, metavar="FILE.json", help="a pose file")
    pose.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an ARKit coefficient such as jawOpen=0.5; may repeat",
    )
    pose.add_argument("--jaw", type=number(-10, 45), metavar="D", help="open the jaw")
    pose.add_argument(
        "--gaze",
        type=numbers("YAW,PITCH", -60, 60),
        metavar="YAW,PITCH",
        help="turn both eyes to the viewer's right and up",
    )
    pose.add_argument(
        "--neck",
        type=numbers("PITCH,YAW,ROLL", -90, 90),
        metavar="PITCH,YAW,ROLL",
        help="turn the head up, to the viewer's right, and counter-clockwise as seen",
    )


def _add_look(parser: argparse.ArgumentParser) -> None:
    look = parser.add_argument_group("picture")
    look.add_argument(
        "--size", type=whole_number(32, 2048), default=512, metavar="N", help="pixels along a side"
    )
    look.add_argument(
        "--background",
        default="photo",
        metavar="WHAT",
        help="photo, blur, transparent, #RRGGBB or a picture file (default: photo)",
    )
    look.add_argument("--branch", choices=BRANCHES, default="all", help="which planes to show")
    look.add_argument("--mode", choices=MODES, default="color", help="what to show")
    look.add_argument("--reference", action="store_true", help="the dense reference renderer, slow")


def run(options: argparse.Namespace) -> int:
    """Render the still or the film."""
    _check(options)
    from models.avatar import Avatar
    from models.background import Background

    pose = chosen_pose(options)
    background = Background.parse(options.background)
    avatar = Avatar.load(options.avatar)
    if pose is None:
        pose = avatar.source_pose if options.source_view else _neutral()
    pose = adjusted(pose, options)
    if options.orbit is None:
        _write_still(options, avatar, pose, background)
    else:
        _write_orbit(options, avatar, pose, background)
    say(str(options.output))
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse options that do not fit each other, before anything heavy is imported."""
    check_output(options.output, (*STILLS, ".mp4"))
    suffix = options.output.suffix.lower()
    if options.background == "transparent" and suffix not in WITH_ALPHA:
        raise UsageError(
            f"{options.output} cannot be transparent: write .png or .webp, "
            "or choose another --background."
        )
    if options.orbit is not None and suffix != ".mp4":
        raise UsageError(f"--orbit makes a film, so {options.output} must end in .mp4.")
    if options.orbit is None and suffix == ".mp4":
        raise UsageError(f"{options.output} is a film: add --orbit SECONDS, or write .png.")
    if suffix == ".mp4" and options.size % 2:
        raise UsageError(f"--size must be even for a film, {options.size} is odd.")
    check_input(options.avatar)
    if options.pose is not None:
        check_input(options.pose)


def chosen_pose(options: argparse.Namespace) -> Pose | None:
    """The pose that ``--preset`` or ``--pose`` names, or None."""
    from models.pose import PRESETS, Pose

    if options.preset is not None:
        if options.preset not in PRESETS:
            raise UsageError(f"There is no preset {options.preset!r}; use {', '.join(PRESETS)}.")
        return PRESETS[options.preset]
    return Pose.read(options.pose) if options.pose is not None else None


def _neutral() -> Pose:
    from models.pose import Pose

    return Pose.neutral()


def adjusted(pose: Pose, options: argparse.Namespace) -> Pose:
    """``pose`` with ``--set``, ``--jaw``, ``--gaze`` and ``--neck`` laid over it."""
    try:
        pose = pose.with_blendshapes(dict(_coefficient(text) for text in options.set))
    except BadInput as error:
        raise UsageError(f"--set: {error}") from None
    if options.jaw is not None:
        pose = pose.replace(jaw=(math.radians(options.jaw), 0.0, 0.0))
    if options.gaze is not None:
        gaze = [math.radians(angle) for angle in options.gaze]
        pose = pose.replace(gaze_left=gaze, gaze_right=gaze)
    if options.neck is not None:
        pose = pose.replace(neck=_rotation(*options.neck))
    return pose


def _coefficient(text: str) -> tuple[str, float]:
    """NAME=VALUE as name and number. Raises ``UsageError``."""
    from models.pose import COEFFICIENT_RANGE

    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text} lacks a value: write NAME=VALUE, such as jawOpen=0.5.")
    try:
        return name.strip(), number(*COEFFICIENT_RANGE)(value)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"--set {text}: {error}.") from None


def _rotation(pitch: float, yaw: float, roll: float) -> list[float]:
    """Axis-angle (3,) in radians of a head turned up, then about +Y, then rolled about +Z."""
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_euler("YXZ", (yaw, -pitch, roll), degrees=True)
    return [float(value) for value in turn.as_rotvec()]


def chosen_camera(options: argparse.Namespace, avatar: Avatar) -> Camera:
    """The camera of the options: the source's, or one in front as far away and as wide."""
    from models.camera import Camera

    source = avatar.source_camera
    if options.source_view:
        return source.orbited(options.yaw, options.pitch, options.zoom)
    distance = math.dist(source.position, (0.0, 0.0, 0.0))
    fov = math.degrees(2.0 * math.atan(0.5 / float(source.intrinsics[1, 1])))
    front = Camera.orbit(options.yaw, options.pitch, radius=distance, fov=fov)
    return front.orbited(zoom=options.zoom)


def _frame(
    options: argparse.Namespace,
    avatar: Avatar,
    pose: Pose,
    camera: Camera,
    background: Background | None,
) -> NDArray[np.float32]:
    return avatar.render(
        pose,
        camera,
        size=options.size,
        background=background,
        branch=options.branch,
        mode=options.mode,
        reference=options.reference,
        device=options.device,
    )


def _write_still(
    options: argparse.Namespace, avatar: Avatar, pose: Pose, background: Background | None
) -> None:
    from studio.deliver.stills import write_still

    camera = chosen_camera(options, avatar)
    write_still(options.output, _frame(options, avatar, pose, camera, background))


def _write_orbit(
    options: argparse.Namespace, avatar: Avatar, pose: Pose, background: Background | None
) -> None:
    from studio.deliver.clip import FRAMES_PER_SECOND, write_clip

    camera = chosen_camera(options, avatar)
    count = max(2, round(options.orbit * FRAMES_PER_SECOND))
    with progress() as report:

        def frames() -> Iterator[NDArray[np.float32]]:
            for index, (yaw, pitch) in enumerate(orbit_angles(count)):
                report("filming", index / count)
                view = camera.orbited(yaw, pitch)
                yield _frame(options, avatar, pose, view, background)

        write_clip(options.output, frames(), options.size)


def orbit_angles(count: int) -> Iterator[tuple[float, float]]:
    """Yaw and pitch in degrees of ``count`` frames of a swing that ends where it begins."""
    for index in range(count):
        turn = math.tau * index / count
        yield ORBIT_YAW * math.sin(turn), ORBIT_PITCH * math.sin(2.0 * turn)
