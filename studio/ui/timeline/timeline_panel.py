"""The timeline panel."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QInputDialog,
    QLineEdit,
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from models.pose import Pose
from studio.session.view import View
from studio.ui.controls.buttons import icon_button
from studio.ui.controls.scroll import scrolled
from studio.ui.controls.shortcuts import with_shortcut
from studio.ui.desk import Desk
from studio.ui.drive.driving import driving_of
from studio.ui.listen import listen
from studio.ui.timeline.curve_editor import CurveEditor
from studio.ui.timeline.key_bar import KeyBar
from studio.ui.timeline.key_menu import key_menu
from studio.ui.timeline.key_selection import KeySelection
from studio.ui.timeline.motion_menu import MotionMenu
from studio.ui.timeline.playing import playing_of
from studio.ui.timeline.take_menu import TakeMenu
from studio.ui.timeline.time_view import TimeView
from studio.ui.timeline.top_bar import TopBar
from studio.ui.timeline.tracks import Tracks
from studio.ui.timeline.transport import Transport


class TimelinePanel(QWidget):
    """Transport and keys above, then tracks, and under them the curve of a channel."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.playing, self.driving = playing_of(desk), driving_of(desk)
        self.view, self.selection = TimeView(self.playing), KeySelection(self.playing)
        self.destroyed.connect(self.view.deleteLater)
        self.destroyed.connect(self.selection.deleteLater)
        self.transport = Transport(self.playing, self.driving)
        self.tracks = Tracks(self.playing, self.view, self.selection)
        self.keys = KeyBar(self.playing, self.selection)
        self.curves = CurveEditor(self.playing, self.view, self.selection, self._below)
        self.menus = TakeMenu(self.playing.store, self)
        self.motion = MotionMenu(desk, self)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the timeline and what is going on."""
        self.selection.prune()
        self.tracks.refresh()
        self.curves.refresh()
        self.keys.refresh()
        opened = self._desk.session.avatar is not None
        self.transport.refresh(opened=opened)
        for widget in (self.keys, self.tracks, self.curves, self.more):
            widget.setEnabled(opened)

    def showEvent(self, event: QShowEvent) -> None:
        self.transport.show_hints()
        for button, hint, action in (
            (self.keys.key, self.tr("Set a key"), "timeline.key"),
            (self.keys.face, self.tr("Key the face and head"), "timeline.key_face"),
            (self.keys.camera, self.tr("Key the camera"), "timeline.key_camera"),
        ):
            button.setToolTip(with_shortcut(self, hint, action))
        super().showEvent(event)

    def _make_buttons(self) -> None:
        self.snap = icon_button("ph.magnet", self.tr("Snap to frames"), checkable=True)
        self.snap.setChecked(self.view.snaps)
        self.snap.toggled.connect(self._set_snap)
        hint = self.tr("Show the whole timeline\nCtrl and the wheel zoom, Shift and the wheel pan")
        self.fit = icon_button("ph.arrows-out-line-horizontal", hint)
        self.fit.setAccessibleName(self.tr("Show the whole timeline"))
        self.fit.clicked.connect(lambda _down: self.view.fit())
        self.more = icon_button("ph.export", self.tr("Import and export"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self.motion)

    def _lay_out(self) -> None:
        self.top = TopBar(self.transport, self.keys, (self.snap, self.fit, self.more))
        area = scrolled(self.tracks)
        area.setMinimumHeight(50)
        area.verticalScrollBar().valueChanged.connect(lambda _at: self.tracks.update())
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(area)
        self.splitter.addWidget(self.curves)
        self.splitter.setCollapsible(0, False)
        self.splitter.setSizes([100, 100])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 8)
        layout.setSpacing(4)
        layout.addWidget(self.top)
        layout.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        session = self._desk.session
        listen(self, session.timeline_changed, lambda _: self.refresh())
        listen(self, session.avatar_changed, lambda _: self.refresh())
        listen(self, session.pose_changed, lambda _: self.keys.refresh())
        self.playing.moved.connect(lambda _: self.keys.refresh())
        self.playing.state_changed.connect(self.refresh)
        self.driving.state_changed.connect(self.refresh)
        self.tracks.menu_asked.connect(self._open_menu)
        self.tracks.keys_menu_asked.connect(self._open_key_menu)
        self.curves.keys_menu_asked.connect(self._open_key_menu)
        self.menus.export_asked.connect(self.motion.ask_take)
        self.menus.rename_asked.connect(self._ask_name)
        self.motion.aboutToShow.connect(self._tell_chosen)

    def _below(self) -> tuple[Pose, View]:
        """What the timeline is laid over."""
        state = self._desk.session.state
        return state.pose, state.view

    def _set_snap(self, on: bool) -> None:
        self.view.snaps = on

    def _tell_chosen(self) -> None:
        self.motion.chosen_take = self.tracks.chosen_take
        self.motion.refresh()

    def _open_menu(self, name: str, at: QPoint) -> None:
        self._popup(self.menus.menu(name), at)

    def _open_key_menu(self, at: QPoint) -> None:
        self._popup(key_menu(self.playing, self.selection, self), at)

    def _popup(self, menu: QMenu, at: QPoint) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _ask_name(self, name: str) -> None:
        new, good = QInputDialog.getText(
            self, self.tr("Rename"), self.tr("Name"), QLineEdit.EchoMode.Normal, name
        )
        if good:
            self.menus.rename(name, new)
