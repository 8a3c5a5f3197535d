"""The timeline: takes that layer, and curves over them; an immutable value.

``Session.change("Record", timeline=timeline.to_json())`` puts it into the state, so that it is
undone and saved with everything else; ``Timeline.from_json(session.state.timeline)`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.pose import Pose
from studio.session.channels import CHANNELS, with_channels
from studio.session.curves import APART, Curve, Key
from studio.session.takes import Take
from studio.session.view import View


@dataclass(frozen=True)
class Timeline:
    """What happens over time.

    Attributes:
        takes: the first lies at the bottom; names are unique.
        curves: at most one for each channel; they lie over the takes.
        loop: first and last second that are played again and again, None for once.
    """

    takes: tuple[Take, ...] = ()
    curves: tuple[Curve, ...] = ()
    loop: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse doubles, unknown channels and an empty loop, ``ValueError``."""
        names = [take.name for take in self.takes]
        channels = [curve.channel for curve in self.curves]
        if len(set(names)) != len(names) or len(set(channels)) != len(channels):
            raise ValueError("a take or a channel is there twice")
        unknown = [channel for channel in channels if channel not in CHANNELS]
        if unknown:
            raise ValueError(f"there is no channel {unknown[0]}")
        if self.loop is not None and not 0.0 <= self.loop[0] < self.loop[1]:
            raise ValueError("the loop is empty")

    @property
    def duration(self) -> float:
        """Seconds until the last take ends and the last key stands."""
        ends = [take.end for take in self.takes]
        ends += [curve.keys[-1].seconds for curve in self.curves if curve.keys]
        return max(ends, default=0.0)

    def wrapped(self, seconds: float) -> float:
        """Where playing stands after ``seconds``, the loop counted."""
        if self.loop is None or seconds < self.loop[1]:
            return seconds
        first, last = self.loop
        return first + (seconds - first) % (last - first)

    def at(self, seconds: float, pose: Pose, view: View) -> tuple[Pose, View]:
        """Pose and view at a time, laid over those given."""
        for take in self.takes:
            pose = take.laid_over(pose, seconds)
        values = {curve.channel: curve.at(seconds) for curve in self.curves if curve.keys}
        return with_channels(pose, view, values)

    def take(self, name: str) -> Take:
        """The take of a name. Raises ``KeyError``."""
        for take in self.takes:
            if take.name == name:
                return take
        raise KeyError(name)

    def free_name(self, stem: str = "Take") -> str:
        """``Take 1``, or the first number that is not there yet."""
        names = {take.name for take in self.takes}
        number = 1
        while f"{stem} {number}" in names:
            number += 1
        return f"{stem} {number}"

    def with_take(self, take: Take) -> Timeline:
        """A take laid on top, or in place of the one that has its name."""
        if any(other.name == take.name for other in self.takes):
            return self.with_take_changed(take.name, take)
        return replace(self, takes=(*self.takes, take))

    def with_take_changed(self, name: str, take: Take) -> Timeline:
        """The take of a name replaced, its place kept. Raises ``KeyError``."""
        self.take(name)
        return replace(self, takes=tuple(take if t.name == name else t for t in self.takes))

    def without_take(self, name: str) -> Timeline:
        """A take removed."""
        return replace(self, takes=tuple(take for take in self.takes if take.name != name))

    def with_take_moved(self, name: str, place: int) -> Timeline:
        """A take at another place in the order, 0 is the bottom. Raises ``KeyError``."""
        take = self.take(name)
        others = [other for other in self.takes if other.name != name]
        others.insert(place, take)
        return replace(self, takes=tuple(others))

    def curve(self, channel: str) -> Curve:
        """The curve of a channel, an empty one where there is none."""
        found = [curve for curve in self.curves if curve.channel == channel]
        return found[0] if found else Curve(channel)

    def with_curve(self, curve: Curve) -> Timeline:
        """A curve set, its place kept; one without keys is removed."""
        places = {other.channel: other for other in self.curves} | {curve.channel: curve}
        return replace(self, curves=tuple(each for each in places.values() if each.keys))

    def with_keys(self, seconds: float, values: Mapping[str, float]) -> Timeline:
        """Keys of several channels at one time, their values brought into the channels' ranges.

        One that stands there takes the value and keeps its easing.
        """
        timeline = self
        for channel, value in values.items():
            curve, (least, most) = timeline.curve(channel), CHANNELS[channel]
            there = [key for key in curve.keys if abs(key.seconds - seconds) < APART]
            key = there[0] if there else Key(max(0.0, seconds), 0.0)
            key = replace(key, value=min(max(value, least), most))
            timeline = timeline.with_curve(curve.with_keys([key]))
        return timeline

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; takes are packed, see ``timeline_json``."""
        from studio.session.timeline_json import timeline_document

        return timeline_document(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | None) -> Timeline:
        """Read what ``to_json`` gives; None is an empty one. Raises ``BadInput``."""
        from studio.session.timeline_json import read_timeline

        return cls() if document is None else read_timeline(document)
