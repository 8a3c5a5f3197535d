"""What regions and coefficients are called, in plain English.

The markers are for the tool that collects texts to translate; the window translates them. ARKit's
left and right are the subject's.
"""

from __future__ import annotations

from collections.abc import Mapping


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark ``text`` for translation, as Qt's tools look for it; returns it as it is."""
    return text


REGION_TEXTS: Mapping[str, str] = {
    "brows": QT_TRANSLATE_NOOP("Coefficients", "Brows"),
    "eyelids": QT_TRANSLATE_NOOP("Coefficients", "Eyelids"),
    "eye look": QT_TRANSLATE_NOOP("Coefficients", "Eye look"),
    "cheeks and nose": QT_TRANSLATE_NOOP("Coefficients", "Cheeks and nose"),
    "jaw": QT_TRANSLATE_NOOP("Coefficients", "Jaw"),
    "mouth": QT_TRANSLATE_NOOP("Coefficients", "Mouth"),
    "tongue": QT_TRANSLATE_NOOP("Coefficients", "Tongue"),
}
STEM_TEXTS: Mapping[str, str] = {
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
ALONE_TEXTS: Mapping[str, str] = {
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


def plain_name(name: str) -> str:
    """A coefficient's name standing alone, ``Smile left``; a name of none stays as it is."""
    if name in ALONE_TEXTS:
        return ALONE_TEXTS[name]
    for side in ("Left", "Right"):
        stem = name.removesuffix(side)
        if stem != name and stem in STEM_TEXTS:
            return f"{STEM_TEXTS[stem]} {side.lower()}"
    return STEM_TEXTS.get(name, name)
