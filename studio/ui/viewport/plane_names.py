"""Names of branches and planes, translated."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

PLANES = ("XY", "XZ", "ZY")
AXES = {"XY": ("x", "y"), "XZ": ("x", "z"), "ZY": ("z", "y")}
"""Axis to the right and axis upwards of each plane."""


def branch_texts() -> dict[str, str]:
    """Names of the branches, the sum first."""
    return {
        "fused": _tr("Fused sum"),
        "canonical": _tr("Canonical"),
        "appearance": _tr("Appearance"),
        "expression": _tr("Expression"),
        "compensation": _tr("Compensation"),
    }


def plane_texts() -> dict[str, str]:
    """What each plane looks along."""
    return {
        "XY": _tr("seen from the front"),
        "XZ": _tr("seen from above"),
        "ZY": _tr("seen from the side"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("Planes", text)
