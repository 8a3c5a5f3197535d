"""What presets are called in the window."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from studio.session.presets import Preset

_TITLES = {
    "neutral": QT_TRANSLATE_NOOP("Presets", "Neutral"),
    "smile": QT_TRANSLATE_NOOP("Presets", "Smile"),
    "laugh": QT_TRANSLATE_NOOP("Presets", "Laugh"),
    "surprise": QT_TRANSLATE_NOOP("Presets", "Surprise"),
    "sad": QT_TRANSLATE_NOOP("Presets", "Sad"),
    "angry": QT_TRANSLATE_NOOP("Presets", "Angry"),
    "wink_left": QT_TRANSLATE_NOOP("Presets", "Wink left"),
    "wink_right": QT_TRANSLATE_NOOP("Presets", "Wink right"),
    "blink": QT_TRANSLATE_NOOP("Presets", "Blink"),
    "pucker": QT_TRANSLATE_NOOP("Presets", "Pucker"),
    "jaw_open": QT_TRANSLATE_NOOP("Presets", "Jaw open"),
    "aa": "AA",
    "ee": "EE",
    "ih": "IH",
    "oh": "OH",
    "ou": "OU",
    "fv": "F V",
    "mbp": "M B P",
    "l": "L",
    "th": "TH",
    "ch": "CH",
}
"""Visemes are written as the sounds that they stand for."""


def title(preset: Preset) -> str:
    """The title under a preset's picture."""
    if preset.owner != "built-in":
        return preset.name
    found = _TITLES.get(preset.name)
    if found is None:
        return preset.name.replace("_", " ").capitalize()
    return QCoreApplication.translate("Presets", str(found))


def hint(preset: Preset) -> str:
    """The tooltip of a preset's picture."""
    owner = {
        "built-in": "",
        "user": QCoreApplication.translate("Presets", "yours, in all projects"),
        "project": QCoreApplication.translate("Presets", "of this project"),
    }[preset.owner]
    return f"{title(preset)} ({owner})" if owner else title(preset)
