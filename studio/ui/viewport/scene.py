"""What the viewport draws, the same for OpenGL and for the painter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
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


class Scene(QObject):
    """What a surface draws. Whichever stands in for another draws the same one.

    Attributes:
        shown: the picture, if any; photo: the source photo (S, S, 3) uint8, if it is needed.
        comparison: how the photo lies over the left of the picture, if it does.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self.photo: NDArray[np.uint8] | None = None
        self.comparison: Comparison | None = None

    def show_picture(self, shown: Shown | None) -> None:
        """Show a picture, or none."""
        self.shown = shown
        self.changed.emit()

    def set_photo(self, photo: NDArray[np.uint8] | None) -> None:
        """The source photo (S, S, 3) uint8."""
        self.photo = photo
        self.changed.emit()

    def compare(self, comparison: Comparison | None) -> None:
        """Lay the photo over the left of the picture, or take it away."""
        if comparison != self.comparison:
            self.comparison = comparison
            self.changed.emit()


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
