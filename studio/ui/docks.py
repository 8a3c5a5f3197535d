"""The picture in the middle and the panels around it, which can be moved, detached and reset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QByteArray, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QMenu,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio.engine.faults import Fault

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
_LAYOUT_VERSION = 1
_LEFT_WIDTH, _RIGHT_WIDTH, _RIGHT_SHARE = 264, (320, 360), 0.25
_BOTTOM, _BOTTOM_SHARE = (184, 260), 0.26
"""Sizes at first, in logical pixels: least and greatest, and share of the window."""
_PANEL_MS = 10
"""Between two panels that appear."""


@dataclass(frozen=True)
class Panel:
    """A dock.

    Attributes:
        name: object name of the dock; title: translated.
        make: makes the panel when it is seen for the first time.
        area: where it lies at first; those of one area are tabs, the first is in front.
    """

    name: str
    title: str
    make: Callable[[], QWidget]
    area: Qt.DockWidgetArea


class PanelDock(QDockWidget):
    """A dock whose panel appears when it is first seen, which keeps the start quick."""

    failed = Signal(object)
    wanted = Signal()
    """It can be seen, and its panel has not appeared yet."""

    def __init__(self, panel: Panel, parent: QWidget) -> None:
        super().__init__(panel.title, parent)
        self.setObjectName(panel.name)
        self.setAccessibleName(panel.title)
        self._make = panel.make
        self._content: QWidget | None = None
        self._frame = QWidget()
        self._column = QVBoxLayout(self._frame)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._frame)
        # While docks are being laid out those behind a tab are seen for a moment: look again.
        look = QTimer(self, singleShot=True, interval=0)
        look.timeout.connect(self._want_if_seen)
        self.visibilityChanged.connect(lambda seen: look.start() if seen else None)

    def show_title(self, shown: bool) -> None:
        """Show the title, or leave it to the tab."""
        if shown:
            self.setTitleBarWidget(None)  # type: ignore[arg-type]
        elif self.titleBarWidget() is None:
            self.setTitleBarWidget(QWidget())

    def _want_if_seen(self) -> None:
        if self.is_seen and (self._content is None or self._content.isHidden()):
            self.wanted.emit()

    @property
    def is_made(self) -> bool:
        """Whether the panel is there, seen or not."""
        return self._content is not None

    @property
    def is_seen(self) -> bool:
        """Whether some of it is on the screen."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def appear(self) -> QWidget:
        """Show the panel, made if need be."""
        panel = self.content()
        panel.show()
        return panel

    def make(self) -> QWidget:
        """The panel, wherever it is; one that fails says so in its place."""
        if self._content is None:
            try:
                self._content = self._make()
            except Exception as error:
                fault = Fault.of(error, f"opening the panel {self.windowTitle()}")
                self._content = QLabel(fault.sentence, wordWrap=True, margin=12)
                self.failed.emit(fault)
            self._content.hide()
        return self._content

    def content(self) -> QWidget:
        """The panel in its place, hidden before its first appearance."""
        panel = self.make()
        if self._column.isEmpty():
            self._column.addWidget(panel)
        return panel


class Docks(QMainWindow):
    """A window inside the window: the viewport in the middle, panels in docks."""

    failed = Signal(object)
    """A ``Fault`` of a panel that could not be made."""
    arranged = Signal()
    """A dock was shown or hidden."""

    def __init__(self, middle: QWidget, panels: list[Panel], parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Widget)
        option = QMainWindow.DockOption
        # Grouped dragging is what lets a tab be dragged out of its group.
        self.setDockOptions(
            option.AllowNestedDocks | option.AllowTabbedDocks | option.GroupedDragging
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        self.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        self.setCentralWidget(middle)
        self.panels = panels
        self._docks: dict[str, PanelDock] = {}
        self._was_shown = False
        self._kept = QByteArray()
        self._wanted: list[PanelDock] = []
        self._held = False
        # One panel at a time: each takes long enough to be laid out.
        self._next = QTimer(self, singleShot=True, interval=_PANEL_MS)
        self._next.timeout.connect(self._show_next)
        # Dragging changes many docks at once; titles and menus follow when that is over.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._tidy)
        for panel in panels:
            dock = self._docks[panel.name] = PanelDock(panel, self)
            dock.failed.connect(self.failed)
            dock.wanted.connect(partial(self._want, dock))
            dock.visibilityChanged.connect(lambda _: self._soon.start())
            dock.topLevelChanged.connect(lambda _: self._soon.start())
            dock.dockLocationChanged.connect(lambda _: self._soon.start())
        self.reset_layout()

    def panel(self, name: str) -> QWidget:
        """The panel of this name, made if need be. Raises ``KeyError``."""
        return self._docks[name].content()

    def make(self, name: str) -> None:
        """Make the panel of this name, if need be, and put it nowhere yet. Raises ``KeyError``."""
        self._docks[name].make()

    def is_made(self, name: str) -> bool:
        """Whether the panel has been made."""
        return self._docks[name].is_made

    def hold(self) -> None:
        """Panels that are not made yet wait for ``release``, unless somebody asks for one."""
        self._held = True

    def release(self) -> None:
        """Show the panels that wait."""
        self._held = False
        self._next.start()

    def _want(self, dock: PanelDock) -> None:
        if dock not in self._wanted:
            self._wanted.append(dock)
        self._next.start()

    def _show_next(self) -> None:
        ready = (dock for dock in self._wanted if dock.is_made or not self._held)
        dock = next(ready, None)
        if dock is None:
            return
        self._wanted.remove(dock)
        if self._wanted:
            self._next.start()
        if dock.is_seen:
            dock.appear()

    def is_shown(self, name: str) -> bool:
        """Whether the dock is open, be it behind another tab."""
        return not self._docks[name].isHidden()

    def toggle(self, name: str) -> None:
        """Show the dock, or bring it to the front, or hide it when it is there already."""
        dock = self._docks[name]
        if not dock.isHidden() and not dock.visibleRegion().isEmpty():
            dock.hide()
        else:
            self.reveal(name)

    def reveal(self, name: str) -> QWidget:
        """Show the dock in front of its tabs; returns its panel."""
        dock = self._docks[name]
        dock.show()
        dock.raise_()
        return dock.appear()

    def reset_layout(self) -> None:
        """Put all docks where they were at first."""
        first: dict[Qt.DockWidgetArea, PanelDock] = {}
        for panel in self.panels:
            dock = self._docks[panel.name]
            self.removeDockWidget(dock)
            dock.setFloating(False)
            if panel.area in first:
                self.tabifyDockWidget(first[panel.area], dock)
            else:
                self.addDockWidget(panel.area, dock)
                first[panel.area] = dock
            dock.show()
        for dock in first.values():
            dock.raise_()
        self._share_out(first)

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange the docks, which takes hold only from now on."""
        super().showEvent(event)
        if self._was_shown:
            return
        self._was_shown = True
        # Once and on the screen: a state restored unseen is squeezed into a window without a
        # size, and the tab bars it makes stay behind when it is restored again.
        if self._kept.isEmpty() or not self.restoreState(self._kept, _LAYOUT_VERSION):
            self.reset_layout()
        self._drop_idle_bars()
        self._soon.start()

    def arrangement(self) -> QByteArray:
        """Where the docks are, for ``restore``; what was kept when nobody has seen them yet."""
        return self.saveState(_LAYOUT_VERSION) if self._was_shown else self._kept

    def restore(self, state: QByteArray) -> None:
        """Arrange the docks as they were, once they are shown; anew when it does not fit."""
        self._kept = state

    def _drop_idle_bars(self) -> None:
        """Hide tab bars that no dock belongs to; Qt leaves some of them on the picture."""
        for bar in self._bars():
            if bar.count() < 2:
                bar.hide()

    def _bars(self) -> list[QTabBar]:
        return self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def _share_out(self, first: Mapping[Qt.DockWidgetArea, PanelDock]) -> None:
        widths = {LEFT: _LEFT_WIDTH, RIGHT: _share(self.width(), _RIGHT_SHARE, _RIGHT_WIDTH)}
        sides = {first[area]: width for area, width in widths.items() if area in first}
        self.resizeDocks(list(sides), list(sides.values()), Qt.Orientation.Horizontal)
        if BOTTOM in first:
            height = _share(self.height(), _BOTTOM_SHARE, _BOTTOM)
            self.resizeDocks([first[BOTTOM]], [height], Qt.Orientation.Vertical)

    def _tidy(self) -> None:
        """Tabs have no second title below them; they have a menu instead."""
        for dock in self._docks.values():
            dock.show_title(dock.isFloating() or not self.tabifiedDockWidgets(dock))
        for bar in self._bars():
            titles = ", ".join(bar.tabText(tab) for tab in range(bar.count()))
            bar.setAccessibleName(self.tr("Panels: {0}").format(titles))
            if bar.contextMenuPolicy() != Qt.ContextMenuPolicy.CustomContextMenu:
                bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                bar.customContextMenuRequested.connect(partial(self._tab_menu, bar))
        self.arranged.emit()

    def _tab_menu(self, bar: QTabBar, place: QPoint) -> None:
        title = bar.tabText(bar.tabAt(place))
        for dock in self._docks.values():
            if dock.windowTitle() == title:
                menu = QMenu(self)
                menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
                menu.addAction(self.tr("Detach"), partial(dock.setFloating, True))
                menu.addAction(self.tr("Close"), dock.hide)
                menu.popup(bar.mapToGlobal(place))


def _share(whole: int, share: float, limits: tuple[int, int]) -> int:
    return min(max(round(share * whole), limits[0]), limits[1])
