"""The application's style sheet: what the palette alone cannot say."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from string import Template

import resources
from studio.ui.tokens import Tokens

_IMAGES = Path(resources.__file__).parent / "themes"


def style_sheet(colours: Tokens) -> str:
    """The sheet for a theme. Kept to common widgets, so that self-painted ones stay their own."""
    images = {name: f"url({(_IMAGES / name).as_posix()}.svg)" for name in ("check", "up", "down")}
    return Template(_SHEET).substitute(asdict(colours), **images)


_SHEET = """
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QToolTip {
    color: $text; background: $raised; border: 1px solid $strong_line;
    padding: 4px 6px;
}
QMainWindow::separator { background: $window; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QMenuBar { background: $window; padding: 2px 4px; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; border: 1px solid $strong_line; padding: 5px; }
QMenu::item { padding: 5px 28px 5px 10px; border-radius: 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QStatusBar { background: $window; border-top: 1px solid $line; }
QStatusBar::item { border: none; }

QDockWidget { color: $dim; font-weight: 600; }
QDockWidget > QWidget { background: $panel; }
QDockWidget::title { background: $panel; padding: 6px 10px; border-bottom: 1px solid $line; }

QTabBar { qproperty-drawBase: 0; }
QTabBar::tab {
    background: transparent; color: $dim; padding: 5px 12px; border: none;
    border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:selected:focus { background: $hover; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }

QPushButton, QToolButton {
    border-radius: 4px; padding: 5px 12px; background: $raised;
    border: 1px solid $strong_line; color: $text;
}
QToolButton { padding: 4px; border-color: transparent; background: transparent; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; border-color: $line; }
QToolButton:disabled { border-color: transparent; }
QPushButton:checked, QToolButton:checked { background: $accent; color: $on_accent; }
QPushButton:checked:focus, QToolButton:checked:focus { border-color: $text; }
QPushButton[primary="true"], QPushButton:default {
    background: $accent; border-color: $accent; color: $on_accent;
}
QPushButton[primary="true"]:hover, QPushButton:default:hover { background: $accent_text; }
QPushButton[primary="true"]:focus { border-color: $text; }
QPushButton[primary="true"]:disabled {
    background: $line; border-color: $line; color: $faint;
}
QPushButton[flat="true"] { background: transparent; border-color: transparent; }
QPushButton[flat="true"]:hover { background: $hover; }
QPushButton[flat="true"]:focus { border-color: $accent; }
QToolButton[popupMode="1"] { padding-right: 16px; }
QToolButton[popupMode="2"] { padding-right: 18px; }
QToolButton::menu-indicator {
    subcontrol-origin: padding; subcontrol-position: right center; right: 4px;
}
QToolButton::menu-button { border: none; width: 14px; }

QLineEdit, QPlainTextEdit, QTextBrowser, QAbstractSpinBox, QComboBox {
    background: $field; border: 1px solid $strong_line; border-radius: 4px;
    padding: 3px 6px; selection-background-color: $accent;
    selection-color: $on_accent;
}
QComboBox QLineEdit, QAbstractSpinBox QLineEdit {
    border: none; padding: 0 0 0 4px; background: transparent;
}
QComboBox QLineEdit { padding: 0; }
QLineEdit:focus, QPlainTextEdit:focus, QTextBrowser:focus, QAbstractSpinBox:focus,
QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: $down; width: 12px; height: 11px; }
QAbstractSpinBox { padding: 3px 18px 3px 6px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: border; width: 18px; border: none; background: transparent;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: $up; width: 12px; height: 11px; }
QAbstractSpinBox::down-arrow { image: $down; width: 12px; height: 11px; }
QCheckBox::indicator, QListView::indicator {
    width: 14px; height: 14px; border: 1px solid $strong_line; border-radius: 3px;
    background: $field;
}
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked, QListView::indicator:checked {
    background: $accent; border-color: $accent; image: $check;
}
QCheckBox::indicator:checked:focus { border-color: $text; }
QCheckBox::indicator:disabled { border-color: $line; }
QComboBox QAbstractItemView { border: 1px solid $strong_line; background: $panel; }

QAbstractItemView {
    background: $field; border: 1px solid $line; border-radius: 4px; outline: none;
}
QAbstractItemView:focus { border-color: $accent; }
QListView::item { padding: 4px 6px; border-radius: 3px; }
QListView::item:hover { background: $hover; }
QListView::item:selected { background: $accent; color: $on_accent; }
QHeaderView::section {
    background: $panel; color: $dim; border: none; border-bottom: 1px solid $line;
    padding: 4px 6px;
}

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: $strong_line; border-radius: 3px; margin: 2px 3px; }
QScrollBar::handle:horizontal { margin: 3px 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar {
    background: $sunken; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
    text-align: center;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QFrame[card="true"] {
    background: $panel; border: 1px solid $line; border-radius: 8px;
}
QLabel[dim="true"] { color: $dim; }
QLabel[heading="true"] { font-size: 15pt; font-weight: 600; }
"""
