"""Colours of the window, dark and light, and icons that follow them.

Ordinary widgets need nothing from here: the application's palette and style sheet are set from
these tokens. What paints itself asks ``tokens()`` while painting, so that it changes with the
theme (``QEvent.Type.PaletteChange`` follows each change).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from studio.ui.style_sheet import style_sheet
from studio.ui.tokens import DARK, LIGHT, Tokens

Choice = Literal["system", "dark", "light"]


class Theme(QObject):
    """The application's theme: follows the desktop unless the preferences name one."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: Choice = "system") -> None:
        super().__init__(application)
        self._application = application
        self._choice: Choice = choice
        application.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    def choose(self, choice: Choice) -> None:
        """Use this theme from now on."""
        self._choice = choice
        self._apply()

    def _apply(self) -> None:
        system_is_light = system_scheme() == Qt.ColorScheme.Light
        light = self._choice == "light" or (self._choice == "system" and system_is_light)
        chosen = LIGHT if light else DARK
        if _current.tokens is chosen and _current.applied:
            return
        _current.tokens, _current.applied = chosen, True
        self._application.setPalette(_palette(chosen))
        self._application.setStyleSheet(style_sheet(chosen))
        self.changed.emit()


@dataclass
class _Current:
    """The tokens in use; one for the process, as is the application's palette."""

    tokens: Tokens = DARK
    applied: bool = False


_current = _Current()


def system_scheme() -> Qt.ColorScheme:
    """What the desktop asks for; unknown where it does not say."""
    return QGuiApplication.styleHints().colorScheme()


def tokens() -> Tokens:
    """The colours in use now."""
    return _current.tokens


def _palette(colours: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.field,
        QPalette.ColorRole.AlternateBase: colours.panel,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.faint,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.BrightText: colours.danger,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent_text,
        QPalette.ColorRole.Light: colours.hover,
        QPalette.ColorRole.Midlight: colours.raised,
        QPalette.ColorRole.Mid: colours.line,
        QPalette.ColorRole.Dark: colours.line,
        QPalette.ColorRole.Shadow: colours.sunken,
        QPalette.ColorRole.Accent: colours.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(disabled, role, QColor(colours.faint))
    palette.setColor(disabled, QPalette.ColorRole.Highlight, QColor(colours.line))
    return palette
