"""The session's timeline as a value, read and packed no more often than needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.errors import BadInput
from studio.session.pose_parts import PARTS
from studio.session.pose_track import PoseTrack
from studio.session.session import Session
from studio.session.takes import Take
from studio.session.timeline import Timeline

_REMEMBERED = 64


class TimelineStore:
    """Reads and changes ``session.state.timeline``.

    Reading a take's poses costs milliseconds a minute: the documents of the last steps are
    remembered with what they say.
    """

    def __init__(self, session: Session, tell: Callable[[str], object]) -> None:
        """``tell`` gets a sentence about a timeline that cannot be read, once."""
        self._session, self._tell = session, tell
        self._read: list[tuple[Mapping[str, Any], Timeline]] = []

    @property
    def timeline(self) -> Timeline:
        """What is there now; empty when it cannot be read."""
        document = self._session.state.timeline
        if document is None:
            return Timeline()
        for known, timeline in self._read:
            if known is document:
                return timeline
        try:
            timeline = Timeline.from_json(document)
        except BadInput as error:
            self._tell(str(error))
            timeline = Timeline()
        self._remember(document, timeline)
        return timeline

    def change(self, label: str, timeline: Timeline, merge: str | None = None) -> bool:
        """Change it, one step; False when nothing differs."""
        if timeline == self.timeline:
            return False
        document = None if timeline == Timeline() else timeline.to_json()
        if document is not None:
            self._remember(document, timeline)
        return self._session.change(label, merge=merge, timeline=document)

    def put_take(
        self,
        label: str,
        track: PoseTrack,
        stem: str,
        start: float,
        parts: frozenset[str] = frozenset(PARTS),
    ) -> str:
        """Lay poses, best packed before, on top as a take, one step; returns its name.

        ``{0}`` in the label stands for the name: the stem, or with a number where it is taken.
        """
        timeline = self.timeline
        taken = {take.name for take in timeline.takes}
        name = timeline.free_name(stem) if stem in taken or not stem else stem
        take = Take(name, track, start, parts=parts)
        self.change(label.format(name), timeline.with_take(take))
        return name

    def begin(self, label: str) -> None:
        """Begin a drag: all changes until ``end`` are one step."""
        self._session.begin(label)

    def end(self, *, keep: bool = True) -> None:
        """End a drag, or take back what it did."""
        if keep:
            self._session.end()
        else:
            self._session.cancel()

    def _remember(self, document: Mapping[str, Any], timeline: Timeline) -> None:
        self._read = [*self._read[1 - _REMEMBERED :], (document, timeline)]
