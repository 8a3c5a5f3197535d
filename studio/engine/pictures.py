"""Pictures for showing that need no rendering."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray


def source_picture(avatar: Any) -> NDArray[np.uint8]:
    """The photo's square (S, S, 3) uint8, as the source view sees it."""
    crop: NDArray[np.uint8] = avatar.parts.source.crop
    return np.ascontiguousarray(crop.transpose(1, 2, 0))


def png_bytes(picture: NDArray[np.uint8]) -> bytes:
    """A picture (H, W, 3 or 4) uint8 as a PNG file."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()
