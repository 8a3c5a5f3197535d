"""Writing frames as an H.264 film."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from models.files import atomic_write, not_written
from studio.deliver.soundtrack import Soundtrack
from studio.deliver.stills import to_pixels

FRAMES_PER_SECOND = 25


def write_clip(
    path: Path,
    frames: Iterable[NDArray[np.float32]],
    size: int,
    *,
    rate: Fraction = Fraction(FRAMES_PER_SECOND),
    sound: Path | None = None,
) -> None:
    """Write opaque ``frames`` (3, size, size) as an MP4 with H.264; ``size`` must be even.

    Args:
        path: where to; written whole or not at all.
        frames: drawn one by one; whoever makes them may end early, the film is then shorter.
        size: pixels along a side.
        rate: frames a second.
        sound: a film whose sound goes under the pictures, as long as they are.

    Raises ``BadInput`` when the file cannot be written.
    """
    try:
        with atomic_write(path) as temporary:
            _encode(temporary, frames, size, rate, sound)
    except OSError as error:
        raise not_written(path, error) from error


def _encode(
    path: Path,
    frames: Iterable[NDArray[np.float32]],
    size: int,
    rate: Fraction,
    sound: Path | None,
) -> None:
    track = None if sound is None else Soundtrack(sound)
    # The index goes to the front, so that a browser can start before it has everything.
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as film:
            stream = film.add_stream("libx264", rate=rate)
            stream.width = stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.options = {"crf": "16", "preset": "medium"}
            if track is not None:
                track.join(film)
            for index, image in enumerate(frames, start=1):
                frame = av.VideoFrame.from_ndarray(to_pixels(image), format="rgb24")
                film.mux(stream.encode(frame))
                if track is not None:
                    track.write_until(film, float(index / rate))
            film.mux(stream.encode())
            if track is not None:
                track.finish(film)
    finally:
        if track is not None:
            track.close()
