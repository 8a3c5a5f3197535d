"""The named stages of a job: done, under way, to come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from studio.ui.icons import IconLabel

_SIDE = 16


class StageList(QWidget):
    """One line a stage with a sign before it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[IconLabel, QLabel]] = []

    def set_stages(self, names: Sequence[str]) -> None:
        """Show these stages, none of them begun."""
        for line in self._lines:
            for label in line:
                label.hide()
                label.deleteLater()
        self._lines = [(IconLabel("ph.circle", "faint", _SIDE), QLabel(name)) for name in names]
        for row, (sign, text) in enumerate(self._lines):
            self._grid.addWidget(sign, row, 0)
            self._grid.addWidget(text, row, 1)
        self.set_current(-1)

    def set_current(self, current: int) -> None:
        """Stages before ``current`` are done, it is under way."""
        for row, (sign, text) in enumerate(self._lines):
            if row < current:
                name, colour = "ph.check-circle-fill", "good"
            elif row == current:
                name, colour = "ph.arrow-circle-right-fill", "accent_text"
            else:
                name, colour = "ph.circle", "faint"
            sign.set_icon(name, colour)
            text.setEnabled(row <= current)
