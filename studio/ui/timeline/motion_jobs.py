"""Takes to and from motion files, beside the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.pose import Pose
from studio.drive.settings import DriveSettings
from studio.engine.job import Job, JobContext
from studio.session.pose_track import PoseTrack
from studio.session.takes import Take
from studio.ui.timeline.store import PackedTrack


def export_take(take: Take, path: Path) -> Job:
    """Write what a take plays; the suffix says how. Result: the path."""

    def work(context: JobContext) -> Path:
        from studio.drive.motion_files import write_motion

        write_motion(path, take.played())
        return path

    return Job(f"Exporting {take.name}", work, "file", f"writing {path.name}")


def import_take(path: Path, avatar: Any, base: Pose, settings: DriveSettings) -> Job:
    """Read a motion file and carry it over to an avatar. Result: ``PackedTrack``, from 0 on."""

    def work(context: JobContext) -> PackedTrack:
        from studio.drive.calibrate import Target
        from studio.drive.file_source import MotionFileSource
        from studio.drive.pipeline import driven
        from studio.drive.source import Origin

        source = MotionFileSource(path)
        if source.origin is Origin.AVATAR:
            # Poses of an avatar are shown as they are.
            first = float(source.track.times[0])
            return PackedTrack.of(source.track.shifted(-first))
        poses = []
        for each in driven(source, Target.of(avatar, base), settings):
            context.check()
            poses.append((each.seconds, each.pose))
        return PackedTrack.of(PoseTrack.of(poses))

    return Job(f"Importing {path.name}", work, "file", f"reading {path.name}")
