"""Writing frames as an H.264 film."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.files import atomic_write
from studio.deliver.stills import to_pixels

FRAMES_PER_SECOND = 25


def write_clip(path: Path, frames: Iterable[NDArray[np.float32]], size: int) -> None:
    """Write opaque ``frames`` (3, size, size) as an MP4 with H.264; ``size`` must be even.

    Frames are drawn from the iterable one by one. Raises ``BadInput`` when the file cannot be
    written.
    """
    try:
        with atomic_write(path) as temporary:
            _encode(temporary, frames, size)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}.") from error


def _encode(path: Path, frames: Iterable[NDArray[np.float32]], size: int) -> None:
    # The index goes to the front, so that a browser can start before it has everything.
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=Fraction(FRAMES_PER_SECOND))
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "16", "preset": "medium"}
        for image in frames:
            frame = av.VideoFrame.from_ndarray(to_pixels(image), format="rgb24")
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
