"""One plane as a small picture that can be pressed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.ui.theme import tokens

_RADIUS = 4.0


class PlaneTile(QAbstractButton):
    """A plane of a branch; one without a picture cannot be pressed."""

    def __init__(self, branch: str, plane: str, parent: QWidget | None = None) -> None:
        """``branch`` is its translated name, ``plane`` XY, XZ or ZY."""
        super().__init__(parent)
        self._plane = plane
        self._image: QImage | None = None
        self._scaled = QImage()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("{0}, plane {1}").format(branch, plane))
        self.show_image(None)

    def show_image(self, image: QImage | None) -> None:
        """Show a picture, or none."""
        self._image, self._scaled = image, QImage()
        self.setEnabled(image is not None)
        self.setToolTip(self.tr("{0}; click to enlarge").format(self.accessibleName()))
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
            outline = QPainterPath()
            outline.addRoundedRect(area, _RADIUS, _RADIUS)
            painter.setClipPath(outline)
            painter.fillPath(outline, QColor(colours.sunken))
            if self._image is not None:
                painter.drawImage(QPointF(), self._fitted(self._image))
                self._paint_name(painter, area)
            painter.setClipping(False)
            lit = self.hasFocus() or (self.underMouse() and self.isEnabled())
            edge = QColor(colours.accent if lit else colours.line)
            painter.setPen(QPen(edge, 2.0 if lit else 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(outline)

    def _fitted(self, image: QImage) -> QImage:
        """The picture in device pixels; a painter that shrinks it would leave texels out."""
        ratio = self.devicePixelRatioF()
        size = (QSizeF(self.size()) * ratio).toSize()
        if self._scaled.size() != size:
            whole = Qt.AspectRatioMode.IgnoreAspectRatio
            self._scaled = image.scaled(size, whole, Qt.TransformationMode.SmoothTransformation)
        self._scaled.setDevicePixelRatio(ratio)
        return self._scaled

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
