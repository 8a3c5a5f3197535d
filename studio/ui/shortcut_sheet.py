"""All shortcuts on one sheet, from the list of actions, and what the mouse does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.ui.action_set import ActionSet, shown_keys

_COLUMNS = 3
_WIDTH, _HEIGHT = 960, 720
"""Least width and greatest height."""


class ShortcutSheet(QDialog):
    """Columns of actions with their keys; Escape closes it."""

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shortcuts"))
        groups: dict[str, list[tuple[str, str]]] = {}
        for action in actions:
            if action.shortcuts:
                keys = " / ".join(shown_keys(each) for each in action.shortcuts)
                text = action.text.replace("&", "").rstrip("…")
                title = (action.submenu or action.category).replace("&", "")
                groups.setdefault(title, []).append((text, keys))
        groups[self.tr("Mouse in the picture")] = self._mouse()
        groups[self.tr("Sliders, dials and pads")] = self._controls()
        groups[self.tr("Presets and library")] = self._cards()
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(40)
        for part in _balanced(groups):
            column = QVBoxLayout()
            column.setSpacing(20)
            for title in part:
                column.addWidget(_group(title, groups[title]))
            column.addStretch()
            columns.addLayout(column, 1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(sheet)
        area.setAccessibleName(self.windowTitle())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        needed = sheet.sizeHint()
        self.resize(max(needed.width(), _WIDTH), min(needed.height() + 4, _HEIGHT))

    def _mouse(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Orbit"), self.tr("Drag")),
            (self.tr("Pan"), self.tr("Middle or Shift drag")),
            (self.tr("Dolly"), self.tr("Wheel or pinch")),
            (self.tr("Focus"), self.tr("Double click")),
            (self.tr("Take back a drag"), shown_keys("Esc")),
        ]

    def _controls(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Change"), self.tr("Drag or arrows")),
            (self.tr("Type a value"), self.tr("Digits, Enter")),
            (self.tr("Fine or coarse"), self.tr("With Shift or Ctrl")),
            (self.tr("Least or greatest"), self.tr("Home or End")),
            (self.tr("Reset"), self.tr("Double click or Del")),
        ]

    def _cards(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Apply or open"), shown_keys("Return")),
            (self.tr("Rename a preset"), shown_keys("F2")),
            (self.tr("Remove"), shown_keys("Del")),
            (self.tr("Leave a search"), shown_keys("Esc")),
        ]


def _group(title: str, lines: list[tuple[str, str]]) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(0, 1)
    heading = QLabel(f"<b>{title}</b>")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, (text, keys) in enumerate(lines, 1):
        shown = QLabel(keys)
        shown.setProperty("dim", True)
        grid.addWidget(QLabel(text), row, 0)
        grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignRight)
    return box


def _balanced(groups: dict[str, list[tuple[str, str]]]) -> list[list[str]]:
    """Titles in columns of about the same height, in their order."""
    total = sum(len(lines) + 2 for lines in groups.values())
    columns: list[list[str]] = [[] for _ in range(_COLUMNS)]
    before = 0
    for title, lines in groups.items():
        middle = before + (len(lines) + 2) / 2
        columns[min(int(_COLUMNS * middle / total), _COLUMNS - 1)].append(title)
        before += len(lines) + 2
    return columns
