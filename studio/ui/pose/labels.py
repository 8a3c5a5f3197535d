"""What the coefficients are called in the window.

ARKit's names stay in tooltips and in the search. Left and right are the subject's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QCoreApplication

from studio.session.names import ALONE_TEXTS, REGION_TEXTS, STEM_TEXTS
from studio.session.regions import REGIONS, other_side

_CONTEXT = "Coefficients"


@dataclass(frozen=True)
class Line:
    """A line of the panel: one coefficient, or the left and the right one.

    Attributes:
        text: in front of the line.
        names: ARKit names, left before right.
    """

    text: str
    names: tuple[str, ...]


def region_text(region: str) -> str:
    """The heading of a region of ``REGIONS``."""
    return _translated(REGION_TEXTS[region])


def lines(region: str) -> list[Line]:
    """The lines of a region; together they hold its coefficients, each once."""
    members = REGIONS[region]
    found = []
    for stem, text in STEM_TEXTS.items():
        names = tuple(name for name in (stem, f"{stem}Left", f"{stem}Right") if name in members)
        if names:
            found.append(Line(_translated(text), names))
    return found


def label(name: str) -> str:
    """A coefficient's name standing alone, such as ``Smile left``."""
    return _labels()[name]


def linkable(name: str) -> bool:
    """Whether the coefficient has another side that can follow it."""
    return other_side(name) is not None


def matches(name: str, wanted: str) -> bool:
    """Whether all words of a search occur in what the coefficient is called or belongs to."""
    text = _haystack(name)
    return all(word in text for word in wanted.casefold().split())


@cache
def _labels() -> Mapping[str, str]:
    return {
        name: _label(name, line.text)
        for region in REGIONS
        for line in lines(region)
        for name in line.names
    }


def _label(name: str, text: str) -> str:
    if name in ALONE_TEXTS:
        return _translated(ALONE_TEXTS[name])
    if name.endswith("Left"):
        return QCoreApplication.translate(_CONTEXT, "{0} left").format(text)
    if name.endswith("Right"):
        return QCoreApplication.translate(_CONTEXT, "{0} right").format(text)
    return text


@cache
def _haystack(name: str) -> str:
    region = next(region for region, names in REGIONS.items() if name in names)
    return " ".join((label(name), name, region_text(region))).casefold()


def _translated(text: object) -> str:
    return QCoreApplication.translate(_CONTEXT, str(text))
