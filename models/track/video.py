"""Frames of a video file, upright, in the order and at the times they are shown."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput

LONGEST_SIDE = 1280
"""Larger frames are shrunk: a face needs no more, and 4K costs more than the tracking."""

_USUAL_RATE = 25.0
"""Frames a second of a file that gives its frames no times."""


@dataclass(frozen=True)
class VideoFrame:
    """One frame: its number from 0, seconds since the first one, and (H, W, 3) uint8 sRGB."""

    index: int
    seconds: float
    rgb: NDArray[np.uint8]


def read_video(path: Path, longest: int = LONGEST_SIDE) -> Iterator[VideoFrame]:
    """The frames of ``path``, decoded one by one, none wider or higher than ``longest`` pixels.

    Frames are turned as the file's display matrix says. A file that breaks off gives the frames
    that it has. Raises BadInput, when the first frame is asked for, for a file without any.
    """
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name a video file.")
    if not path.is_file():
        raise BadInput(f"{path} does not exist; check the name.")
    count = 0
    first = 0.0
    for frame in _decoded(path):
        seconds = float(frame.time) if frame.time is not None else count / _USUAL_RATE
        first = seconds if count == 0 else first
        yield VideoFrame(count, max(0.0, seconds - first), _pixels(frame, longest))
        count += 1
    if count == 0:
        raise BadInput(f"{path} is not a video that can be read; convert it to MP4 (H.264).")


def _decoded(path: Path) -> Iterator[Any]:
    """Raw frames until the file ends or breaks off."""
    # A damaged file raises at any point; what came before it is kept.
    with (
        contextlib.suppress(av.FFmpegError, OSError, ValueError),
        av.open(str(path), metadata_errors="ignore") as container,
    ):
        if not container.streams.video:
            return
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for packet in container.demux(stream):
            # One broken packet must not end the rest.
            with contextlib.suppress(av.error.InvalidDataError):
                yield from packet.decode()


def _pixels(frame: Any, longest: int) -> NDArray[np.uint8]:
    share = min(1.0, longest / max(frame.width, frame.height))
    rgb = frame.to_ndarray(
        format="rgb24", width=round(frame.width * share), height=round(frame.height * share)
    )
    turns = round(frame.rotation / 90) % 4  # counter-clockwise, as numpy turns
    return np.ascontiguousarray(np.rot90(rgb, turns)) if turns else rgb
