"""Pictures of presets on the open avatar, made one by one beside everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtGui import QImage

from models.pose import Pose
from studio.engine import jobs
from studio.ui.desk import Desk
from studio.ui.pixels import image_of

SIZE = 144
"""Pixels along a side; enough for a screen of double density."""


class Thumbnails:
    """Keeps the pictures of one avatar in one shape; those of another begin anew."""

    def __init__(self, desk: Desk, arrived: Callable[[Pose, QImage], None]) -> None:
        self._desk, self._arrived = desk, arrived
        self._handle: Any = None
        self._shape: tuple[float, ...] = ()
        self._pictures: dict[Pose, QImage] = {}
        self._job: int | None = None
        self._waiting: dict[str, Pose] = {}
        self._closed = False

    def picture(self, pose: Pose) -> QImage | None:
        """The picture of a pose if there is one already."""
        return self._pictures.get(pose)

    def belong_to(self, handle: Any) -> bool:
        """Whether the pictures are of this avatar."""
        return handle is self._handle

    def want(self, handle: Any, poses: Iterable[Pose], shape: tuple[float, ...] = ()) -> None:
        """Have the pictures of these poses made, in this order; None as avatar forgets them.

        ``shape`` changes the person, as in ``State``.
        """
        poses = list(poses)
        if handle is not self._handle or shape != self._shape:
            self._handle, self._shape = handle, shape
            self._pictures.clear()
            self._stop()
        missing = [pose for pose in dict.fromkeys(poses) if pose not in self._pictures]
        if missing == list(self._waiting.values()):
            return
        self._stop()
        if handle is None or not missing:
            return
        self._waiting = {str(index): pose for index, pose in enumerate(missing)}
        self._job = self._desk.submit(
            jobs.thumbnails(handle, self._waiting, SIZE, shape),
            partial=self._take,
            done=lambda _count: self._forget(),
            failed=lambda fault: self._desk.notice.emit(fault.sentence),
        )

    def close(self) -> None:
        """Stop for good; whoever waited is gone."""
        self._closed = True
        self._stop()

    def _take(self, thumbnail: jobs.Thumbnail) -> None:
        pose = self._waiting.get(thumbnail.name)
        if self._closed or pose is None:
            return
        self._pictures[pose] = image_of(thumbnail.picture)
        self._arrived(pose, self._pictures[pose])

    def _forget(self) -> None:
        self._job, self._waiting = None, {}

    def _stop(self) -> None:
        if self._job is not None:
            self._desk.engine.cancel(self._job)
        self._forget()
