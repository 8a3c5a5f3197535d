"""Icons from the fonts that qtawesome carries, in the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.ui.theme import tokens


def icon(name: str, colour: str = "text") -> QIcon:
    """An icon such as ``ph.folder-open`` that follows the theme.

    Args:
        name: of qtawesome, with its prefix (``ph.`` is the set of this window).
        colour: a field of ``Tokens``.
    """
    return QIcon(_Themed(name, colour))


class IconLabel(QWidget):
    """An icon on its own, sharp on any screen and in any theme."""

    def __init__(self, name: str, colour: str, side: int, parent: QWidget | None = None) -> None:
        """``name`` and ``colour`` as for ``icon``; ``side`` is in logical pixels."""
        super().__init__(parent)
        self.setFixedSize(side, side)
        self._icon = icon(name, colour)

    def set_icon(self, name: str, colour: str) -> None:
        """Show another icon."""
        self._icon = icon(name, colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        with QPainter(self) as painter:
            self._icon.paint(painter, self.rect())


class _Themed(QIconEngine):
    """Draws the glyph in the colour that the theme has at the moment of painting."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name, self._colour = name, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        import qtawesome

        colours = tokens()
        if mode == QIcon.Mode.Disabled:
            colour = colours.faint
        elif mode == QIcon.Mode.Selected or state == QIcon.State.On:
            colour = colours.on_accent
        else:
            colour = getattr(colours, self._colour)
        qtawesome.icon(self._name, color=colour).paint(painter, rect)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Themed(self._name, self._colour)
