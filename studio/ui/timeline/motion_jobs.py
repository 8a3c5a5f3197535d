"""Takes to and from motion files, beside the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.pose import Pose
from studio.drive.settings import DriveSettings
from studio.engine.events import Notice
from studio.engine.job import Job, JobContext
from studio.session.baked import baking_rate, frame_count, frames
from studio.session.pose_track import PoseTrack
from studio.session.state import State
from studio.session.takes import Take
from studio.session.timeline import Timeline
from studio.session.timeline_json import packed


def export_take(take: Take, path: Path) -> Job:
    """Write what a take plays; the suffix says how. Result: the path."""

    def work(context: JobContext) -> Path:
        from studio.drive.motion_files import write_motion

        write_motion(path, take.played())
        return path

    return Job(f"Exporting {take.name}", work, "file", f"writing {path.name}")


def export_whole(timeline: Timeline, state: State, path: Path) -> Job:
    """Write takes and keys together, laid over the session's pose. Result: the path."""

    def work(context: JobContext) -> Path:
        from studio.drive.motion_files import write_motion

        rate = baking_rate(timeline)
        count = frame_count(timeline, rate)
        poses: list[tuple[float, Pose]] = []
        for seconds, pose, _ in frames(timeline, state.pose, state.view, rate):
            context.progress("baking", len(poses) / count)
            poses.append((seconds, pose))
        write_motion(path, PoseTrack.of(poses))
        return path

    return Job("Exporting the motion", work, "file", f"writing {path.name}")


def import_take(
    path: Path, avatar: Any, base: Pose, settings: DriveSettings, flame: Path | None = None
) -> Job:
    """Read a motion file and carry it over to an avatar. Result: ``PoseTrack``, from 0 on, packed.

    ``flame`` is the user's FLAME file, by which FLAME's expression reaches open heads.
    """

    def work(context: JobContext) -> PoseTrack:
        from studio.drive.calibrate import Target
        from studio.drive.file_source import MotionFileSource
        from studio.drive.lookahead import driven
        from studio.drive.source import Origin

        source = MotionFileSource(path, avatar=avatar, flame=flame)
        if source.warning is not None:
            context.engine.deliver(Notice(source.warning))
        if source.origin is Origin.AVATAR:
            # Poses of an avatar are shown as they are.
            first = float(source.track.times[0])
            return packed(source.track.shifted(-first))
        poses = []
        for each in driven(source, Target.of(avatar, base), settings):
            context.check()
            poses.append((each.seconds, each.pose))
        return packed(PoseTrack.of(poses))

    return Job(f"Importing {path.name}", work, "file", f"reading {path.name}")
