"""What a rendered head stands in front of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.portrait.read import read_image
from models.portrait.resample import wide_blur

Image = NDArray[np.float32]

_COLOUR = re.compile(r"#([0-9a-fA-F]{6})")
_BLUR_SHARE = 0.03
"""Standard deviation of the blur as a share of the picture's side."""


@dataclass(frozen=True, eq=False)
class Background:
    """An opaque layer behind the head; no background at all means transparency.

    Attributes:
        kind: ``photo`` (the avatar's own, inpainted), ``blur`` (the same, out of focus), ``colour``
            or ``picture``.
        pixels: sRGB 0..1, (3,) for a colour and (3,H,W) for a picture, otherwise None.
    """

    kind: Literal["photo", "blur", "colour", "picture"]
    pixels: Image | None = None

    @classmethod
    def parse(cls, text: str) -> Background | None:
        """Read ``photo``, ``blur``, ``transparent`` (gives None), ``#RRGGBB`` or a picture file.

        Raises ``BadInput`` for anything else.
        """
        if text == "transparent":
            return None
        if text == "photo":
            return cls("photo")
        if text == "blur":
            return cls("blur")
        if text.startswith("#"):
            return cls("colour", _colour(text))
        if not Path(text).is_file():
            raise BadInput(
                f"{text} is no background: give photo, blur, transparent, #RRGGBB or a picture."
            )
        return cls("picture", read_image(text).over())

    def layer(self, photo: Image, size: int) -> Image:
        """The layer (3, size, size) for an avatar with the background ``photo`` (3,H,W).

        Pictures cover the square: they are scaled, and the longer side is cut evenly.
        """
        if self.kind == "colour" and self.pixels is not None:
            plain = np.broadcast_to(self.pixels[:, None, None], (3, size, size))
            return np.ascontiguousarray(plain, np.float32)
        covered = cover(photo if self.pixels is None else self.pixels, size)
        if self.kind != "blur":
            return covered
        blurred = wide_blur(np.ascontiguousarray(covered.transpose(1, 2, 0)), _BLUR_SHARE * size)
        return np.ascontiguousarray(np.clip(blurred, 0, 1).transpose(2, 0, 1))


def _colour(text: str) -> Image:
    match = _COLOUR.fullmatch(text)
    if match is None:
        raise BadInput(f"{text} is no colour: write six hexadecimal digits such as #336699.")
    return np.frombuffer(bytes.fromhex(match[1]), np.uint8).astype(np.float32) / np.float32(255)


def cover(image: Image, size: int) -> Image:
    """Scale and cut ``image`` (3,H,W) evenly so that it fills (3, size, size)."""
    _, height, width = image.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[:, top : top + side, left : left + side]
    if side == size:
        return np.ascontiguousarray(square, np.float32)
    method = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    pixels = np.ascontiguousarray(square.transpose(1, 2, 0), np.float32)
    scaled = cv2.resize(pixels, (size, size), interpolation=method).transpose(2, 0, 1)
    return np.ascontiguousarray(np.clip(scaled, 0, 1), np.float32)
