"""The plot itself; made when it is first seen, as its library takes a while to load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from studio.session.signals import FIRST_ANGLE
from studio.ui.signals.legend import Legend
from studio.ui.theme import tokens

_HUES = (212, 28, 150, 335, 48, 268, 185, 0)
"""Degrees; neighbours lie far apart. Beyond eight curves they come again."""
_REACHES = (15.0, 30.0, 45.0, 90.0, 180.0)
"""Degrees at the upper end of the angles' axis."""
_NARROW = 420
"""Below this width the names lie above the plot."""
_FEW = 4
"""Curves up to which lines are wide; Qt draws a wide one five times as slowly."""


class Plot(QWidget):
    """Curves over time: now is 0 at the right, the past has negative seconds.

    Angles have the axis at the right. Their zero is the middle between 0 and 1 of the coefficients,
    and they reach as many degrees both ways as those that are shown need.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        import pyqtgraph

        super().__init__(parent)
        self._curves: dict[int, Any] = {}
        self._names: Mapping[int, str] = {}
        self._slots: dict[int, int] = {}
        self._graph = pyqtgraph
        self.widget = pyqtgraph.PlotWidget(axisItems=_axes(pyqtgraph))
        self.widget.setMouseEnabled(x=False, y=False)
        self.widget.setMenuEnabled(False)
        self.widget.hideButtons()
        # Nothing in it can be used.
        for part in (self.widget, self.widget.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.widget.setYRange(0.0, 1.0, padding=0.06)
        for name in ("left", "right"):
            self.widget.getAxis(name).setTickSpacing(levels=[(0.5, 0.0)])
        self._degrees = _REACHES[0]
        self.widget.setAccessibleName(self.tr("Coefficients and angles over time"))
        self.legend = Legend()
        # Lines of its own: the library's grid takes longer to draw than all curves.
        self._grid = [self.widget.addLine(y=height) for height in (0.0, 0.25, 0.5, 0.75, 1.0)]
        self._layout = QBoxLayout(QBoxLayout.Direction.RightToLeft, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self.legend)
        self._layout.addWidget(self.widget, 1)
        self._paint()

    def show_channels(self, names: Mapping[int, str]) -> None:
        """Which channels have a curve, and what they are called."""
        if names == self._names:
            return
        self._names = dict(names)
        self._give_colours(names)
        for curve in self._curves.values():
            self.widget.removeItem(curve)
        self._curves = {
            channel: self.widget.plot(pen=self._pen(channel), antialias=True) for channel in names
        }
        self.widget.showAxis("right", any(channel >= FIRST_ANGLE for channel in names))
        self._show_legend()

    def draw(
        self, now: float, seconds: float, times: NDArray[np.float64], values: NDArray[np.float32]
    ) -> None:
        """Draw (N,) times and (N, channels) values of the last ``seconds`` before ``now``."""
        ago = times - now
        self.widget.setXRange(-seconds, 0.0, padding=0.0)
        shown = self._heights(values[:, list(self._curves)])
        for curve, heights in zip(self._curves.values(), shown.T, strict=True):
            curve.setData(ago, heights)
        low = min(0.0, float(shown.min())) if shown.size else 0.0
        high = max(1.0, float(shown.max())) if shown.size else 1.0
        self.widget.setYRange(low, high, padding=0.06)

    def _heights(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Where the values (N, curves) lie, the angles among them on an axis that fits them."""
        angles = np.array([channel >= FIRST_ANGLE for channel in self._curves], bool)
        if angles.any() and len(values):
            most = float(np.abs(values[:, angles]).max())
            self._degrees = next((reach for reach in _REACHES if reach >= most), _REACHES[-1])
            self.widget.getAxis("right").show_reach(self._degrees)
        values[:, angles] = 0.5 + values[:, angles] / (2 * self._degrees)
        return values

    @property
    def channels(self) -> Sequence[int]:
        """The channels that have a curve."""
        return tuple(self._curves)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "legend"):
            self._paint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _NARROW
        ways = QBoxLayout.Direction
        self._layout.setDirection(ways.RightToLeft if beside else ways.TopToBottom)
        self.legend.set_beside(beside)

    def _paint(self) -> None:
        colours = tokens()
        self.widget.setBackground(QColor(colours.field))
        for name in ("bottom", "left", "right"):
            axis = self.widget.getAxis(name)
            axis.setPen(QColor(colours.strong_line))
            axis.setTextPen(QColor(colours.dim))
        for line in self._grid:
            line.setPen(self._graph.mkPen(QColor(colours.line), width=1))
        for channel, curve in self._curves.items():
            curve.setPen(self._pen(channel))
        self._show_legend()

    def _show_legend(self) -> None:
        self.legend.show_entries({name: self._colour(c) for c, name in self._names.items()})

    def _give_colours(self, channels: Iterable[int]) -> None:
        """A curve keeps its colour as long as it is shown."""
        kept = {channel: self._slots[channel] for channel in channels if channel in self._slots}
        free = (slot for slot in count() if slot not in kept.values())
        self._slots = {c: kept[c] if c in kept else next(free) for c in channels}

    def _colour(self, channel: int) -> QColor:
        hue = _HUES[self._slots[channel] % len(_HUES)]
        lightness = 0.68 if tokens().dark else 0.40
        return QColor.fromHslF(hue / 360.0, 0.72, lightness)

    def _pen(self, channel: int) -> Any:
        return self._graph.mkPen(self._colour(channel), width=2 if len(self._names) <= _FEW else 1)


def _axes(pyqtgraph: Any) -> dict[str, Any]:
    """Axes that name their unit beside each number, as a title would cost a line of height."""

    class SecondsAxis(pyqtgraph.AxisItem):  # type: ignore[misc]
        def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
            return [f"{value:g} s" for value in values]

    class DegreesAxis(pyqtgraph.AxisItem):  # type: ignore[misc]
        _reach = _REACHES[0]

        def show_reach(self, reach: float) -> None:
            """``reach`` degrees lie half a unit above the middle."""
            if reach != self._reach:
                self._reach = reach
                self.picture = None
                self.update()

        def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
            return [f"{(value - 0.5) * 2 * self._reach:g}°" for value in values]

    return {"bottom": SecondsAxis("bottom"), "right": DegreesAxis("right")}
