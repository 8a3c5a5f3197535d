"""What the viewport draws, the same for OpenGL and for the painter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from studio.ui.theme import tokens
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
    def now(cls) -> Tones:
        """From the theme in use."""
        theme = tokens()
        ground, text = QColor(theme.sunken), QColor(theme.text)
        return cls(ground, mixed(ground, text, 0.1), mixed(ground, text, 0.22))


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """``first`` with a ``share`` (0..1) of ``second``."""
    r, g, b = (
        a + share * (z - a)
        for a, z in (
            (first.redF(), second.redF()),
            (first.greenF(), second.greenF()),
            (first.blueF(), second.blueF()),
        )
    )
    return QColor.fromRgbF(r, g, b)
