"""The timeline panel."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.ui.controls.buttons import icon_button
from studio.ui.controls.shortcuts import with_shortcut
from studio.ui.desk import Desk
from studio.ui.drive.driving import driving_of
from studio.ui.icons import icon
from studio.ui.listen import listen
from studio.ui.questions import ask_open_file, ask_save_file
from studio.ui.signals.loader import Loader
from studio.ui.timeline.curve_editor import CurveEditor
from studio.ui.timeline.key_bar import KeyBar
from studio.ui.timeline.motion_jobs import export_take, import_take
from studio.ui.timeline.playing import playing_of
from studio.ui.timeline.store import PackedTrack
from studio.ui.timeline.take_menu import TakeMenu
from studio.ui.timeline.tracks import Tracks
from studio.ui.timeline.tracks_paint import clock_text

_FORMATS = ("CSV, Live Link Face (*.csv)", "JSON Lines (*.jsonl)", "FLAME (*.npz)")


class TimelinePanel(QWidget):
    """Transport, tracks, and the curve of a channel."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.playing, self.driving = playing_of(desk), driving_of(desk)
        self.tracks = Tracks(self.playing)
        self.keys = KeyBar(self.playing)
        self.curves: CurveEditor | None = None
        self.menus = TakeMenu(self.playing.store, self)
        self._loader = Loader("pyqtgraph", self)
        self._loader.ready.connect(self._make_curves, Qt.ConnectionType.QueuedConnection)
        self._hints: dict[QToolButton, tuple[str, str]] = {}
        self._make_transport()
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the timeline and what is going on."""
        self.tracks.refresh()
        if self.curves is not None:
            self.curves.refresh()
        self.keys.refresh()
        playing, timeline = self.playing, self.playing.timeline
        self.play.setIcon(icon("ph.pause" if playing.playing else "ph.play"))
        self.loop.setChecked(timeline.loop is not None)
        self.record.setChecked(self.driving.recording)
        opened, some = self._desk.session.avatar is not None, timeline.duration > 0.0
        self.play.setEnabled(opened and some)
        self.loop.setEnabled(opened and some)
        self.stop.setEnabled(playing.playing or playing.shown or playing.seconds > 0.0)
        for widget in (self.record, self.load, self.keys, self.tracks):
            widget.setEnabled(opened)
        self.export.setEnabled(bool(timeline.takes))
        self._show_time(playing.seconds)

    def export_chosen(self) -> None:
        """Ask where the chosen take, or else the upper one, goes."""
        takes = self.playing.timeline.takes
        if takes:
            self.ask_export(self.tracks.chosen_take or takes[-1].name)

    def ask_export(self, name: str) -> None:
        """Ask where a take goes; the suffix says how it is written."""
        title = self.tr("Export {0}").format(name)
        ask_save_file(
            self, title, _FORMATS, Path.home() / f"{name}.csv", lambda p: self.export_to(name, p)
        )

    def export_to(self, name: str, path: Path) -> None:
        """Write a take."""
        self._desk.submit(
            export_take(self.playing.timeline.take(name), path),
            done=lambda _: self._desk.notice.emit(
                self.tr("{0} is in {1}.").format(name, path.name)
            ),
        )

    def import_from(self, path: Path) -> None:
        """Lay a motion file on top as a take, from the playhead on."""
        avatar = self._desk.session.avatar
        if avatar is None:
            return
        start, settings = self.playing.seconds, self.driving.settings
        base, store = self._desk.session.state.pose, self.playing.store

        def done(poses: PackedTrack) -> None:
            store.put_take(self.tr("Import {0}"), poses, path.stem, start)

        self._desk.submit(import_take(path, avatar.handle, base, settings), done=done)

    def showEvent(self, event: QShowEvent) -> None:
        for button, (hint, action) in self._hints.items():
            button.setToolTip(with_shortcut(self, hint, action))
        if "pyqtgraph" in sys.modules:
            self._make_curves()
        else:
            self._loader.start()
        super().showEvent(event)

    def _make_transport(self) -> None:
        self.stop = self._button("ph.stop", self.tr("Stop and go back"), "timeline.stop")
        self.play = self._button("ph.play", self.tr("Play or pause"), "timeline.play")
        self.record = self._button("ph.record", self.tr("Record a take"), "drive.record", on=True)
        self.record.setIcon(icon("ph.record", "danger"))
        self.loop = self._button("ph.repeat", self.tr("Loop"), "timeline.loop", on=True)
        self.load = self._button("ph.download-simple", self.tr("Import a motion file…"), "")
        self.export = self._button("ph.export", self.tr("Export a take…"), "")
        self.time = QLabel()
        self.time.setAccessibleName(self.tr("Playhead"))
        self.stop.clicked.connect(lambda _down: self.playing.stop())
        self.play.clicked.connect(lambda _down: self.playing.toggle())
        self.record.clicked.connect(lambda _down: self._record())
        self.loop.clicked.connect(lambda _down: self.playing.toggle_loop())
        self.load.clicked.connect(lambda _down: self._ask_import())
        self.export.clicked.connect(lambda _down: self.export_chosen())

    def _button(self, glyph: str, hint: str, action: str, *, on: bool = False) -> QToolButton:
        button = icon_button(glyph, hint, checkable=on)
        if action:
            self._hints[button] = hint, action
        return button

    def _lay_out(self) -> None:
        transport = QHBoxLayout()
        transport.setSpacing(2)
        for button in (self.stop, self.play, self.record, self.loop):
            transport.addWidget(button)
        transport.addSpacing(8)
        transport.addWidget(self.time)
        transport.addStretch(1)
        transport.addWidget(self.load)
        transport.addWidget(self.export)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.tracks)
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(transport)
        column.addWidget(area, 1)
        self._right = QVBoxLayout(right)
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.setSpacing(4)
        self._right.addWidget(self.keys)
        self._note = QLabel(self.tr("Loading…"))
        self._note.setProperty("dim", True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._right.addWidget(self._note, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(right)
        self.splitter.setSizes([500, 460])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.splitter)

    def _connect(self) -> None:
        session = self._desk.session
        listen(self, session.timeline_changed, lambda _: self.refresh())
        listen(self, session.avatar_changed, lambda _: self.refresh())
        listen(self, session.pose_changed, lambda _: self.keys.refresh())
        self.playing.moved.connect(self._show_time)
        self.playing.state_changed.connect(self.refresh)
        self.driving.state_changed.connect(self.refresh)
        self.tracks.menu_asked.connect(self._open_menu)
        self.tracks.selected.connect(self._take_selection)
        self.menus.export_asked.connect(self.ask_export)
        self.menus.rename_asked.connect(self._ask_name)
        self.keys.key_chosen = lambda: None if self.curves is None else self.curves.chosen

    def _make_curves(self) -> None:
        if self.curves is None:
            self.curves = CurveEditor(self.playing)
            self.curves.selected.connect(self.keys.refresh)
            self._note.hide()
            self._right.addWidget(self.curves, 1)
            self.refresh()

    def _take_selection(self) -> None:
        if self.curves is not None and self.tracks.chosen_key is not None:
            self.curves.choose(self.tracks.chosen_key)

    def _show_time(self, seconds: float) -> None:
        whole = clock_text(self.playing.timeline.duration, 1)
        self.time.setText(f"{clock_text(seconds, 1)} / {whole}")
        self.keys.refresh()

    def _record(self) -> None:
        self.driving.record()
        self.refresh()

    def _ask_import(self) -> None:
        filters = [self.tr("Motion files ({0})").format("*.csv *.npz *.jsonl")]
        ask_open_file(self, self.tr("Import a motion file"), filters, None, self.import_from)

    def _open_menu(self, name: str, at: QPoint) -> None:
        menu = self.menus.menu(name)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _ask_name(self, name: str) -> None:
        new, good = QInputDialog.getText(
            self, self.tr("Rename"), self.tr("Name"), QLineEdit.EchoMode.Normal, name
        )
        if good:
            self.menus.rename(name, new)
