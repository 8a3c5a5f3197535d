"""A group of controls under a heading that folds."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import icon
from studio.ui.theme import tokens

_HEIGHT = 28
_ARROW = 12


class Section(QWidget):
    """A heading with a count of what was changed and a reset button, and a body below it."""

    reset_asked = Signal()
    folded = Signal(bool)
    """By the person: whether it was closed."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.count = title, 0
        self.header = _Header(title)
        self.header.clicked.connect(self._toggle)
        self.reset_button = _reset_button(self.tr("Reset {0}").format(title))
        self.reset_button.clicked.connect(self.reset_asked)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.header, 1)
        top.addWidget(self.reset_button)
        self.body = QWidget()
        self.rows = QVBoxLayout(self.body)
        self.rows.setContentsMargins(0, 2, 0, 8)
        self.rows.setSpacing(3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.body)
        self.set_count(0)

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return not self.body.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show or hide the body."""
        self.body.setVisible(is_open)
        self.header.show_open(is_open)

    def set_count(self, count: int) -> None:
        """Show how many controls in it are not at rest."""
        self.count = count
        self.header.show_count(count)
        self.reset_button.setEnabled(count > 0)

    def _toggle(self) -> None:
        self.set_open(not self.is_open)
        self.folded.emit(not self.is_open)


class _Header(QAbstractButton):
    """Arrow, title and count; Left and Right fold and unfold."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._open, self._count = True, 0

    def show_open(self, is_open: bool) -> None:
        self._open = is_open
        self.setAccessibleDescription(self.tr("open") if is_open else self.tr("closed"))
        self.update()

    def show_count(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, max(_HEIGHT, self.fontMetrics().height() + 8))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        folds = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}.get(Qt.Key(event.key()))
        if folds is None:
            super().keyPressEvent(event)
        elif folds == self._open:
            self.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect())
            if self.hasFocus():
                painter.setPen(QColor(colours.accent))
                painter.drawRoundedRect(box.adjusted(0.5, 2.5, -0.5, -2.5), 4, 4)
            arrow = QRectF(2, box.center().y() - _ARROW / 2, _ARROW, _ARROW).toRect()
            name = "ph.caret-down" if self._open else "ph.caret-right"
            icon(name, "text" if self.underMouse() else "dim").paint(painter, arrow)
            font = self.font()
            font.setWeight(font.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(colours.text))
            text = box.adjusted(_ARROW + 8, 0, 0, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())
            if self._count:
                left = text.left() + painter.fontMetrics().horizontalAdvance(self.text()) + 8
                painter.setFont(self.font())
                painter.setPen(QColor(colours.accent_text))
                painter.drawText(
                    QRectF(left, 0, box.width() - left, box.height()),
                    Qt.AlignmentFlag.AlignVCenter,
                    str(self._count),
                )


def _reset_button(text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon("ph.arrow-counter-clockwise", "dim"))
    button.setIconSize(QSize(14, 14))
    button.setToolTip(text)
    button.setAccessibleName(text)
    return button
