"""Numbers over the picture: frames per second, time by stage, resolution, device."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.engine.device import device_name
from studio.engine.events import FrameReady
from studio.ui.theme import tokens

_WINDOW_SECONDS = 1.0
_PAUSE_SECONDS = 0.4
"""A longer gap between frames is rest, not a slow frame."""
_MARGIN, _GAP = 8, 14


class FrameRate:
    """Frames per second over the last second of motion."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def tick(self) -> None:
        """A frame is shown now."""
        now = self._clock()
        if self._times and now - self._times[-1] > _PAUSE_SECONDS:
            self._times.clear()
        self._times.append(now)
        while now - self._times[0] > _WINDOW_SECONDS:
            self._times.popleft()

    @property
    def value(self) -> float | None:
        """None until three frames followed each other."""
        if len(self._times) < 3:
            return None
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-6)


class Hud(QWidget):
    """A quiet block of text; the mouse goes through it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._rate = FrameRate()
        self._device: tuple[str, str] = ("", "")
        self._rows: list[tuple[str, str]] = []

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What it shows: names and values."""
        return list(self._rows)

    def tell(self, event: FrameReady, pixels: int) -> None:
        """A frame is shown, on ``pixels`` device pixels along a side."""
        self._rate.tick()
        if not self.isVisible():
            return
        if event.device != self._device[0]:
            # Whoever rendered elsewhere than on the processor has loaded what knows its name.
            self._device = (event.device, device_name(event.device))
        rate, times = self._rate.value, event.milliseconds
        size = f"{event.size} × {event.size}"
        self._rows = [
            (self.tr("Frames per second"), "–" if rate is None else f"{rate:.0f}"),
            (self.tr("Frame"), f"{event.made_ms:.1f} ms"),
            *(
                (f"    {name}", f"{times[key]:.1f} ms")
                for key, name in (
                    ("wait", self.tr("wait")),
                    ("pose", self.tr("pose")),
                    ("render", self.tr("render")),
                    ("composite", self.tr("composite")),
                    ("convert", self.tr("convert")),
                )
                if key in times
            ),
            (
                self.tr("Resolution"),
                size if event.size == pixels else self.tr("{0} on {1}").format(size, pixels),
            ),
            (self.tr("Device"), self._device[1]),
        ]
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._font)
        names, values = self._columns(metrics)
        height = len(self._rows) * metrics.lineSpacing()
        return QSize(round(names + _GAP + values + 2 * _MARGIN), round(height + 2 * _MARGIN))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.resize(self.sizeHint())
            self.update()
        super().changeEvent(event)

    @property
    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.0, 0.85 * self.font().pointSizeF()))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _columns(self, metrics: QFontMetricsF) -> tuple[float, float]:
        names = max((metrics.horizontalAdvance(name) for name, _ in self._rows), default=0.0)
        values = max((metrics.horizontalAdvance(value) for _, value in self._rows), default=0.0)
        return names, min(values, 260.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = QColor(colours.panel)
            ground.setAlphaF(0.82)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
            painter.setFont(self._font)
            metrics = QFontMetricsF(self._font)
            names, values = self._columns(metrics)
            for line, (name, value) in enumerate(self._rows):
                top = _MARGIN + line * metrics.lineSpacing()
                painter.setPen(QColor(colours.dim))
                area = QRectF(_MARGIN, top, names, metrics.lineSpacing())
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
                painter.setPen(QColor(colours.text))
                area = QRectF(_MARGIN + names + _GAP, top, values, metrics.lineSpacing())
                value = metrics.elidedText(value, Qt.TextElideMode.ElideRight, values + 1)
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, value)
