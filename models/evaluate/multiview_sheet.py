"""The contact sheet of the view-matrix protocol."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.evaluate.metrics import Image
from models.evaluate.multiview import ANGLES, SIZE, PersonScores, Truth
from models.evaluate.sheet import Cell, GrowingSheet

_CELL = 192
_WORST, _BEST = np.array([0.35, 0.12, 0.20]), np.array([0.95, 0.88, 0.62])
_RANGE = (14.0, 28.0)
"""PSNR in dB of the darkest and the brightest field of a score matrix."""


class MultiviewSheet:
    """Truths in the first row of each person, then the renders of input views."""

    def __init__(self, *, whole: bool) -> None:
        """Show all input views when ``whole``, else the outer ones and one in the middle."""
        self._views = range(len(ANGLES)) if whole else (0, len(ANGLES) // 2, len(ANGLES) - 1)
        self._sheet = GrowingSheet(_CELL)

    def add(
        self, scores: PersonScores, truths: list[Truth], renders: list[list[Image] | None]
    ) -> None:
        """Lay out one person; views that failed are left blank."""
        matrix = Cell(f"head {scores.person}: PSNR", heat_map(scores.scores["psnr"][0]))
        labels = [f"truth {yaw:+.0f}/{pitch:+.0f}" for yaw, pitch in ANGLES]
        pictures = [truth.picture for truth in truths]
        self._sheet.add([matrix, *map(Cell, labels, pictures)])
        blank = np.zeros((4, SIZE, SIZE), np.float32)
        for view in self._views:
            drawn = renders[view] or [blank] * len(truths)
            values = scores.scores["psnr"][0, view]
            notes = ["failed" if np.isnan(value) else f"{value:.1f} dB" for value in values]
            source = Cell(f"input {ANGLES[view][0]:+.0f}", pictures[view])
            self._sheet.add([source, *map(Cell, notes, drawn)])

    def save(self, path: Path) -> None:
        """Write the picture; no file when nobody was added. Raises OSError or ValueError."""
        self._sheet.save(path)


def heat_map(matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Image:
    """A score matrix (N, N) as fields of colour (3, 512, 512); bright is good, black unknown."""
    low, high = _RANGE
    share = np.clip((np.nan_to_num(matrix, nan=low) - low) / (high - low), 0, 1)
    colours = _WORST + (_BEST - _WORST) * share[..., None]
    colours = np.where(np.isnan(matrix)[..., None], 0.0, colours)
    scale = SIZE // len(matrix)
    fields = np.kron(colours.transpose(2, 0, 1), np.ones((1, scale, scale)))
    return np.asarray(fields, np.float32)
