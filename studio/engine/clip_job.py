"""The timeline as a film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from studio.engine.job import Job, JobContext
from studio.engine.pacer import Quality
from studio.engine.request import FrameRequest
from studio.session.baked import frame_count, frames
from studio.session.look import BackgroundKind
from studio.session.state import State
from studio.session.timeline import Timeline


def export_clip(state: State, timeline: Timeline, path: Path, rate: int) -> Job:
    """Render the timeline over the session and write it as .mp4. Result: the path.

    It is as large as the look's resolution, and shows the look's mode and background; ``rate`` is
    frames a second. A cancelled clip leaves no file.
    """

    def work(context: JobContext) -> Path:
        from studio.deliver.clip import write_clip

        if state.look.background == BackgroundKind.TRANSPARENT:
            raise BadInput("A film in .mp4 cannot be transparent; choose another background.")
        size = state.look.resolution // 2 * 2
        pictures = _pictures(context, state, timeline, rate, size)
        write_clip(path, pictures, size, rate=Fraction(rate))
        return path

    # Not among the files: saving would wait until the film is done.
    return Job(f"Exporting {path.name}", work, "build", f"exporting {path.name}")


def _pictures(
    context: JobContext, state: State, timeline: Timeline, rate: int, size: int
) -> Iterator[NDArray[np.float32]]:
    """Pictures (3, size, size) one by one."""
    quality = Quality(size, state.look.samples)
    count = frame_count(timeline, rate)
    for number, (_, pose, view) in enumerate(frames(timeline, state.pose, state.view, rate)):
        context.progress("rendering", number / count)
        shown = replace(state, pose=pose, view=view)
        picture = context.render(FrameRequest.of(shown, quality)).picture
        if len(picture) != size:
            # Modes of a lower resolution are shown as squares.
            rows = np.arange(size) * len(picture) // size
            picture = picture[rows][:, rows]
        yield np.asarray(picture[..., :3].transpose(2, 0, 1), np.float32) / np.float32(255)
