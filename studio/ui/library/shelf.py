"""What the library shows: recent files with thumbnails, read beside the window's thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QImage

from studio.engine.job import Job, JobContext
from studio.session.recent import RecentFile, RecentFiles


@dataclass(frozen=True, eq=False)
class Book:
    """A recent file, whether it is there, and its picture (null without one)."""

    file: RecentFile
    exists: bool
    image: QImage = field(default_factory=QImage, repr=False)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.file.path

    @property
    def name(self) -> str:
        """For people."""
        return self.file.path.stem

    def matches(self, words: str) -> bool:
        """Whether every word is part of its path."""
        text = str(self.file.path).casefold()
        return all(word in text for word in words.casefold().split())


def read_shelf(recent: RecentFiles) -> Job:
    """Look at the recent files. Result: a list of ``Book``, most recent first.

    A job, as files on a network may let one wait.
    """

    def work(context: JobContext) -> list[Book]:
        books = []
        for file in recent.files:
            context.check()
            image = QImage() if file.thumbnail is None else QImage(str(file.thumbnail))
            books.append(Book(file, file.exists, image))
        return books

    return Job("Reading the library", work, "file", "reading the library")
