"""The handle between the source photo and the picture."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.theme import tokens

WIDTH = 28
_KNOB = 11.0
_KEY_STEP = 0.02


class SplitHandle(QWidget):
    """A vertical line with a knob; dragging or arrow keys move it.

    It knows only its share of the picture; whoever owns it puts it there.
    """

    moved = Signal(float)
    """The share (0..1) of the picture that the person wants the line at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edge = 0.5
        self._picture = QRectF()
        self._meets = True
        self._active = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(self.tr("Split between photo and picture"))
        self.setToolTip(self.tr("Drag to compare photo and picture; double click centres"))

    def place(self, edge: float, picture: QRectF, meets: bool) -> None:
        """Stand at a share of the picture (points of the parent).

        ``meets`` says whether photo and picture show the same view; otherwise the line is faint.
        """
        self._edge, self._picture, self._meets = edge, picture, meets
        left = picture.left() + edge * picture.width() - WIDTH / 2
        self.setGeometry(round(left), int(picture.top()), WIDTH, round(picture.height()))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._active = event.button() == Qt.MouseButton.LeftButton
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._active and self._picture.width() > 0:
            x = self.mapToParent(event.position()).x()
            self._ask((x - self._picture.left()) / self._picture.width())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._active = False
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._ask(0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -_KEY_STEP, Qt.Key.Key_Right: _KEY_STEP}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._ask(self._edge + step)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def _ask(self, edge: float) -> None:
        self.moved.emit(min(max(edge, 0.0), 1.0))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        lit = self._active or self.underMouse() or self.hasFocus()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(1.0 if self._meets else 0.45)
            middle = QPointF(self.width() / 2, self.height() / 2)
            shade, line = QColor(0, 0, 0, 90), QColor("white")
            for pen in (QPen(shade, 3.0), QPen(line, 1.0)):
                painter.setPen(pen)
                painter.drawLine(QPointF(middle.x(), 0), QPointF(middle.x(), self.height()))
            painter.setPen(QPen(shade, 1.0))
            painter.setBrush(QColor(colours.accent) if lit else line)
            painter.drawEllipse(middle, _KNOB, _KNOB)
            painter.setPen(QPen(line if lit else QColor("#303030"), 1.6, c=Qt.PenCapStyle.RoundCap))
            for side in (-1, 1):
                tip = middle + QPointF(6.5 * side, 0)
                for rise in (-3.0, 3.0):
                    painter.drawLine(tip, tip + QPointF(-3.0 * side, rise))
