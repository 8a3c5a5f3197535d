"""Contact sheets of driven avatars: the true frame above, the render below, then the difference."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.evaluate.metrics import Image
from models.evaluate.sheet import Cell, GrowingSheet, difference

COLUMNS = 10
_CELL = 256


class Filmstrips:
    """Collects small copies of compared frames; three rows for every driven avatar."""

    def __init__(
        self, columns: int = COLUMNS, cell: int = _CELL, *, differences: bool = True
    ) -> None:
        """Show ``columns`` frames, spread over each video, ``cell`` pixels wide.

        ``differences`` adds the row that makes sense only where both show one person.
        """
        self._columns = columns
        self._differences = differences
        self._cell = cell
        self._strips: dict[str, list[tuple[int, NDArray[np.uint8], NDArray[np.uint8]]]] = {}

    def add(self, name: str, frame: int, truth: Image, render: Image) -> None:
        """Keep one frame of the strip called ``name``; both pictures are (3,S,S)."""
        pair = self._small(truth), self._small(render)
        self._strips.setdefault(name, []).append((frame, *pair))

    def save(self, path: Path) -> bool:
        """Write the sheet; False, and no file, without frames. Raises OSError, ValueError."""
        sheet = GrowingSheet(self._cell)
        longest = max((len(strip) for strip in self._strips.values()), default=0)
        columns = min(self._columns, longest)
        for name, strip in self._strips.items():
            for row in self._rows(name, strip, columns):
                sheet.add(row)
        return sheet.save(path)

    def _rows(
        self,
        name: str,
        strip: list[tuple[int, NDArray[np.uint8], NDArray[np.uint8]]],
        columns: int,
    ) -> list[list[Cell]]:
        picks = np.unique(np.linspace(0, len(strip) - 1, columns).round().astype(int))
        shown = [strip[index] for index in picks]
        blank = Cell("", np.zeros((4, 8, 8), np.float32))
        rest = [blank] * (columns - len(shown))
        trues = [Cell(f"{name} {frame}", _large(truth)) for frame, truth, _ in shown]
        renders = [Cell("render", _large(render)) for _, _, render in shown]
        rows = [trues, renders]
        if self._differences:
            off = [Cell("difference x3", difference(_large(t), _large(r))) for _, t, r in shown]
            rows.append(off)
        return [row + rest for row in rows]

    def _small(self, image: Image) -> NDArray[np.uint8]:
        size = (self._cell, self._cell)
        small = cv2.resize(image.transpose(1, 2, 0), size, interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(small, 0.0, 1.0) * 255.0 + 0.5, np.uint8)


def _large(pixels: NDArray[np.uint8]) -> Image:
    return np.asarray(pixels.transpose(2, 0, 1) / np.float32(255), np.float32)
