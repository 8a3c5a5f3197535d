"""A control with its label in front, aligned with all the others."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.controls.row_label import RowLabel


def labelled(text: str, control: QWidget) -> QWidget:
    """A row of a label and a control that takes the rest of the width."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(RowLabel(text))
    layout.addWidget(control, 1)
    return row
