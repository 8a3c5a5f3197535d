"""Buttons with icons, named and explained."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QToolButton

from studio.ui.icons import icon


def icon_button(name: str, hint: str, *, checkable: bool = False) -> QToolButton:
    """A button with an icon only; ``hint`` is its tooltip and accessible name."""
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(QSize(16, 16))
    button.setCheckable(checkable)
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    return button


def toggle(text: str, hint: str) -> QToolButton:
    """A wide button with a text that stays down."""
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setToolTip(hint)
    button.setAccessibleName(text)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    # In a narrow panel the padding gives way before the text does.
    button.setMinimumWidth(48)
    return button
