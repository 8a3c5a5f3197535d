"""The session's timeline as a value, read and packed no more often than needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.errors import BadInput
from studio.session.pose_parts import PARTS
from studio.session.pose_track import PoseTrack
from studio.session.session import Session
from studio.session.takes import Take
from studio.session.timeline import Timeline

_REMEMBERED = 64


@dataclass(frozen=True, eq=False)
class PackedTrack:
    """Poses, and a take of them as JSON."""

    track: PoseTrack
    document: Mapping[str, Any]

    @classmethod
    def of(cls, track: PoseTrack) -> PackedTrack:
        """Pack poses: for a worker, as it takes 20 ms for each minute."""
        return cls(track, Timeline((Take("poses", track),)).to_json()["takes"][0])


class TimelineStore:
    """Reads and changes ``session.state.timeline``.

    Packing and reading a take's poses costs milliseconds a minute: tracks never change, so each
    is packed once, and the documents of the last steps are remembered with what they say.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: list[tuple[Mapping[str, Any], Timeline]] = []
        self._packed: list[tuple[PoseTrack, dict[str, Any]]] = []

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
        except BadInput:
            timeline = Timeline()
        self._remember(document, timeline)
        return timeline

    def change(self, label: str, timeline: Timeline, merge: str | None = None) -> bool:
        """Change it, one step; False when nothing differs."""
        if timeline == self.timeline:
            return False
        document = self._document(timeline)
        if document is not None:
            self._remember(document, timeline)
        return self._session.change(label, merge=merge, timeline=document)

    def put_take(
        self,
        label: str,
        poses: PackedTrack,
        stem: str,
        start: float,
        parts: frozenset[str] = frozenset(PARTS),
    ) -> str:
        """Lay poses on top as a take, one step; returns its name.

        ``{0}`` in the label stands for the name: the stem, or with a number where it is taken.
        """
        timeline = self.timeline
        taken = {take.name for take in timeline.takes}
        name = timeline.free_name(stem) if stem in taken or not stem else stem
        self._packed.append((poses.track, dict(poses.document)))
        take = Take(name, poses.track, start, parts=parts)
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

    def _document(self, timeline: Timeline) -> dict[str, Any] | None:
        if timeline == Timeline():
            return None
        rest = replace(timeline, takes=()).to_json()
        takes = [self._take(take) for take in timeline.takes]
        self._packed = [
            (track, packed)
            for track, packed in self._packed
            if any(take.track is track for take in timeline.takes)
        ]
        return {**rest, "takes": takes}

    def _take(self, take: Take) -> dict[str, Any]:
        return {
            **self._poses(take.track),
            "name": take.name,
            "start": take.start,
            "trim": list(take.trim),
            "loops": take.loops,
            "parts": sorted(take.parts),
            "weight": take.weight,
            "muted": take.muted,
        }

    def _poses(self, track: PoseTrack) -> dict[str, Any]:
        for known, packed in self._packed:
            if known is track:
                return packed
        found = dict(PackedTrack.of(track).document)
        self._packed.append((track, found))
        return found
