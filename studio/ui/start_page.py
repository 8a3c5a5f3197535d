"""What the window shows while nothing is open: drop a photo, or choose how to begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.session.recent import RecentFile
from studio.ui.action_set import ActionSet
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.pixels import rounded
from studio.ui.theme import tokens

_RECENT_SHOWN = 5
_THUMBNAIL = QSize(104, 104)
_BEGINNINGS = ("file.open", "file.sample", "file.webcam")


class StartPage(QWidget):
    """A place to drop a photo, three ways to begin, and the avatars that were open lately."""

    open_requested = Signal(Path)

    def __init__(self, desk: Desk, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Start"))
        self._desk = desk
        self._target = _DropTarget(actions, self)
        self._recent = QHBoxLayout()
        self._recent.setSpacing(12)
        self._recent_box = QWidget()
        box = QVBoxLayout(self._recent_box)
        box.setContentsMargins(0, 0, 0, 0)
        title = QLabel(self.tr("Recent"))
        title.setProperty("dim", True)
        box.addWidget(title)
        box.addLayout(self._recent)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(24)
        column.addStretch(3)
        column.addWidget(self._target, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._recent_box, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(4)

    def set_dragging(self, dragging: bool) -> None:
        """Light the target up while something that can be opened hangs over the window."""
        self._target.set_dragging(dragging)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the recent files as they are now."""
        super().showEvent(event)
        self.refresh()
        self.setFocus()

    def refresh(self) -> None:
        """Read the recent files again."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        files = self._desk.recent.files[:_RECENT_SHOWN]
        for file in files:
            self._recent.addWidget(self._button(file))
        self._recent.addStretch()
        self._recent_box.setVisible(bool(files))

    def _button(self, file: RecentFile) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(_THUMBNAIL)
        image = QImage(str(file.thumbnail)) if file.thumbnail is not None else QImage()
        if image.isNull():
            button.setIcon(icon("ph.user-square", "faint"))
        else:
            button.setIcon(QIcon(rounded(image, _THUMBNAIL, 6, self.devicePixelRatioF())))
        name = file.path.name if file.kind == "project" else file.path.stem
        metrics = button.fontMetrics()
        button.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _THUMBNAIL.width()))
        button.setToolTip(str(file.path))
        button.setAccessibleName(self.tr("Open {name}").format(name=file.path.name))
        button.clicked.connect(lambda: self.open_requested.emit(file.path))
        return button


class _DropTarget(QFrame):
    """A dashed frame with the three planes of a portrait, a sentence and buttons."""

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._dragging = False
        self.setMinimumSize(560, 340)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        title = QLabel(self.tr("Drop a portrait photo here"))
        title.setProperty("heading", True)
        hint = QLabel(self.tr("or an avatar or a project. A sharp, evenly lit face works best."))
        hint.setProperty("dim", True)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch()
        for number, name in enumerate(_BEGINNINGS):
            row.addWidget(_begin_button(actions, name, primary=number == 0))
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(0)
        column.addStretch()
        column.addWidget(_Planes(self), alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(24)
        column.addWidget(title, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addWidget(hint, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(32)
        column.addLayout(row)
        column.addStretch()

    def set_dragging(self, dragging: bool) -> None:
        """Whether something hangs over the window."""
        self._dragging = dragging
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed outline, filled while something hangs over it."""
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            edge = colours.accent if self._dragging else colours.strong_line
            pen = QPen(_colour(edge), 1.5)
            pen.setDashPattern([5, 4])
            painter.setPen(pen)
            painter.setBrush(
                _colour(colours.accent, 24) if self._dragging else _colour(colours.panel)
            )
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)


class _Planes(QWidget):
    """The mark of the program: a portrait's outline on three planes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(132, 104)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Three leaning panels, the middle one with a head."""
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, colour in enumerate((colours.axis_x, colours.axis_y, colours.axis_z)):
                painter.save()
                painter.translate(24 + 28 * place, 8 + 8 * place)
                painter.shear(0, 0.18)
                painter.setPen(QPen(_colour(colour, 230), 1.6))
                painter.setBrush(_colour(colour, 34))
                painter.drawRoundedRect(QRectF(0, 0, 50, 64), 4, 4)
                painter.setBrush(_colour(colour, 60))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(QRectF(15, 12, 20, 25))
                painter.drawChord(QRectF(7, 41, 36, 42), 0, 180 * 16)
                painter.restore()


def _begin_button(actions: ActionSet, name: str, *, primary: bool) -> QPushButton:
    action = actions[name]
    button = QPushButton(action.text().replace("&", ""))
    known = {listed.id: listed for listed in actions}[name]
    button.setIcon(icon(known.icon, "on_accent" if primary else "text"))
    button.setProperty("primary", primary)
    button.setToolTip(action.toolTip())
    button.setMinimumHeight(32)
    button.clicked.connect(action.trigger)
    return button


def _colour(name: str, alpha: int = 255) -> QColor:
    colour = QColor(name)
    colour.setAlpha(alpha)
    return colour
