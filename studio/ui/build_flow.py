"""From a photo to an open avatar: find the faces, choose one, build, show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from studio.engine import jobs
from studio.engine.events import JobProgress
from studio.engine.faults import Fault
from studio.engine.job import Job
from studio.engine.tasks import FoundFace
from studio.session.state import OpenAvatar
from studio.ui.build_overlay import BuildOverlay
from studio.ui.desk import Desk
from studio.ui.log_book import LogBook
from studio.ui.status_line import StatusLine

_PATIENCE_MS, _NAME_LENGTH = 300, 36
Photo = Path | NDArray[np.generic]


class BuildFlow(QObject):
    """One photo or file at a time; what was cancelled never comes back."""

    built = Signal()
    """A new avatar is open and has no file yet."""

    def __init__(
        self,
        desk: Desk,
        overlay: BuildOverlay,
        status: StatusLine,
        book: LogBook,
        keep: Path,
        parent: QObject,
    ) -> None:
        """``keep`` is the folder for avatars that have no file yet."""
        super().__init__(parent)
        self._desk, self._overlay, self._status = desk, overlay, status
        self._book, self._keep = book, keep
        self._photo: Photo | None = None
        self._job: int | None = None
        self._stages: tuple[str, ...] = ()
        overlay.cancelled.connect(self.cancel)
        overlay.face_chosen.connect(self._build)
        desk.job_progress.connect(self._progressed)

    @property
    def running(self) -> bool:
        """Whether a photo is being worked on or asked about."""
        return self._photo is not None

    def start(self, photo: Photo) -> None:
        """Begin with a file or an RGB array (H, W, 3) uint8; a running build is cancelled."""
        self.cancel()
        self._photo = photo
        self._overlay.begin(self.tr("Looking for faces in {name}").format(name=self._name))
        self._submit(jobs.find_faces(photo), self._found, ())

    def open_with(self, job: Job, title: str, done: Callable[[Any], object]) -> None:
        """Run a job that opens something under the same overlay."""
        self.cancel()
        self._overlay.begin(title, patience=_PATIENCE_MS)

        def opened(value: Any) -> None:
            self._overlay.end()
            done(value)

        self._submit(job, opened, ())

    def cancel(self) -> None:
        """Stop at once; what was open stays."""
        if self._job is not None:
            self._desk.engine.cancel(self._job)
        self._job = self._photo = None
        self._overlay.end()

    @property
    def _name(self) -> str:
        if not isinstance(self._photo, Path):
            return self.tr("the picture")
        name = self._photo.name
        return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 12]}…{name[-11:]}"

    def _submit(self, job: Job, done: Callable[[Any], object], stages: Sequence[str]) -> None:
        self._stages = tuple(stages)
        number = self._job = self._desk.submit(
            job,
            done=lambda value: self._finish(number, partial(done, value)),
            failed=lambda fault: self._finish(number, partial(self._fail, fault)),
        )
        self._status.hide_job(number)

    def _finish(self, number: int, then: Callable[[], object]) -> None:
        if number == self._job:
            self._job = None
            then()

    def _found(self, faces: Sequence[FoundFace]) -> None:
        if not faces:
            self._fail(
                Fault(
                    self.tr("No face was found in {name}.").format(name=self._name),
                    self.tr("Choose a photo in which the face is larger, sharper or less turned."),
                )
            )
        elif len(faces) == 1:
            self._build(faces[0])
        else:
            self._overlay.choose_face(faces)

    def _build(self, face: FoundFace) -> None:
        if self._photo is None:
            return
        settings = self._desk.settings
        job = jobs.build_avatar(
            self._photo,
            keep=self._keep,
            face=face.index,
            head=settings.head_file or "open",
            device=settings.device,
        )
        names = self._stage_names()
        title = self.tr("Building an avatar from {name}").format(name=self._name)
        self._overlay.begin(title, [names.get(stage, stage) for stage in jobs.BUILD_STAGES])
        self._overlay.show_face(face)
        self._submit(job, self._built, tuple(jobs.BUILD_STAGES))

    def _built(self, avatar: OpenAvatar) -> None:
        self._photo = None
        self._overlay.end()
        self._desk.session.open_avatar(avatar)
        for warning in avatar.handle.report.warnings:
            self._desk.warning.emit(_sentence(warning))
        self.built.emit()

    def _fail(self, fault: Fault) -> None:
        self._photo = None
        self._overlay.show_fault(fault)
        self._book.record(fault)

    def _progressed(self, event: JobProgress) -> None:
        if event.job == self._job:
            if event.stage not in self._stages:
                # Looking for faces or opening a file: nobody knows how long that takes.
                return
            stage = self._stages.index(event.stage)
            self._overlay.set_progress(stage, event.fraction, event.remaining)

    def _stage_names(self) -> dict[str, str]:
        return {
            "loading the models": self.tr("Loading the models"),
            "portrait": self.tr("Reading the portrait"),
            "cut out": self.tr("Cutting out the person"),
            "fit": self.tr("Fitting the head"),
            "reconstruct": self.tr("Reconstructing surface and texture"),
            "bake": self.tr("Baking the planes"),
            "saving": self.tr("Keeping a copy"),
            "opening": self.tr("Opening it"),
        }


def _sentence(warning: str) -> str:
    """As a sentence of its own: a photo's name stays as it is."""
    return warning[0].upper() + warning[1:] if warning.startswith("the ") else warning
