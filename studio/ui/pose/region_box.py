"""The coefficients of one part of the face."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.session.regions import REGIONS
from studio.ui.controls.section import Section
from studio.ui.desk import Desk
from studio.ui.pose.coefficient_row import CoefficientRow
from studio.ui.pose.jaw_row import JawRow
from studio.ui.pose.labels import lines, matches, region_text


class RegionBox(Section):
    """A row for each line of a region of ``REGIONS``."""

    def __init__(self, desk: Desk, region: str, parent: QWidget | None = None) -> None:
        super().__init__(region_text(region), parent)
        self._desk = desk
        self.lines = [CoefficientRow(desk, line) for line in lines(region)]
        for row in self.lines:
            self.rows.addWidget(row)
        self.jaw = JawRow(desk) if region == "jaw" else None
        if self.jaw is not None:
            self.rows.addWidget(self.jaw)
        self._names = REGIONS[region]
        self.reset_asked.connect(self._reset)

    def recount(self) -> None:
        """Count anew how many coefficients are not at rest."""
        bars = [bar for row in self.lines for bar in row.bars.values()]
        joint = self.jaw is not None and self.jaw.changed
        self.set_count(sum(bar.amount != 0.0 for bar in bars) + joint)

    def filter(self, wanted: str, only_changed: bool) -> int:
        """Show the rows that match a search, or that are changed; returns how many.

        A row that somebody works with stays, even when it no longer matches.
        """
        shown = 0
        for row in self.lines:
            fits = any(matches(name, wanted) for name in row.line.names)
            visible = fits and (not only_changed or row.changed or row.busy)
            row.setVisible(visible)
            shown += visible
        if self.jaw is not None:
            joint = self.jaw.fits(wanted) and (not only_changed or self.jaw.changed)
            self.jaw.setVisible(joint)
            shown += joint
        return shown

    def _reset(self) -> None:
        with self._desk.session.gesture(self.tr("Reset {0}").format(self.title)):
            self._desk.posing.reset_names(*self._names)
            if self.jaw is not None:
                self._desk.posing.set_jaw(0.0)
