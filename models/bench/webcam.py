"""From a webcam's frame to the picture that answers it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.avatar import Avatar
from models.bench.building import frames_of
from models.bench.clock import Timing
from models.errors import BadInput
from models.track.performer import Performer
from models.track.retarget import Retarget
from models.track.tracker import FaceTracker

_RATE = 30.0
FILM_SIZE = 480


@dataclass(frozen=True)
class WebcamTimes:
    """Seconds of one frame of 480 x 480 pixels; capture and display are not in it.

    Attributes:
        landmarks: the landmarker following a face; solve: landmarks to the avatar's pose.
        render: pose to picture of ``size`` pixels; whole: all three.
        lost: frames without a face, which are not timed.
    """

    size: int
    landmarks: Timing
    solve: Timing
    render: Timing
    whole: Timing
    lost: int


def time_webcam(avatar: Avatar, size: int, frames: int, device: str) -> WebcamTimes:
    """Drive the avatar by a film of itself. Raises BadInput when its face is not found."""
    film = frames_of(avatar, frames, FILM_SIZE)
    rows: list[tuple[float, float, float]] = []
    lost = 0
    with FaceTracker(search=False) as tracker:
        rest = tracker.read(film[0], 0.0)
        if rest is None:
            raise BadInput("The tracker finds no face in renders of this avatar.")
        performer = Performer(rest, film[0])
        retarget = Retarget.between(performer, avatar.source_pose)
        for index, picture in enumerate([film[0], *film]):
            row = _follow(tracker, performer, retarget, avatar, picture, index, size, device)
            if row is None:
                lost += 1
            elif index > 0:
                rows.append(row)
    if not rows:
        raise BadInput("The tracker loses the face in renders of this avatar.")
    landmarks, solve, render = zip(*rows, strict=True)
    return WebcamTimes(
        size=size,
        landmarks=Timing.of(landmarks),
        solve=Timing.of(solve),
        render=Timing.of(render),
        whole=Timing.of([sum(row) for row in rows]),
        lost=lost,
    )


def _follow(
    tracker: FaceTracker,
    performer: Performer,
    retarget: Retarget,
    avatar: Avatar,
    picture: NDArray[np.uint8],
    index: int,
    size: int,
    device: str,
) -> tuple[float, float, float] | None:
    """Seconds of the three steps for one frame, None where the face is lost."""
    start = time.perf_counter()
    seen = tracker.read(picture, (index + 1) / _RATE)
    found = time.perf_counter()
    if seen is None:
        return None
    pose = retarget.pose(performer.follow(seen, picture))
    solved = time.perf_counter()
    avatar.render(pose, avatar.source_camera, size, device=device)
    return found - start, solved - found, time.perf_counter() - solved
