"""Poses at even times, as films need them, from samples at any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from models.errors import BadInput
from models.pose import Pose
from studio.drive.pipeline import Driven
from studio.drive.source import Sample


def on_grid(driven: Iterable[Driven], rate: Fraction) -> Iterator[tuple[float, Pose]]:
    """Seconds and poses at 0, 1/rate, 2/rate ..., linear between samples, until the last one."""
    before: Driven | None = None
    count = 0
    for now in driven:
        while float(count / rate) <= now.seconds:
            seconds = float(count / rate)
            if before is None or now.seconds <= before.seconds:
                yield seconds, now.pose
            else:
                share = (seconds - before.seconds) / (now.seconds - before.seconds)
                yield seconds, before.pose.lerp(now.pose, share)
            count += 1
        before = now
    # Times of films are rounded: the last frame may stand a little before its even time.
    if before is not None and float((count - Fraction(1, 2)) / rate) < before.seconds:
        yield float(count / rate), before.pose


def once_seen(driven: Iterable[Driven], name: str) -> Iterator[Driven]:
    """The same samples, the first of them held back until somebody is seen.

    Raises ``BadInput`` when nobody ever is, before anything was given.
    """
    waiting: list[Driven] = []
    seen = False
    for each in driven:
        if seen:
            yield each
        elif each.present:
            seen = True
            yield from (*waiting, each)
        else:
            # Without its picture: a minute of them would fill the memory.
            waiting.append(replace(each, sample=Sample(each.seconds, None)))
    if not seen:
        raise BadInput(f"No face is found in {name}; show a face from the front, larger.")
