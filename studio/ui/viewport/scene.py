"""What the viewport draws, the same for OpenGL and for the painter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPalette

from studio.ui.viewport.placement import PhotoPlace

CHECKER_SIDE = 8
"""Side of a field under what is transparent, in points."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture (S, S, 3 or 4) uint8 with straight alpha, its stamp, and how to enlarge it."""

    stamp: int
    picture: NDArray[np.uint8] = field(repr=False)
    nearest: bool = False


@dataclass(frozen=True)
class Comparison:
    """The source photo beside the picture.

    Attributes:
        edge: share of the picture left of which the photo shows.
        place: where the photo lies.
        opacity: 0..1, less than 1 while it fades.
    """

    edge: float
    place: PhotoPlace
    opacity: float = 1.0


@dataclass(frozen=True)
class Tones:
    """Colours around and under the picture."""

    letterbox: QColor
    checker_dark: QColor
    checker_light: QColor

    @classmethod
    def of(cls, palette: QPalette) -> Tones:
        """From the theme: a little deeper than the window, so that the picture stands out."""
        window = palette.color(QPalette.ColorRole.Window)
        text = palette.color(QPalette.ColorRole.WindowText)
        deeper = window.darker(125 if window.lightness() < 128 else 106)
        return cls(deeper, mixed(window, text, 0.12), mixed(window, text, 0.26))


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """``first`` with a ``share`` (0..1) of ``second``."""
    parts = zip(first.getRgbF(), second.getRgbF(), strict=True)
    return QColor.fromRgbF(*(a + share * (b - a) for a, b in parts))
