"""What the actions do beyond a single call of session, posing or documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from models.errors import BadInput
from studio.drive.suffixes import MOTION_SUFFIXES, VIDEO_SUFFIXES
from studio.engine.faults import Fault
from studio.engine.job import Job
from studio.sample_portrait import write_portrait
from studio.session.look import ViewMode
from studio.session.view import VIEW_PRESETS
from studio.ui.drive.choice import SourceKind
from studio.ui.drive.driving import driving_of
from studio.ui.incoming import Incoming, incoming
from studio.ui.viewport.texts import mode_texts, view_texts

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

_SEEDS = 2**31


class Commands(QObject):
    """The window's commands."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._desk = window, window.desk
        self._open_dialogs: dict[str, QDialog] = {}

    # Opening

    def open_sample(self) -> None:
        """Build an avatar from the sample portrait."""
        path = self._window.keep_folder / "sample portrait.png"

        def work(context: object) -> Path:
            write_portrait(path)
            return path

        doing = "writing the sample portrait"
        job = Job(self.tr("Fetching the sample portrait"), work, "file", doing)
        self._desk.submit(job, done=self._window.documents.build)

    def open_webcam(self) -> None:
        """Take a still with the webcam and build from it."""
        from studio.ui.webcam_still import WebcamStill

        dialog = self._dialog("webcam", lambda: WebcamStill(self._window))
        dialog.taken.connect(self._window.documents.build)

    def paste(self) -> None:
        """Build from a copied picture, open a copied file, or take over a copied pose."""
        data = QGuiApplication.clipboard().mimeData()
        found = incoming(data)
        if found is not None:
            self.take(found)
        elif data.hasText() and self._desk.session.avatar is not None:
            self._trying(lambda: self._desk.posing.paste(data.text()))
        else:
            self._desk.notice.emit(self.tr("The clipboard holds no picture, file or pose."))

    def take(self, found: Incoming) -> None:
        """Open what was dropped or pasted; a video or a motion file drives the open avatar."""
        if found.address:
            sentence = self.tr("{0} is on the web, and nothing is fetched from there.")
            remedy = self.tr("Save the picture on this computer and drop the file.")
            self._desk.failed.emit(Fault(sentence.format(found.address), remedy))
        elif found.picture is not None:
            self._window.documents.build(found.picture)
        elif found.path is not None:
            if found.files > 1:
                one_of = self.tr("One of {0} files is opened: {1}")
                self._desk.notice.emit(one_of.format(found.files, found.path.name))
            if found.path.suffix.lower() in (*VIDEO_SUFFIXES, *MOTION_SUFFIXES):
                self._drive_with(found.path)
            else:
                self._window.documents.open(found.path)

    def _drive_with(self, path: Path) -> None:
        if self._desk.session.avatar is None:
            sentence = self.tr("{0} moves an avatar, and none is open.").format(path.name)
            self._desk.failed.emit(Fault(sentence, self.tr("Open a portrait or an avatar first.")))
            return
        video = path.suffix.lower() in VIDEO_SUFFIXES
        kind = SourceKind.VIDEO if video else SourceKind.MOTION
        driving = driving_of(self._desk)
        driving.choose(replace(driving.choice, kind=kind, path=path))
        self._window.docks.reveal("drive")
        ready = self.tr("{0} is ready to drive the avatar: press Start.")
        self._desk.notice.emit(ready.format(path.name))

    # Editing

    def copy_pose(self) -> None:
        """Copy the pose as JSON."""
        QGuiApplication.clipboard().setText(self._desk.posing.copy())
        self._desk.notice.emit(self.tr("The pose is on the clipboard."))

    def copy_picture(self) -> None:
        """Copy what the viewport shows."""
        QGuiApplication.clipboard().setImage(self._window.viewport.grab_picture())
        self._desk.notice.emit(self.tr("The picture is on the clipboard."))

    def find_control(self) -> None:
        """Go to the pose panel's search."""
        panel = self._window.docks.reveal("pose")
        focus_search = getattr(panel, "focus_search", None)
        if focus_search is not None:
            focus_search()

    def randomise(self) -> None:
        """A pose of chance."""
        self._desk.posing.randomise(SystemRandom().randrange(_SEEDS))

    # Viewing

    def look_from(self, name: str) -> None:
        """Take one of the view presets."""
        label = self.tr("View from {0}").format(view_texts()[name][0])
        self._desk.session.change(label, view=VIEW_PRESETS[name])

    def show_mode(self, mode: ViewMode) -> None:
        """Show another view mode."""
        look = replace(self._desk.session.state.look, mode=mode)
        label = self.tr("Show {0}").format(mode_texts()[mode][0])
        self._desk.session.change(label, look=look)

    def toggle_split(self) -> None:
        """Compare with the source photo, or stop."""
        viewport = self._window.viewport
        viewport.set_split(not viewport.split_on)

    def toggle_full_screen(self) -> None:
        """Full screen or not."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    # Windows

    def open_palette(self) -> None:
        """Search all actions."""
        from studio.ui.command_palette import CommandPalette

        self._dialog("palette", lambda: CommandPalette(self._window.actions_list, self._window))

    def open_shortcuts(self) -> None:
        """Show the shortcut sheet."""
        from studio.ui.shortcut_sheet import ShortcutSheet

        self._dialog("shortcuts", lambda: ShortcutSheet(self._window.actions_list, self._window))

    def open_preferences(self) -> None:
        """Show the preferences."""
        from studio.ui.preferences import Preferences

        self._dialog("preferences", lambda: Preferences(self._desk, self._window))

    def open_about(self) -> None:
        """Show version and licences."""
        from studio.ui.about import About

        self._dialog("about", lambda: About(self._window))

    def open_log(self) -> None:
        """Show what happened: in its dock, or in a dialog while nothing is open."""
        if self._desk.session.avatar is not None:
            self._window.docks.reveal("log")
            return
        from studio.ui.log_panel import LogDialog

        self._dialog("log", lambda: LogDialog(self._window.book, self._window))

    def _dialog(self, name: str, make: Callable[[], Any]) -> Any:
        """Open a dialog of this name, or bring the open one to the front."""
        dialog = self._open_dialogs.get(name)
        if dialog is None:
            dialog = make()
            self._open_dialogs[name] = dialog
            dialog.finished.connect(lambda _: self._forget(name))
            dialog.open()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def _forget(self, name: str) -> None:
        dialog = self._open_dialogs.pop(name, None)
        if dialog is not None:
            dialog.deleteLater()

    def _trying(self, run: Callable[[], object]) -> None:
        try:
            run()
        except BadInput as error:
            self._desk.failed.emit(Fault(str(error)))
