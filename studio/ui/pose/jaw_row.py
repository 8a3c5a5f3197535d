"""The jaw joint's angle, beside what ARKit's coefficients do."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.pose import Pose
from studio.ui.controls.edits import edits
from studio.ui.controls.row_label import RowLabel
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk

_ANGLE = Span(0.0, 35.0, -20.0, 60.0, step=0.5, decimals=1, suffix="°")


class JawRow(QWidget):
    """Degrees by which the joint opens."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = ValueBar(_ANGLE, self.tr("Jaw joint angle"))
        self.bar.setToolTip(
            self.tr("Opens the jaw joint by an angle, in addition to Jaw open (jawOpen)")
        )
        edits(
            self.bar,
            desk.session,
            self.tr("Jaw joint"),
            lambda degrees: desk.posing.set_jaw(math.radians(degrees)),
        )
        self.label = RowLabel(self.tr("Joint angle"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.label)
        layout.addWidget(self.bar, 1)

    def show_pose(self, pose: Pose) -> None:
        """Show a pose's jaw."""
        self.bar.show_amount(round(math.degrees(float(pose.jaw[0])), 3) + 0.0)
        self.label.set_changed(self.changed)

    @property
    def changed(self) -> bool:
        """Whether the joint is turned."""
        return self.bar.amount != 0.0

    def fits(self, wanted: str) -> bool:
        """Whether it is what a search means."""
        text = self.bar.accessibleName().casefold()
        return all(word in text for word in wanted.casefold().split())
