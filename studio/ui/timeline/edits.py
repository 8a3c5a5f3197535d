"""What is done to takes and keys: from a timeline to a timeline, nothing else."""

from __future__ import annotations

from dataclasses import replace

from studio.session.takes import Take
from studio.session.timeline import Timeline

SHORTEST = 0.05
"""Seconds that trimming leaves."""


def moved_take(timeline: Timeline, name: str, start: float) -> Timeline:
    """A take that begins elsewhere, not before 0."""
    return timeline.with_take_changed(name, replace(timeline.take(name), start=max(0.0, start)))


def trimmed_begin(timeline: Timeline, name: str, seconds: float) -> Timeline:
    """A take that begins at ``seconds`` of the timeline; what is left stays where it was."""
    take = timeline.take(name)
    first, last = float(take.track.times[0]), take.trim[1]
    begin = min(max(take.trim[0] + seconds - take.start, first), last - SHORTEST)
    if begin < first or take.start + begin - take.trim[0] < 0.0:
        return timeline
    start = take.start + begin - take.trim[0]
    return timeline.with_take_changed(name, replace(take, trim=(begin, last), start=start))


def trimmed_end(timeline: Timeline, name: str, seconds: float) -> Timeline:
    """A take whose first run ends at ``seconds`` of the timeline."""
    take = timeline.take(name)
    begin, last = take.trim[0], float(take.track.times[-1])
    end = min(max(begin + seconds - take.start, begin + SHORTEST), last)
    return timeline if end <= begin else timeline.with_take_changed(name, take.trimmed(begin, end))


def with_mute_toggled(timeline: Timeline, name: str) -> Timeline:
    """A take muted, or not any more."""
    take = timeline.take(name)
    return timeline.with_take_changed(name, replace(take, muted=not take.muted))


def changed_take(timeline: Timeline, name: str, take: Take) -> Timeline:
    """A take changed; a name that another has keeps the old one."""
    taken = {other.name for other in timeline.takes} - {name}
    return timeline.with_take_changed(name, take) if take.name not in taken else timeline


def lifted_take(timeline: Timeline, name: str, by: int) -> Timeline:
    """A take ``by`` layers up, or down for less than 0."""
    place = [take.name for take in timeline.takes].index(name) + by
    return timeline.with_take_moved(name, min(max(place, 0), len(timeline.takes) - 1))
