"""Names of the easings."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.session.curves import Easing


def easing_names() -> dict[Easing, str]:
    """What each easing is called, the usual one first."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Easings", text)

    return {
        Easing.IN_OUT: tr("Smooth"),
        Easing.IN: tr("Ease in"),
        Easing.OUT: tr("Ease out"),
        Easing.LINEAR: tr("Linear"),
        Easing.HOLD: tr("Hold"),
    }
