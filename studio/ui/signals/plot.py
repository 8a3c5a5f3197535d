"""The plot itself; made when it is first seen, as its library takes a while to load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.theme import tokens

_HUES = (212, 28, 150, 335, 48, 268, 185, 0)
"""Degrees; neighbours lie far apart. Beyond eight curves they come again."""
_LEGEND, _COLUMNS = "8pt", 4


class Plot(QWidget):
    """Curves over time: now is 0 at the right, the past has negative seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        import pyqtgraph

        super().__init__(parent)
        self._curves: dict[int, Any] = {}
        self._names: Mapping[int, str] = {}
        self._slots: dict[int, int] = {}
        self._graph = pyqtgraph
        self.widget = pyqtgraph.PlotWidget(axisItems={"bottom": _seconds_axis(pyqtgraph)})
        self.widget.setMouseEnabled(x=False, y=False)
        self.widget.setMenuEnabled(False)
        self.widget.hideButtons()
        # Nothing in it can be used.
        for part in (self.widget, self.widget.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.widget.setYRange(0.0, 1.0, padding=0.06)
        self.widget.getAxis("left").setTickSpacing(levels=[(0.5, 0.0)])
        self.widget.setAccessibleName(self.tr("Coefficients over time"))
        self.legend = self.widget.addLegend(
            offset=(6, 2), horSpacing=16, verSpacing=-6, labelTextSize=_LEGEND, colCount=_COLUMNS
        )
        # Lines of its own: the library's grid takes longer to draw than all curves.
        self._grid = [self.widget.addLine(y=height) for height in (0.0, 0.25, 0.5, 0.75, 1.0)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        self.legend.hide()
        self._paint()

    def show_channels(self, names: Mapping[int, str]) -> None:
        """Which channels have a curve, and what they are called."""
        if names == self._names:
            return
        self._names = dict(names)
        self._give_colours(names)
        for curve in self._curves.values():
            self.widget.removeItem(curve)
        self.legend.clear()
        self._curves = {
            channel: self.widget.plot(name=name, pen=self._pen(channel), antialias=True)
            for channel, name in names.items()
        }
        self.legend.setVisible(bool(names))

    def draw(
        self, now: float, seconds: float, times: NDArray[np.float64], values: NDArray[np.float32]
    ) -> None:
        """Draw (N,) times and (N, channels) values of the last ``seconds`` before ``now``."""
        ago = times - now
        self.widget.setXRange(-seconds, 0.0, padding=0.0)
        for channel, curve in self._curves.items():
            curve.setData(ago, values[:, channel])
        shown = values[:, list(self._curves)] if self._curves else np.zeros((0, 0))
        low = min(0.0, float(shown.min())) if shown.size else 0.0
        high = max(1.0, float(shown.max())) if shown.size else 1.0
        self.widget.setYRange(low, high, padding=0.06)

    @property
    def channels(self) -> Sequence[int]:
        """The channels that have a curve."""
        return tuple(self._curves)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "legend"):
            self._paint()

    def _paint(self) -> None:
        colours = tokens()
        self.widget.setBackground(QColor(colours.field))
        for name in ("bottom", "left"):
            axis = self.widget.getAxis(name)
            axis.setPen(QColor(colours.strong_line))
            axis.setTextPen(QColor(colours.dim))
        for line in self._grid:
            line.setPen(self._graph.mkPen(QColor(colours.line), width=1))
        self.legend.setLabelTextColor(QColor(colours.text))
        ground = QColor(colours.field)
        # Curves stay visible below it.
        ground.setAlpha(150)
        self.legend.setBrush(ground)
        self.legend.setPen(QColor(0, 0, 0, 0))
        for channel, curve in self._curves.items():
            curve.setPen(self._pen(channel))
        for _, label in self.legend.items:
            label.setText(label.text, color=QColor(colours.text))

    def _give_colours(self, channels: Iterable[int]) -> None:
        """A curve keeps its colour as long as it is shown."""
        kept = {channel: self._slots[channel] for channel in channels if channel in self._slots}
        free = (slot for slot in count() if slot not in kept.values())
        self._slots = {c: kept[c] if c in kept else next(free) for c in channels}

    def _pen(self, channel: int) -> Any:
        hue = _HUES[self._slots[channel] % len(_HUES)]
        lightness = 0.66 if tokens().dark else 0.42
        # Wider than one pixel, Qt draws a curve ten times as slowly.
        return self._graph.mkPen(QColor.fromHslF(hue / 360.0, 0.68, lightness), width=1)


def _seconds_axis(pyqtgraph: Any) -> Any:
    """An axis that names its unit beside each number, as a title would cost a line of height."""

    class SecondsAxis(pyqtgraph.AxisItem):  # type: ignore[misc]
        def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
            return [f"{value:g} s" for value in values]

    return SecondsAxis("bottom")
