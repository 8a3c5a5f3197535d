"""Ways to open sources, light to import: what is heavy is loaded by the thread that drives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.drive.source import MotionSource

Opener = Callable[[], MotionSource]
"""Opens a source. Raises ``BadInput`` in one sentence, MissingAsset without the tracker."""

LIVE_LINK_PORT = 11111
VMC_PORTS = (39539, 39540)


def webcam(
    camera: int | str, *, size: tuple[int, int] = (640, 480), mirror: bool = False
) -> Opener:
    """A camera by number or by name (``studio.engine.webcam.webcam_devices``)."""

    def open_source() -> MotionSource:
        from studio.drive.camera_source import WebcamSource

        return WebcamSource(camera, size=size, mirror=mirror)

    return open_source


def video(path: Path, *, loop: bool = False) -> Opener:
    """A video file, played in real time as if it were a camera, once or again and again."""

    def open_source() -> MotionSource:
        from studio.drive.camera_source import PlayedVideo

        return PlayedVideo(path, loop=loop)

    return open_source


def motion_file(
    path: Path,
    *,
    avatar: object | None = None,
    flame: Path | None = None,
    tell: Callable[[str], object] | None = None,
) -> Opener:
    """A motion file, played in real time.

    Args:
        path: the file. avatar, flame: see ``MotionFileSource``.
        tell: gets a sentence about what the avatar cannot show of it, once, in the driving thread.
    """
    told: set[str] = set()

    def open_source() -> MotionSource:
        from studio.drive.file_source import MotionFileSource

        source = MotionFileSource(path, live=True, avatar=avatar, flame=flame)
        if source.warning is not None and source.warning not in told and tell is not None:
            told.add(source.warning)
            tell(source.warning)
        return source

    return open_source


def live_link(port: int = LIVE_LINK_PORT, *, opened: bool = False) -> Opener:
    """Live Link Face; ``opened`` lets other devices than this computer send."""

    def open_source() -> MotionSource:
        from studio.drive.network_source import LiveLinkSource

        return LiveLinkSource(port, opened=opened)

    return open_source


def vmc(port: int = VMC_PORTS[0], *, opened: bool = False) -> Opener:
    """A VMC performer; ``opened`` lets other devices than this computer send."""

    def open_source() -> MotionSource:
        from studio.drive.network_source import VmcSource

        return VmcSource(port, opened=opened)

    return open_source
