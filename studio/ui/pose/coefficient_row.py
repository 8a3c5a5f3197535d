"""One line of the pose panel: a coefficient, or the left and the right one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from models.pose import COEFFICIENT_RANGE
from studio.session.regions import other_side
from studio.ui.controls.edits import edits
from studio.ui.controls.row_label import RowLabel
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.pose.behaviour import change_behaviour
from studio.ui.pose.labels import Line, label, linkable
from studio.ui.theme import tokens

COEFFICIENT = Span(0.0, 1.0, *COEFFICIENT_RANGE)


class CoefficientRow(QWidget):
    """Label and bars; the label shows a mark while something on the line is not at rest."""

    def __init__(self, desk: Desk, line: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.bars: dict[str, ValueBar] = {}
        self._desk = desk
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.label = RowLabel(line.text)
        self.label.setToolTip(" · ".join(line.names))
        layout.addWidget(self.label)
        for name in line.names:
            if self.bars:
                self.link = _Link()
                layout.addWidget(self.link)
            self.bars[name] = self._bar(name)
            layout.addWidget(self.bars[name], 1)

    def show_value(self, name: str, value: float) -> None:
        """Show a coefficient; asks for nothing."""
        self.bars[name].show_amount(value)
        self.label.set_changed(self.changed)

    def show_linked(self, linked: bool) -> None:
        """Show whether both sides move together."""
        if linkable(self.line.names[0]):
            self.link.set_on(linked)

    @property
    def changed(self) -> bool:
        """Whether something on the line is not at rest."""
        return any(bar.amount != 0.0 for bar in self.bars.values())

    @property
    def busy(self) -> bool:
        """Whether somebody works with it just now, so that it must not vanish."""
        return any(bar.hasFocus() or bar.dragging or bar.editor for bar in self.bars.values())

    def _bar(self, name: str) -> ValueBar:
        caption, tint = "", "dim"
        if len(self.line.names) == 2:
            left = name.endswith("Left")
            caption = self.tr("L") if left else self.tr("R")
            tint = "left" if left else "right"
        bar = ValueBar(COEFFICIENT, label(name), caption, tint=tint)
        bar.setObjectName(name)
        bar.setToolTip(
            self.tr("{0} ({1})\nDrag, type, or use the arrow keys; double click resets").format(
                label(name), name
            )
        )
        posing, session = self._desk.posing, self._desk.session
        edits(
            bar,
            session,
            label(name),
            lambda value: posing.set(name, value, label(name)),
            partial(self._reset, name),
        )
        bar.customContextMenuRequested.connect(partial(self._open_menu, name))
        return bar

    def _reset(self, name: str) -> None:
        names = [name]
        twin = other_side(name)
        if twin is not None and self._desk.session.state.behaviour.sides_linked:
            names.append(twin)
        with self._desk.session.gesture(self.tr("Reset {0}").format(label(name))):
            self._desk.posing.reset_names(*names)

    def _open_menu(self, name: str, at: QPoint) -> None:
        menu = self.menu(name)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.bars[name].mapToGlobal(at))

    def menu(self, name: str) -> QMenu:
        """What can be done with a coefficient beside changing it."""
        menu = QMenu(self)
        twin, bar = other_side(name), self.bars[name]
        reset = menu.addAction(icon("ph.arrow-counter-clockwise"), self.tr("Reset"))
        reset.triggered.connect(partial(self._reset, name))
        reset.setEnabled(bar.amount != 0.0)
        copy = menu.addAction(icon("ph.copy"), self.tr("Copy value"))
        copy.triggered.connect(
            lambda: QGuiApplication.clipboard().setText(bar.span.number(bar.amount))
        )
        if twin is not None:
            menu.addSeparator()
            side = self.tr("right") if name.endswith("Left") else self.tr("left")
            mirror = menu.addAction(
                icon("ph.arrow-right" if name.endswith("Left") else "ph.arrow-left"),
                self.tr("Mirror to the {0}").format(side),
            )
            mirror.triggered.connect(lambda: self._desk.posing.set(twin, bar.amount, label(twin)))
            swap = menu.addAction(icon("ph.arrows-left-right"), self.tr("Swap left and right"))
            swap.triggered.connect(partial(self._desk.posing.swap_sides, name))
            link = menu.addAction(self.tr("Link left and right"))
            link.setCheckable(True)
            link.setChecked(self._desk.session.state.behaviour.sides_linked)
            link.triggered.connect(self._set_linked)
        return menu

    def _set_linked(self, linked: bool) -> None:
        text = self.tr("Link left and right") if linked else self.tr("Unlink left and right")
        change_behaviour(self._desk.session, text, sides_linked=linked)


class _Link(QWidget):
    """The gap between two bars: bridged while both move together."""

    def __init__(self) -> None:
        super().__init__()
        self._on = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(8, 8)

    def set_on(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._on:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens().accent), 2.0))
            middle = QRectF(self.rect()).center()
            painter.drawLine(0, round(middle.y()), self.width(), round(middle.y()))
