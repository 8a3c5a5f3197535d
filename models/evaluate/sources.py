"""Which files of a folder the reenactment protocols use, and their first pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.evaluate.reconstruct import SUFFIXES as PHOTO_SUFFIXES
from models.portrait.read import read_image
from models.portrait.resample import to_bytes
from models.track.video import read_video

VIDEO_SUFFIXES = frozenset(".mp4 .mov .m4v .mkv .webm .avi .mpg .mpeg .ogv .gif".split())


def find_sources(path: Path, *, photos: bool) -> list[Path]:
    """The file itself, or by name the videos of a folder and, with ``photos``, its pictures.

    Raises BadInput when there is none.
    """
    if path.is_file():
        return [path]
    what = "a video or a photo" if photos else "a video"
    if not path.is_dir():
        raise BadInput(f"{path} does not exist; give {what} or a folder.")
    wanted = VIDEO_SUFFIXES | PHOTO_SUFFIXES if photos else VIDEO_SUFFIXES
    found = sorted(p for p in path.iterdir() if p.suffix.lower() in wanted and p.is_file())
    if not found:
        raise BadInput(f"{path} holds nothing to use; give a folder with {what} in it.")
    return found


def first_picture(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) sRGB: a photo, or the first frame of a video. Raises BadInput."""
    if path.suffix.lower() in PHOTO_SUFFIXES:
        return to_bytes(read_image(path).over())
    return next(read_video(path)).rgb
