"""Writing a rendered frame as a still picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.files import atomic_write, not_written

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
WITH_ALPHA = (".png", ".webp")


def to_pixels(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Picture (C,H,W) in 0..1 as (H,W,C) bytes."""
    scaled = np.clip(np.nan_to_num(image), 0.0, 1.0) * 255.0 + 0.5
    return np.ascontiguousarray(scaled.astype(np.uint8).transpose(1, 2, 0))


def write_still(path: Path, image: NDArray[np.float32]) -> None:
    """Write ``image`` (1, 3 or 4, H, W), sRGB 0..1 with straight alpha, by the suffix of ``path``.

    Raises ``BadInput`` when the file cannot be written.
    """
    pixels = to_pixels(image)
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    options: dict[str, int] = {}
    if path.suffix.lower() in (".jpg", ".jpeg"):
        options = {"quality": 95, "subsampling": 0}
    elif path.suffix.lower() == ".webp":
        options = {"quality": 95, "method": 4}
    try:
        with atomic_write(path) as temporary:
            picture.save(temporary, format=None, **options)
    except OSError as error:
        raise not_written(path, error) from error
