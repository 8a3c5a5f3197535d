"""How a file of the library is drawn: its picture, its name, and what it is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.ui.icons import icon
from studio.ui.library.book_model import BOOK, BookModel
from studio.ui.library.shelf import Book
from studio.ui.theme import tokens

NARROWEST = 108
"""Least width of a card, pixels."""
_PAD = 6
_RADIUS = 6.0


class BookCard(QStyledItemDelegate):
    """A card with round corners; missing files are pale."""

    def __init__(self, model: BookModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._picture = NARROWEST - 2 * _PAD

    def set_width(self, width: int) -> None:
        """Make cards this wide, pixels."""
        self._picture = max(width, NARROWEST) - 2 * _PAD

    def size(self, metrics: QFontMetrics) -> QSize:
        """Of a card with its two lines of text."""
        lines = 2 * metrics.lineSpacing()
        return QSize(self._picture + 2 * _PAD, self._picture + lines + 3 * _PAD)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return self.size(QFontMetrics(option.font))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        book = index.data(BOOK)
        if not isinstance(book, Book):
            return
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter, QRectF(area).adjusted(1, 1, -1, -1), state)
        painter.setOpacity(1.0 if book.exists else 0.4)
        picture = QRectF(area.left() + _PAD, area.top() + _PAD, self._picture, self._picture)
        self._paint_picture(painter, picture, book)
        painter.setOpacity(1.0)
        self._paint_text(painter, area, book, option)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRectF, state: QStyle.StateFlag) -> None:
        colours = tokens()
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        under = bool(state & QStyle.StateFlag.State_MouseOver)
        if chosen or under:
            painter.setPen(QPen(QColor(colours.accent), 1.5) if chosen else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover if under else colours.raised))
            painter.drawRoundedRect(area, _RADIUS + 2, _RADIUS + 2)

    def _paint_picture(self, painter: QPainter, area: QRectF, book: Book) -> None:
        colours = tokens()
        outline = QPainterPath()
        outline.addRoundedRect(area, _RADIUS, _RADIUS)
        painter.fillPath(outline, QColor(colours.sunken))
        if book.image.isNull():
            name = "ph.file-x" if not book.exists else "ph.user"
            inner = area.adjusted(32, 32, -32, -32).toRect()
            icon(name, "faint").paint(painter, inner)
        else:
            painter.setClipPath(outline)
            painter.drawImage(area, book.image)
            painter.setClipping(False)
        painter.setPen(QPen(QColor(colours.line), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)

    def _paint_text(
        self, painter: QPainter, area: QRect, book: Book, option: QStyleOptionViewItem
    ) -> None:
        colours = tokens()
        metrics = QFontMetrics(option.font)
        height = metrics.lineSpacing()
        top = area.top() + self._picture + 2 * _PAD - 2
        left, width = area.left() + _PAD, self._picture
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.text if book.exists else colours.faint))
        name = metrics.elidedText(book.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(left, top, width, height), middle, name)
        painter.setPen(QColor(colours.dim if book.exists else colours.faint))
        about = f"{self._model.kind(book)} · {book.path.parent.name}"
        about = metrics.elidedText(about, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, top + height, width, height), middle, about)
