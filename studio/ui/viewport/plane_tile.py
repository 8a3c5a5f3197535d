"""One plane as a small picture that can be pressed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.ui.theme import tokens

_RADIUS = 4.0


class PlaneTile(QAbstractButton):
    """A plane of a branch; an empty one is hatched and cannot be pressed."""

    def __init__(self, branch: str, plane: str, parent: QWidget | None = None) -> None:
        """``branch`` is its translated name, ``plane`` XY, XZ or ZY."""
        super().__init__(parent)
        self._branch, self._plane = branch, plane
        self._image: QImage | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("{0}, plane {1}").format(branch, plane))
        self.show_image(None)

    def show_image(self, image: QImage | None) -> None:
        """Show a picture; None says that the plane is empty."""
        self._image = image
        self.setEnabled(image is not None)
        empty = self.tr("{0}: this avatar has none").format(self._branch)
        full = self.tr("{0}; click to enlarge").format(self.accessibleName())
        self.setToolTip(empty if image is None else full)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
            outline = QPainterPath()
            outline.addRoundedRect(area, _RADIUS, _RADIUS)
            painter.setClipPath(outline)
            painter.fillPath(outline, QColor(colours.sunken))
            if self._image is None:
                painter.fillPath(outline, QColor(colours.field))
                painter.setPen(QColor(colours.faint))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.tr("empty"))
            else:
                painter.drawImage(area, self._image)
                self._paint_name(painter, area)
            painter.setClipping(False)
            lit = self.hasFocus() or (self.underMouse() and self.isEnabled())
            edge = QColor(colours.accent if lit else colours.line)
            painter.setPen(QPen(edge, 2.0 if lit else 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(outline)

    def _paint_name(self, painter: QPainter, area: QRectF) -> None:
        font = self.font()
        font.setPointSizeF(max(7.0, 0.8 * font.pointSizeF()))
        font.setBold(True)
        painter.setFont(font)
        badge = QRectF(area.left() + 5, area.bottom() - 20, 24, 15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 130))
        painter.drawRoundedRect(badge, 3, 3)
        painter.setPen(QColor("white"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, self._plane)
