"""Motion and films out of the timeline and into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from studio.drive.suffixes import MOTION_SUFFIXES
from studio.engine.clip_job import export_clip
from studio.session.pose_track import PoseTrack
from studio.ui.desk import Desk
from studio.ui.drive.driving import driving_of
from studio.ui.icons import icon
from studio.ui.questions import Chosen, ask_open_file, ask_save_file, patterns
from studio.ui.timeline.film_dialog import Film, FilmDialog
from studio.ui.timeline.motion_jobs import export_take, export_whole, import_take
from studio.ui.timeline.playing import is_camera, playing_of


class MotionMenu(QMenu):
    """Import, and the three exports: a take, the motion of everything, a film."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._owner = desk, parent
        self._playing = playing_of(desk)
        self.chosen_take: str | None = None
        self.load = self.addAction(
            icon("ph.download-simple"), self.tr("Import a motion file…"), self.ask_import
        )
        self.addSeparator()
        self.one = self.addAction(icon("ph.export"), "", self._ask_chosen)
        self.whole = self.addAction(
            icon("ph.stack"), self.tr("Export the motion of the timeline…"), self.ask_whole
        )
        self.film = self.addAction(
            icon("ph.film-strip"), self.tr("Export as a film…"), self.ask_film
        )
        self.aboutToShow.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Enable what can be done."""
        opened, timeline = self._desk.session.avatar is not None, self._playing.timeline
        take = self._take
        self.load.setEnabled(opened)
        self.one.setText(self.tr("Export {0}…").format(take or self.tr("a take")))
        self.one.setEnabled(take is not None)
        self.whole.setEnabled(opened and timeline.duration > 0.0)
        self.film.setEnabled(opened and timeline.duration > 0.0)

    def ask_import(self) -> None:
        """Ask for a motion file."""
        filters = [self.tr("Motion files ({0})").format(patterns(MOTION_SUFFIXES))]
        title = self.tr("Import a motion file")
        ask_open_file(self._owner, title, filters, None, self.import_from)

    def ask_take(self, name: str) -> None:
        """Ask where a take goes; the suffix says how it is written."""
        title = self.tr("Export {0}").format(name)
        self._ask(title, f"{name}.csv", lambda path: self.export_to(name, path))

    def ask_whole(self) -> None:
        """Ask where the motion of the whole timeline goes."""
        if self._is_empty():
            return
        self._ask(self.tr("Export the motion"), f"{self._name}.csv", self.export_whole_to)

    def ask_film(self) -> None:
        """Ask how the film is made, then where it goes."""
        if self._is_empty():
            return
        look = self._desk.session.state.look
        dialog = FilmDialog(look, self._playing.timeline, self._owner)
        dialog.chosen.connect(self._ask_film_file)
        dialog.open()

    def export_to(self, name: str, path: Path) -> None:
        """Write a take."""
        job = export_take(self._playing.timeline.take(name), path)
        self._desk.submit(job, done=lambda _: self._tell(name, path))

    def export_whole_to(self, path: Path) -> None:
        """Write takes and keys together."""
        timeline, state = self._playing.timeline, self._desk.session.state
        self._desk.submit(
            export_whole(timeline, state, path),
            done=lambda _: self._tell(self.tr("The motion"), path),
        )
        if any(is_camera(curve.channel) for curve in timeline.curves):
            self._desk.notice.emit(self.tr("Motion files have no camera: its keys stay here."))

    def export_film_to(self, path: Path, film: Film) -> None:
        """Render the timeline and write it as a film, beside the window."""
        state = self._desk.session.state
        state = replace(state, look=film.look(state.look))
        job = export_clip(state, self._playing.timeline, path, film.rate)
        self._desk.submit(job, done=lambda _: self._tell(self.tr("The film"), path))

    def import_from(self, path: Path) -> None:
        """Lay a motion file on top as a take, from the playhead on."""
        avatar = self._desk.session.avatar
        if avatar is None:
            return
        start, settings = self._playing.seconds, driving_of(self._desk).settings
        base, store = self._desk.session.state.pose, self._playing.store

        def done(track: PoseTrack) -> None:
            store.put_take(self.tr("Import {0}"), track, path.stem, start)

        flame = self._desk.settings.flame_file
        self._desk.submit(import_take(path, avatar.handle, base, settings, flame), done=done)

    @property
    def _take(self) -> str | None:
        """The chosen take, or else the upper one."""
        names = [take.name for take in self._playing.timeline.takes]
        return self.chosen_take if self.chosen_take in names else names[-1] if names else None

    @property
    def _name(self) -> str:
        return self._desk.session.title.removesuffix("*")

    def _is_empty(self) -> bool:
        """Whether there is nothing to export, which is said."""
        empty = self._playing.timeline.duration <= 0.0
        if empty:
            self._desk.notice.emit(self.tr("The timeline is empty: record a take or set keys."))
        return empty

    def _ask_film_file(self, film: Film) -> None:
        place = Path.home() / f"{self._name}.mp4"
        title, filters = self.tr("Export as a film"), [self.tr("H.264 film (*.mp4)")]
        ask_save_file(
            self._owner, title, filters, place, lambda path: self.export_film_to(path, film)
        )

    def _ask_chosen(self) -> None:
        if self._take is not None:
            self.ask_take(self._take)

    def _ask(self, title: str, name: str, then: Chosen) -> None:
        filters = [
            self.tr("CSV, Live Link Face (*.csv)"),
            self.tr("JSON Lines (*.jsonl)"),
            self.tr("FLAME (*.npz)"),
        ]
        ask_save_file(self._owner, title, filters, Path.home() / name, then)

    def _tell(self, what: str, path: Path) -> None:
        self._desk.notice.emit(self.tr("{0} is in {1}.").format(what, path.name))
