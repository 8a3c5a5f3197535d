"""Draws a preset as a card: picture, title, whose it is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.ui.icons import icon
from studio.ui.theme import tokens

PICTURE_ROLE = Qt.ItemDataRole.UserRole + 1
PRESET_ROLE = Qt.ItemDataRole.UserRole + 2
_MARGIN = 3
_RADIUS = 5.0
_CROP = 0.11
_OWNER_ICONS = {"user": "ph.user", "project": "ph.folder"}


def card_height(width: int, text_height: int) -> int:
    """Height of a card whose picture is square."""
    return width + text_height + 4


def _face_of(picture: QImage) -> QRectF:
    """The part of a picture that is shown: the face without what is around it."""
    width, height = picture.width(), picture.height()
    return QRectF(_CROP * width, _CROP * height, (1 - 2 * _CROP) * width, (1 - 2 * _CROP) * height)


class CardDelegate(QStyledItemDelegate):
    """A square picture over a line of text; an outline marks where the keyboard is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.card = QSize(64, 84)
        """Size of a card, set by the grid to fill its width."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return self.card

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colours = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = rect.width() - 2 * _MARGIN
        box = QRectF(rect.left() + _MARGIN, rect.top() + _MARGIN, side, side)
        hover = bool(state & QStyle.StateFlag.State_MouseOver)
        current = bool(state & QStyle.StateFlag.State_Selected)
        outline = QPainterPath()
        outline.addRoundedRect(box, _RADIUS, _RADIUS)
        painter.fillPath(outline, QColor(colours.hover if hover else colours.raised))
        picture = index.data(PICTURE_ROLE)
        if isinstance(picture, QImage):
            painter.setClipPath(outline)
            painter.drawImage(box, picture, _face_of(picture))
            painter.setClipping(False)
        else:
            glyph = QRect(0, 0, 24, 24)
            glyph.moveCenter(box.center().toPoint())
            icon("ph.smiley", "faint").paint(painter, glyph)
        if current:
            painter.setPen(QPen(QColor(colours.accent), 2.0))
            painter.drawPath(outline)
        self._paint_owner(painter, box, index.data(PRESET_ROLE).owner)
        text = QRectF(rect.left() + 1, box.bottom() + 1, rect.width() - 2, 1)
        text.setBottom(rect.bottom())
        painter.setPen(QColor(colours.text if current or hover else colours.dim))
        words = option.fontMetrics.elidedText(
            index.data(), Qt.TextElideMode.ElideRight, round(text.width())
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)
        painter.restore()

    @staticmethod
    def _paint_owner(painter: QPainter, box: QRectF, owner: str) -> None:
        name = _OWNER_ICONS.get(owner)
        if name is None:
            return
        disc = QRectF(box.right() - 19, box.top() + 3, 16, 16)
        ground = QColor(tokens().panel)
        ground.setAlphaF(0.85)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawEllipse(disc)
        icon(name, "dim").paint(painter, disc.adjusted(2, 2, -2, -2).toRect())
