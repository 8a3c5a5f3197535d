"""Opening and saving: which job, which question first, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from models.errors import BadInput
from studio.engine import jobs
from studio.engine.faults import Fault
from studio.engine.job import Job, JobContext
from studio.engine.pacer import Quality
from studio.engine.request import FrameRequest
from studio.session.look import Look
from studio.session.project import MissingAvatar, OpenedProject, SavedProject
from studio.session.recent import Kind
from studio.session.recovery import Autosave, Recoverable
from studio.session.state import Behaviour, OpenAvatar, State
from studio.ui.build_flow import BuildFlow, Photo
from studio.ui.desk import Desk
from studio.ui.incoming import AVATAR_SUFFIX, PHOTO_SUFFIXES, PROJECT_SUFFIX
from studio.ui.questions import ask_locate, ask_open_file, ask_save_file, ask_unsaved, patterns

Then = Callable[[], object]
_STILL_SUFFIXES = (".png", ".jpg", ".webp")


class Documents(QObject):
    """Photos, avatars and projects, in and out."""

    def __init__(self, desk: Desk, builds: BuildFlow, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._builds, self._window = desk, builds, window
        builds.built.connect(self._after_build)
        self._folder = Path.home()

    # Opening

    def open(self, path: Path) -> None:
        """Open a photo, an avatar or a project, by its suffix."""
        self._folder = path.parent
        suffix = path.suffix.lower()
        if suffix == PROJECT_SUFFIX:
            self.guarded(lambda: self._open_project(path), replaces_all=True)
        elif suffix == AVATAR_SUFFIX:
            self.guarded(lambda: self._open_avatar(path))
        else:
            self.build(path)

    def build(self, photo: Photo) -> None:
        """Build an avatar from a photo's file or pixels."""
        self.guarded(lambda: self._builds.start(photo))

    def choose(self) -> None:
        """Ask for a file and open it."""
        photos = patterns(PHOTO_SUFFIXES)
        own = f"*{AVATAR_SUFFIX} *{PROJECT_SUFFIX}"
        filters = [
            self.tr("Everything that can be opened ({patterns})").format(
                patterns=f"{photos} {own}"
            ),
            self.tr("Photos ({patterns})").format(patterns=photos),
            self.tr("Avatars (*.avatar)"),
            self.tr("Projects (*.triptych)"),
            self.tr("All files (*)"),
        ]
        ask_open_file(self._window, self.tr("Open"), filters, self._folder, self.open)

    def new(self) -> None:
        """Begin with nothing, as the preferences say."""
        self.guarded(self.begin, replaces_all=True)

    def begin(self) -> None:
        """The state of a session in which nothing is open yet."""
        settings = self._desk.settings
        state = State(
            look=Look(samples=settings.samples, resolution=settings.full_resolution),
            behaviour=Behaviour(auto_blink=settings.auto_blink),
        )
        self._desk.session.open_project(OpenedProject(state, None))

    def guarded(self, then: Then, *, replaces_all: bool = False) -> None:
        """Do ``then``, after asking about what would be lost.

        Opening an avatar or a photo is a step that undo takes back, so only an avatar that was
        never saved and a project that is left are asked about; a project and an end replace
        everything.
        """
        session = self._desk.session
        avatar = session.avatar
        never_saved = avatar is not None and avatar.path is None
        leaves = replaces_all or session.project is not None
        if never_saved or (leaves and self.has_unsaved):
            title = session.title.removesuffix("*")
            ask_unsaved(self._window, title, save=lambda: self.save(then), discard=then)
        else:
            then()

    @property
    def has_unsaved(self) -> bool:
        """Whether closing would lose something."""
        session = self._desk.session
        return session.modified and (session.avatar is not None or session.project is not None)

    def _open_avatar(self, path: Path) -> None:
        title = self.tr("Opening {name}").format(name=path.name)
        self._builds.open_with(jobs.load_avatar(path), title, self._avatar_opened)

    def _avatar_opened(self, avatar: OpenAvatar) -> None:
        self._desk.session.open_avatar(avatar)
        if avatar.path is not None:
            self._remember(avatar.path, "avatar", State(avatar))

    def _open_project(self, path: Path, avatar: Path | None = None) -> None:
        job = _missing_as_value(jobs.open_project(path, avatar))
        title = self.tr("Opening {name}").format(name=path.name)
        self._builds.open_with(job, title, lambda value: self._project_read(path, value))

    def _project_read(self, path: Path, value: OpenedProject | MissingAvatar) -> None:
        if isinstance(value, MissingAvatar):
            ask_locate(self._window, str(value), lambda: self._locate(path))
            return
        self._show(value)
        self._remember(path, "project", value.state)

    def recover(self, left: Recoverable, autosave: Autosave) -> None:
        """Open what a crash left; it counts as unsaved."""
        title = self.tr("Recovering {name}").format(name=left.title)
        job = jobs.recover(left, autosave)
        self._builds.open_with(job, title, lambda opened: self._show(opened, recovered=True))

    def _show(self, opened: OpenedProject, *, recovered: bool = False) -> None:
        self._desk.session.open_project(opened, recovered=recovered)
        for warning in opened.warnings:
            self._desk.warning.emit(warning)

    def _locate(self, project: Path) -> None:
        ask_open_file(
            self._window,
            self.tr("Where is the avatar?"),
            [self.tr("Avatars (*.avatar)")],
            project.parent,
            lambda avatar: self._open_project(project, avatar),
        )

    # Saving

    def save(self, then: Then | None = None) -> None:
        """Save the project, asking where if it has no file; ``then`` follows a success."""
        project = self._desk.session.project
        if project is None:
            self.save_as(then)
        else:
            self._save_project(project, then)

    def save_as(self, then: Then | None = None) -> None:
        """Ask where and save the project there."""
        ask_save_file(
            self._window,
            self.tr("Save the project"),
            [self.tr("Projects (*.triptych)")],
            self._proposal(PROJECT_SUFFIX),
            lambda path: self._save_project(path, then),
        )

    def save_avatar_as(self) -> None:
        """Ask where and save the avatar there."""
        ask_save_file(
            self._window,
            self.tr("Save the avatar"),
            [self.tr("Avatars (*.avatar)")],
            self._proposal(AVATAR_SUFFIX),
            self._save_avatar,
        )

    def export_still(self) -> None:
        """Ask where and write the picture there, in the look's full resolution."""
        ask_save_file(
            self._window,
            self.tr("Export the picture"),
            [self.tr("Pictures (*.png *.jpg *.webp)")],
            self._proposal(_STILL_SUFFIXES[0]),
            self._export,
        )

    def _save_project(self, path: Path, then: Then | None) -> None:
        self._folder = path.parent
        state = self._desk.session.state

        def saved(value: SavedProject) -> None:
            self._desk.session.project_saved(value)
            self._told_saved(value.path)
            self._remember(value.path, "project", state)
            if then is not None:
                then()

        self._desk.submit(jobs.save_project(state, path), done=saved)

    def _save_avatar(self, path: Path) -> None:
        self._folder = path.parent
        state = self._desk.session.state
        if state.avatar is None:
            return

        def saved(value: jobs.SavedAvatar) -> None:
            self._desk.session.avatar_saved(
                value.avatar, value.path, value.sha256, value.handle, value.shape
            )
            if value.shape:
                said = self.tr("Saved {path}; the changed shape is now the avatar's own")
                self._desk.notice.emit(said.format(path=path))
            else:
                self._told_saved(value.path)
            self._remember(value.path, "avatar", state)

        self._desk.submit(jobs.save_avatar(state.avatar, path, state.shape), done=saved)

    def _export(self, path: Path) -> None:
        self._folder = path.parent
        state = self._desk.live.over(self._desk.session.state)
        if path.suffix.lower() not in _STILL_SUFFIXES:
            sentence = self.tr("{name} cannot be written as a picture.").format(name=path.name)
            self._desk.failed.emit(Fault(sentence, self.tr("Choose .png, .jpg or .webp.")))
            return
        request = FrameRequest.of(state, Quality(state.look.resolution, state.look.samples))
        self._desk.submit(jobs.export_still(request, path), done=self._told_saved)

    def _told_saved(self, path: Path) -> None:
        self._desk.notice.emit(self.tr("Saved {path}").format(path=path))

    def _proposal(self, suffix: str) -> Path:
        session = self._desk.session
        base = session.project or (session.avatar and session.avatar.path)
        folder = base.parent if base else self._folder
        return folder / (session.title.removesuffix("*") + suffix)

    # Afterwards

    def _after_build(self) -> None:
        self._desk.notice.emit(self.tr("The avatar is ready. It has no file yet: save to keep it."))

    def _remember(self, path: Path, kind: Kind, state: State) -> None:
        """Put a file into the library, with the avatar's picture once it is drawn."""
        self._add_recent(path, kind, None)
        if state.avatar is not None:
            self._desk.submit(
                jobs.portrait_thumbnail(state.avatar.handle, shape=state.shape),
                done=lambda png: self._add_recent(path, kind, png),
                failed=lambda fault: self._desk.notice.emit(fault.sentence),
            )

    def _add_recent(self, path: Path, kind: Kind, png: bytes | None) -> None:
        try:
            self._desk.recent.add(path, kind, png)
        except BadInput as error:
            self._desk.notice.emit(str(error))


def _missing_as_value(job: Job) -> Job:
    """The same job, which returns ``MissingAvatar`` instead of failing with it."""

    def work(context: JobContext) -> Any:
        try:
            return job.work(context)
        except MissingAvatar as missing:
            return missing

    return replace(job, work=work)
