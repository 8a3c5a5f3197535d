"""What steps of the undo list are called in the window.

The session, which knows no window, labels its steps in plain English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from models.pose import ARKIT_NAMES
from studio.session.names import plain_name
from studio.ui.pose.labels import label as coefficient_label

_WHOLE = (
    QT_TRANSLATE_NOOP("Steps", "Start"),
    QT_TRANSLATE_NOOP("Steps", "Gaze"),
    QT_TRANSLATE_NOOP("Steps", "Jaw"),
    QT_TRANSLATE_NOOP("Steps", "Turn head"),
    QT_TRANSLATE_NOOP("Steps", "Turn neck"),
    QT_TRANSLATE_NOOP("Steps", "Mirror pose"),
    QT_TRANSLATE_NOOP("Steps", "Random pose"),
    QT_TRANSLATE_NOOP("Steps", "Reset pose"),
    QT_TRANSLATE_NOOP("Steps", "Reset region"),
    QT_TRANSLATE_NOOP("Steps", "Pose of the photo"),
    QT_TRANSLATE_NOOP("Steps", "Paste pose"),
)
_WITH_NAME = (
    QT_TRANSLATE_NOOP("Steps", "Open {0}"),
    QT_TRANSLATE_NOOP("Steps", "Expression {0}"),
    QT_TRANSLATE_NOOP("Steps", "Shape {0}"),
    QT_TRANSLATE_NOOP("Steps", "Mirror {0}"),
    QT_TRANSLATE_NOOP("Steps", "Reset {0}"),
    QT_TRANSLATE_NOOP("Steps", "Preset {0}"),
    QT_TRANSLATE_NOOP("Steps", "Keep preset {0}"),
    QT_TRANSLATE_NOOP("Steps", "Remove preset {0}"),
)


def step_name(label: str) -> str:
    """The step's label as the window shows it; one of the window's own stays as it is."""
    if label in _WHOLE:
        return _tr(label)
    if label in _coefficients():
        return _coefficients()[label]
    for text in map(str, _WITH_NAME):
        start = text.removesuffix("{0}")
        if label.startswith(start):
            name = label.removeprefix(start)
            return _tr(text).format(_coefficients().get(name, name))
    return label


@cache
def _coefficients() -> Mapping[str, str]:
    return {plain_name(name): coefficient_label(name) for name in ARKIT_NAMES}


def _tr(text: str) -> str:
    return QCoreApplication.translate("Steps", text)
