"""Small films for the tests of tracking and reenactment."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from skimage import data

FACE = (slice(0, 288), slice(80, 368))
"""The head of the sample portrait, 288 pixels square."""


def head() -> np.ndarray:
    """(288, 288, 3) uint8: the sample portrait's head."""
    return np.ascontiguousarray(data.astronaut()[FACE])


def panned(shift: float) -> np.ndarray:
    """The same, moved ``shift`` pixels to the right."""
    matrix = np.array([[1.0, 0.0, shift], [0.0, 1.0, 0.0]])
    return cv2.warpAffine(head(), matrix, (288, 288), borderMode=cv2.BORDER_REPLICATE)


def blank() -> np.ndarray:
    """A frame without anybody."""
    return np.full((288, 288, 3), 90, np.uint8)


def write_film(path: Path, frames: Sequence[np.ndarray], times: Sequence[float] = ()) -> Path:
    """Write (H, W, 3) uint8 frames, at 25 a second or at ``times`` in seconds."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=25, options={"crf": "12", "g": "4"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.time_base = Fraction(1, 1000)
            frame.pts = round(1000 * (times[index] if times else index / 25))
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path
