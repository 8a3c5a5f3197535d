"""Drive an avatar with a video as the reenactment protocols do: who drives, and frame by frame."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.evaluate.metrics import Image, Mask
from models.evaluate.motion import temporal_jitter
from models.evaluate.stillness import StillestStretch
from models.evaluate.views import RenderableAvatar
from models.portrait.crop import Crop, crop_portrait
from models.portrait.detect import choose_face, detect_faces
from models.portrait.resample import warp
from models.track.motion import Motion
from models.track.observation import Observation
from models.track.performer import Performer
from models.track.retarget import Retarget
from models.track.tracker import FaceTracker
from models.track.video import VideoFrame, read_video

Pixels = NDArray[np.uint8]
BuildFrame = Callable[[Pixels, str], RenderableAvatar]
"""Makes an avatar of a picture (H, W, 3) that is called by a name in messages."""

SIZE = 512


@dataclass(frozen=True)
class DrivenFrame:
    """One frame of a driving video.

    Attributes:
        index: number of the frame; motion: what the performer does.
        truth: the frame in the fixed crop of the first frame, (3,512,512).
        yaw: degrees by which the head has turned sideways since the first frame.
    """

    index: int
    motion: Motion
    truth: Image
    yaw: float


@dataclass
class Track:
    """What following one video has shown so far.

    Attributes:
        frames: how many there were; lost: the numbers of those without the face.
        seen, carried: (468, 2) landmarks of the followed frames as the tracker saw them and as the
            fitted head carries them, in 0..1 of the crop.
        seconds: spent on each followed frame, landmarks and fit.
    """

    frames: int = 0
    lost: list[int] = field(default_factory=list)
    seen: list[NDArray[np.float32]] = field(default_factory=list)
    carried: list[NDArray[np.float32]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def jitter(self) -> tuple[float, float] | None:
        """Temporal jitter of the seen and of the carried landmarks, None below three frames."""
        if len(self.seen) < 3:
            return None
        return temporal_jitter(np.stack(self.seen)), temporal_jitter(np.stack(self.carried))


class Driver:
    """One driving video, followed from its first frame, which is the performer's rest.

    Attributes:
        video, first: the file and its first frame; crop: of that frame, kept for all of them.
        track, still: what following has shown so far.
    """

    def __init__(self, video: Path) -> None:
        """Read the first frame. Raises BadInput when it cannot be read or shows no face."""
        self.video = video
        self._frames = read_video(video)
        self.first = next(self._frames)
        self.crop = source_crop(self.first.rgb, video.name)
        self.track = Track()
        self.still = StillestStretch()

    @property
    def valid(self) -> Mask:
        """(1,512,512) 1 where the crop lies inside the frame."""
        return self.crop.valid

    def follow(self, stride: int) -> Iterator[tuple[Performer, DrivenFrame]]:
        """Track every frame; give every ``stride``-th one after the first in which a face is found.

        Can be run once.
        """
        performer: Performer | None = None
        with FaceTracker() as tracker:
            for frame in self._all_frames():
                start = time.perf_counter()
                seen = tracker.read(frame.rgb, frame.seconds)
                self.track.frames += 1
                if seen is None:
                    self.track.lost.append(frame.index)
                    self.still.broken()
                    continue
                if performer is None:
                    performer = Performer(seen, frame.rgb, self.crop.matrix)
                    first_yaw = seen.yaw
                    start = time.perf_counter()
                motion = performer.follow(seen, frame.rgb)
                self._note(performer, motion, seen, time.perf_counter() - start)
                self.still.note(frame.rgb, motion, self.track.seen[-1])
                if frame.index % stride == 0 and frame.index > 0:
                    truth = fixed_crop(frame.rgb, self.crop.matrix)
                    yield performer, DrivenFrame(frame.index, motion, truth, seen.yaw - first_yaw)

    def _all_frames(self) -> Iterator[VideoFrame]:
        yield self.first
        yield from self._frames

    def _note(
        self, performer: Performer, motion: Motion, seen: Observation, seconds: float
    ) -> None:
        flat = seen.mapped(performer.square).landmarks[:468, :2] / SIZE
        self.track.seen.append(flat.astype(np.float32))
        self.track.carried.append(performer.landmarks(motion).astype(np.float32))
        self.track.seconds.append(seconds)


def source_crop(rgb: Pixels, name: str) -> Crop:
    """The crop that a build takes of a picture (H, W, 3). Raises BadInput without a face."""
    picture = rgb.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    return crop_portrait(picture, choose_face(detect_faces(picture), None, name))


def fixed_crop(rgb: Pixels, matrix: NDArray[np.float64]) -> Image:
    """The part (3,512,512) of a frame (H, W, 3) that the crop ``matrix`` (2,3) shows."""
    picture = rgb.astype(np.float32) / np.float32(255)
    part = np.clip(warp(picture, matrix, SIZE), 0.0, 1.0)
    return np.ascontiguousarray(part.transpose(2, 0, 1), np.float32)


def same_person(performer: Performer, avatar: RenderableAvatar) -> Retarget:
    """Motion relative to the first frame, size included: the avatar is the performer."""
    return Retarget.between(performer, avatar.source_pose, steady_depth=False)


def other_person(performer: Performer, avatar: RenderableAvatar) -> Retarget:
    """Expression and head direction as the performer shows them to the camera."""
    camera: Camera = avatar.source_camera
    return Retarget.between(performer, avatar.source_pose, relative=False, camera=camera)
