"""The avatar drives itself: a film of it is made, followed, recorded and keyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.background import Background
from models.pose import PRESETS, Pose
from studio.deliver.clip import write_clip
from studio.engine.job import Job
from studio.ui.drive.choice import SourceChoice, SourceKind
from studio.ui.drive.driving import driving_of
from studio.ui.drive.phase import Phase
from studio.ui.timeline.playing import playing_of
from tests.screenshots.photographer import Photographer

_SIZE, _FRAMES = 320, 60


def performance(camera: Photographer) -> None:
    """Driving and the timeline."""
    camera.panel("drive", "panel-drive-at-rest")
    camera.panel("timeline", "panel-timeline-empty")
    film = _film(camera)
    driving, playing = driving_of(camera.window.desk), playing_of(camera.window.desk)
    camera.window.docks.reveal("drive")
    driving.choose(SourceChoice(SourceKind.VIDEO, path=film))
    driving.start()
    camera.driver.until(lambda: driving.phase is Phase.RUNNING, 120.0)
    camera.driver.wait(1.0)
    driving.rest()
    driving.record(True)
    camera.window.docks.reveal("signals")
    camera.driver.wait(5.0)
    camera.take("panel-drive")
    camera.window.docks.reveal("pose")
    camera.driver.wait(1.0)
    camera.take("panel-pose-live")
    camera.window.docks.reveal("drive")
    driving.record(False)
    driving.stop()
    camera.driver.until(lambda: driving.phase is Phase.IDLE, 30.0)
    camera.settle()
    _keys(camera)
    playing.seek(1.2)
    camera.panel("timeline")
    playing.stop()


def _keys(camera: Photographer) -> None:
    playing = playing_of(camera.window.desk)
    camera.window.docks.reveal("timeline")
    playing.choose("camera.yaw")
    for seconds, degrees in ((0.0, -15.0), (1.5, 20.0), (3.0, 0.0)):
        playing.seek(seconds)
        playing.put_key(degrees)
    # Over what the take does to it.
    playing.choose("jawOpen")
    for seconds, amount in ((0.5, 0.1), (1.2, 0.5), (2.0, 0.2)):
        playing.seek(seconds)
        playing.put_key(amount)


def _film(camera: Photographer) -> Path:
    """A film of the open avatar that smiles, speaks, blinks and turns its head."""
    path = camera.scratch / "Performer.mp4"
    avatar = camera.session.avatar
    assert avatar is not None
    done: list[object] = []
    pictures = _pictures(avatar.handle)
    job = Job("Filming", lambda context: write_clip(path, pictures, _SIZE), "file", "filming")
    camera.window.desk.submit(job, done=lambda _: done.append(path))
    camera.driver.until(lambda: bool(done), 240.0)
    return path


def _pictures(handle) -> Iterator[NDArray[np.float32]]:
    for index in range(_FRAMES):
        time = index / _FRAMES
        face = Pose.neutral().lerp(PRESETS["smile"], np.sin(np.pi * time) ** 2)
        face = face.with_blendshapes({"jawOpen": 0.3 * np.sin(5 * np.pi * time) ** 2})
        pose = face.replace(head=(0.0, 0.25 * np.sin(2 * np.pi * time), 0.0))
        behind = Background("photo")
        yield handle.render(pose, handle.source_camera, _SIZE, background=behind, samples=1)[:3]
