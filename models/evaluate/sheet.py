"""Contact sheets: many labelled pictures on one, made to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from models.evaluate.metrics import Image
from models.files import atomic_write

CELL = 384
DIFFERENCE_GAIN = 3.0

_PAGE = (0.11, 0.12, 0.14)
_LABEL = (222, 225, 230)
_GAP = 8


@dataclass(frozen=True)
class Cell:
    """One picture of a sheet: what to write above it, and (3,H,W) or, with alpha, (4,H,W)."""

    label: str
    image: Image


def contact_sheet(rows: Sequence[Sequence[Cell]], cell: int = CELL) -> Image:
    """Lay out labelled images on a dark page, (3, H, W).

    Every image is scaled to fit a square of ``cell`` pixels, keeping its proportions; rows start at
    the left and may differ in length. Labels that are too long end in an ellipsis. Raises
    ValueError when there is no cell.
    """
    columns = max((len(row) for row in rows), default=0)
    if columns == 0:
        raise ValueError("a contact sheet needs at least one picture")
    strip = label_height(cell)
    step_x, step_y = cell + _GAP, cell + strip + _GAP
    page = np.empty((len(rows) * step_y + _GAP, columns * step_x + _GAP, 3), np.float32)
    page[:] = _PAGE
    for r, row in enumerate(rows):
        for c, item in enumerate(row):
            top, left = _GAP + r * step_y, _GAP + c * step_x
            page[top + strip : top + strip + cell, left : left + cell] = _fitted(item.image, cell)
    return _with_labels(page, rows, cell)


def label_height(cell: int) -> int:
    """Pixels above a cell that hold its label."""
    return max(14, cell // 16)


def difference(a: Image, b: Image, gain: float = DIFFERENCE_GAIN) -> Image:
    """Absolute difference of two images (3,H,W), ``gain`` times brighter, clipped to 1."""
    brighter: Image = np.clip(np.abs(a - b) * np.float32(gain), 0.0, 1.0)
    return brighter


def save_sheet(sheet: Image, path: Path) -> None:
    """Write a sheet (3,H,W) as the format that the suffix names. Raises OSError or ValueError."""
    _save(_bytes(sheet.transpose(1, 2, 0)), path)


class GrowingSheet:
    """A sheet that gets one row at a time and keeps it small: a byte a value, already scaled.

    Rows of float pictures of many avatars would count in the memory that is being measured.
    """

    def __init__(self, cell: int = CELL // 2) -> None:
        """Start an empty sheet with square cells of ``cell`` pixels."""
        self._cell = cell
        self._strips: list[NDArray[np.uint8]] = []

    def add(self, row: Sequence[Cell]) -> None:
        """Lay out one more row; all rows must have as many cells as the first."""
        strip = _bytes(contact_sheet([row], self._cell).transpose(1, 2, 0))
        self._strips.append(strip if not self._strips else strip[_GAP:])

    def save(self, path: Path) -> bool:
        """Write the rows; False, and no file, when there is none. Raises OSError, ValueError."""
        if self._strips:
            _save(np.concatenate(self._strips), path)
        return bool(self._strips)


def _save(pixels: NDArray[np.uint8], path: Path) -> None:
    with atomic_write(path) as temporary:
        PillowImage.fromarray(pixels).save(temporary)


def _fitted(image: Image, cell: int) -> NDArray[np.float32]:
    """(cell, cell, 3): the image scaled to fit, centred on the page colour."""
    height, width = image.shape[1:]
    scale = cell / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    channels = np.ascontiguousarray(image.transpose(1, 2, 0), dtype=np.float32)
    small = np.clip(cv2.resize(channels, size, interpolation=way), 0.0, 1.0)
    square = np.empty((cell, cell, 3), np.float32)
    square[:] = _PAGE
    top, left = (cell - size[1]) // 2, (cell - size[0]) // 2
    inner = square[top : top + size[1], left : left + size[0]]
    alpha = small[..., 3:4] if small.shape[2] == 4 else np.float32(1.0)
    inner[:] = small[..., :3] * alpha + inner * (1.0 - alpha)
    return square


def _with_labels(page: NDArray[np.float32], rows: Sequence[Sequence[Cell]], cell: int) -> Image:
    """Write the labels with Pillow's own font, so that sheets look alike on every machine."""
    strip = label_height(cell)
    canvas = PillowImage.fromarray(_bytes(page))
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(strip * 0.68)
    for r, row in enumerate(rows):
        for c, item in enumerate(row):
            top, left = _GAP + r * (cell + strip + _GAP), _GAP + c * (cell + _GAP)
            text = _shortened(draw, item.label, font, cell - 4)
            draw.text((left + 2, top + strip / 2), text, fill=_LABEL, font=font, anchor="lm")
    labelled = np.asarray(canvas, np.float32) / 255.0
    return np.ascontiguousarray(labelled.transpose(2, 0, 1))


def _shortened(
    draw: ImageDraw.ImageDraw,
    text: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    width: int,
) -> str:
    """Cut ``text`` to ``width`` pixels."""
    short = text
    while short and draw.textlength(short, font) > width:
        short = short[:-2] + "…" if short.endswith("…") else short[:-1] + "…"
        if short == "…":
            break
    return short


def _bytes(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    return (np.clip(picture, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
