"""What is done to several keys at once: from a timeline to a timeline, nothing else."""

from __future__ import annotations

from dataclasses import replace

from studio.session.channels import CHANNELS
from studio.session.curves import Curve, Easing
from studio.session.timeline import Timeline

KeyName = tuple[str, float]
"""Channel and seconds: a channel has one key at a time."""
Keys = frozenset[KeyName]


def all_keys(timeline: Timeline, channel: str | None = None) -> Keys:
    """Every key, or those of a channel."""
    return frozenset(
        (curve.channel, key.seconds)
        for curve in timeline.curves
        for key in curve.keys
        if channel in (None, curve.channel)
    )


def moved_keys(
    timeline: Timeline, keys: Keys, seconds: float, value: float = 0.0, of: str = ""
) -> tuple[Timeline, Keys]:
    """Keys moved together in time, those ``of`` a channel in value too; returns their new names.

    None comes to stand before 0, each stays within its channel's range, and what else stood where
    they land is replaced.
    """
    seconds = max(seconds, -min((moment for _, moment in keys), default=0.0))
    found: set[KeyName] = set()
    for channel in {channel for channel, _ in keys}:
        curve, (least, most) = timeline.curve(channel), CHANNELS[channel]
        rise = value if channel == of else 0.0
        moved = [
            replace(
                key,
                seconds=max(0.0, key.seconds + seconds),
                value=min(max(key.value + rise, least), most),
            )
            for key in curve.keys
            if (channel, key.seconds) in keys
        ]
        rest = tuple(key for key in curve.keys if (channel, key.seconds) not in keys)
        timeline = timeline.with_curve(replace(curve, keys=rest).with_keys(moved))
        found.update((channel, key.seconds) for key in moved)
    return timeline, frozenset(found)


def without_keys(timeline: Timeline, keys: Keys) -> Timeline:
    """Keys removed."""
    for channel in {channel for channel, _ in keys}:
        curve = timeline.curve(channel)
        rest = tuple(key for key in curve.keys if (channel, key.seconds) not in keys)
        timeline = timeline.with_curve(replace(curve, keys=rest))
    return timeline


def eased_keys(timeline: Timeline, keys: Keys, easing: Easing) -> Timeline:
    """Another easing from keys on."""
    for channel in {channel for channel, _ in keys}:
        curve = timeline.curve(channel)
        eased = tuple(
            replace(key, easing=easing) if (channel, key.seconds) in keys else key
            for key in curve.keys
        )
        timeline = timeline.with_curve(replace(curve, keys=eased))
    return timeline


def easings_of(timeline: Timeline, keys: Keys) -> set[Easing]:
    """How curves go on from keys."""
    return {
        key.easing
        for channel in {channel for channel, _ in keys}
        for key in timeline.curve(channel).keys
        if (channel, key.seconds) in keys
    }


def copied_keys(timeline: Timeline, keys: Keys) -> tuple[Curve, ...]:
    """The keys as curves, the first of them at 0."""
    begin = min((moment for _, moment in keys), default=0.0)
    return tuple(
        replace(curve, keys=chosen)
        for curve in timeline.curves
        if (
            chosen := tuple(
                replace(key, seconds=key.seconds - begin)
                for key in curve.keys
                if (curve.channel, key.seconds) in keys
            )
        )
    )


def pasted_keys(
    timeline: Timeline, copied: tuple[Curve, ...], seconds: float, channel: str
) -> tuple[Timeline, Keys]:
    """Copied keys laid in from a time on; those of a single curve go to ``channel``."""
    found: set[KeyName] = set()
    for each in copied:
        target = channel if len(copied) == 1 else each.channel
        least, most = CHANNELS[target]
        new = [
            replace(key, seconds=key.seconds + seconds, value=min(max(key.value, least), most))
            for key in each.keys
        ]
        timeline = timeline.with_curve(timeline.curve(target).with_keys(new))
        found.update((target, key.seconds) for key in new)
    return timeline, frozenset(found)
