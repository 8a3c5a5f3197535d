"""What the coefficients are called in the window.

ARKit's names stay in tooltips and in the search. Left and right are the subject's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from studio.session.regions import REGIONS, other_side

_CONTEXT = "Coefficients"

_REGION_TEXTS = {
    "brows": QT_TRANSLATE_NOOP("Coefficients", "Brows"),
    "eyelids": QT_TRANSLATE_NOOP("Coefficients", "Eyelids"),
    "eye look": QT_TRANSLATE_NOOP("Coefficients", "Eye look"),
    "cheeks and nose": QT_TRANSLATE_NOOP("Coefficients", "Cheeks and nose"),
    "jaw": QT_TRANSLATE_NOOP("Coefficients", "Jaw"),
    "mouth": QT_TRANSLATE_NOOP("Coefficients", "Mouth"),
    "tongue": QT_TRANSLATE_NOOP("Coefficients", "Tongue"),
}
_STEMS = {
    "browInnerUp": QT_TRANSLATE_NOOP("Coefficients", "Inner brows up"),
    "browOuterUp": QT_TRANSLATE_NOOP("Coefficients", "Outer brow up"),
    "browDown": QT_TRANSLATE_NOOP("Coefficients", "Brow down"),
    "eyeBlink": QT_TRANSLATE_NOOP("Coefficients", "Blink"),
    "eyeWide": QT_TRANSLATE_NOOP("Coefficients", "Widen"),
    "eyeSquint": QT_TRANSLATE_NOOP("Coefficients", "Squint"),
    "eyeLookUp": QT_TRANSLATE_NOOP("Coefficients", "Look up"),
    "eyeLookDown": QT_TRANSLATE_NOOP("Coefficients", "Look down"),
    "eyeLookIn": QT_TRANSLATE_NOOP("Coefficients", "Look in"),
    "eyeLookOut": QT_TRANSLATE_NOOP("Coefficients", "Look out"),
    "cheekPuff": QT_TRANSLATE_NOOP("Coefficients", "Puff"),
    "cheekSquint": QT_TRANSLATE_NOOP("Coefficients", "Cheek raise"),
    "noseSneer": QT_TRANSLATE_NOOP("Coefficients", "Sneer"),
    "jawOpen": QT_TRANSLATE_NOOP("Coefficients", "Open"),
    "jawForward": QT_TRANSLATE_NOOP("Coefficients", "Forward"),
    "jaw": QT_TRANSLATE_NOOP("Coefficients", "Sideways"),
    "mouthSmile": QT_TRANSLATE_NOOP("Coefficients", "Smile"),
    "mouthFrown": QT_TRANSLATE_NOOP("Coefficients", "Frown"),
    "mouthDimple": QT_TRANSLATE_NOOP("Coefficients", "Dimple"),
    "mouthStretch": QT_TRANSLATE_NOOP("Coefficients", "Stretch"),
    "mouthPress": QT_TRANSLATE_NOOP("Coefficients", "Press"),
    "mouthUpperUp": QT_TRANSLATE_NOOP("Coefficients", "Upper lip up"),
    "mouthLowerDown": QT_TRANSLATE_NOOP("Coefficients", "Lower lip down"),
    "mouth": QT_TRANSLATE_NOOP("Coefficients", "Sideways"),
    "mouthPucker": QT_TRANSLATE_NOOP("Coefficients", "Pucker"),
    "mouthFunnel": QT_TRANSLATE_NOOP("Coefficients", "Funnel"),
    "mouthClose": QT_TRANSLATE_NOOP("Coefficients", "Close lips"),
    "mouthRollUpper": QT_TRANSLATE_NOOP("Coefficients", "Upper lip roll"),
    "mouthRollLower": QT_TRANSLATE_NOOP("Coefficients", "Lower lip roll"),
    "mouthShrugUpper": QT_TRANSLATE_NOOP("Coefficients", "Upper lip shrug"),
    "mouthShrugLower": QT_TRANSLATE_NOOP("Coefficients", "Lower lip shrug"),
    "tongueOut": QT_TRANSLATE_NOOP("Coefficients", "Out"),
}
"""In the order of the panel; a stem stands for both sides."""
_ALONE = {
    "cheekPuff": QT_TRANSLATE_NOOP("Coefficients", "Cheek puff"),
    "jawOpen": QT_TRANSLATE_NOOP("Coefficients", "Jaw open"),
    "jawForward": QT_TRANSLATE_NOOP("Coefficients", "Jaw forward"),
    "jawLeft": QT_TRANSLATE_NOOP("Coefficients", "Jaw left"),
    "jawRight": QT_TRANSLATE_NOOP("Coefficients", "Jaw right"),
    "mouthLeft": QT_TRANSLATE_NOOP("Coefficients", "Mouth left"),
    "mouthRight": QT_TRANSLATE_NOOP("Coefficients", "Mouth right"),
    "tongueOut": QT_TRANSLATE_NOOP("Coefficients", "Tongue out"),
}
"""What the line's text would not say outside its region."""


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
    return _translated(_REGION_TEXTS[region])


def lines(region: str) -> list[Line]:
    """The lines of a region; together they hold its coefficients, each once."""
    members = REGIONS[region]
    found = []
    for stem, text in _STEMS.items():
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
    if name in _ALONE:
        return _translated(_ALONE[name])
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
