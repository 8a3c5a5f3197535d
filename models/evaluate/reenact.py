"""The reenactment protocols of GOHA (section 4) and Portrait4D (section 4.2).

Same identity: the first frame of each video becomes an avatar, every ``stride``-th later frame
drives it, and the render from the source camera is compared with the true frame in the same,
fixed crop. Cross identity: one video drives the avatars of other videos' first frames, or of
photos; the render is compared with the source (identity) and the driving frame (expression, pose).
Identical inputs give identical numbers, apart from times.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.evaluate.drive import (
    SIZE,
    BuildFrame,
    DrivenFrame,
    Driver,
    Pixels,
    fixed_crop,
    other_person,
    same_person,
)
from models.evaluate.frame_score import (
    FrameScore,
    head_mask,
    identity_scores,
    motion_scores,
    picture_scores,
)
from models.evaluate.metrics import Image
from models.evaluate.reading import read_face
from models.evaluate.reenact_report import Drive, Failure, FrameRow, ReenactReport
from models.evaluate.report import Judges, load_judges, reason
from models.evaluate.stillness import Steady, jitter_of
from models.evaluate.views import PHOTO, RenderableAvatar
from models.pose import Pose
from models.track.motion import Motion
from models.track.retarget import Retarget

OnFrame = Callable[["Drive", DrivenFrame, Image], None]


@dataclass(frozen=True)
class Protocol:
    """What one run uses throughout.

    ``build`` makes avatars; every ``stride``-th frame is compared; ``steady`` is what films do to
    poses before they show them; ``on_video`` is called before each video or source, ``on_frame``
    with each compared frame and its render (for sheets).
    """

    build: BuildFrame
    stride: int = 10
    steady: Steady = lambda poses: [pose for _, pose in poses]
    on_video: Callable[[str], None] = lambda name: None
    on_frame: OnFrame = lambda drive, frame, render: None


def reenact_same(videos: Iterable[Path], protocol: Protocol) -> ReenactReport:
    """First frame to avatar, the rest drives it; a fault of one video leaves the others alone."""
    judges = load_judges()
    report = ReenactReport(protocol.stride, notes=list(judges.notes))
    for video in videos:
        protocol.on_video(video.name)
        try:
            driver = Driver(video)
            avatar = protocol.build(driver.first.rgb, video.name)
            drive = Drive(video.name, video.name)
            _run(driver, [(drive, avatar)], protocol, judges)
            report.drives.append(drive)
        except Exception as error:  # any fault of one video must leave the others their numbers
            report.failures.append(Failure(video.name, reason(error)))
    return report


def reenact_cross(
    sources: Iterable[tuple[str, Callable[[], Pixels]]], video: Path, protocol: Protocol
) -> ReenactReport:
    """``video`` drives the avatars of ``sources``: names, and how to get their pictures (H,W,3).

    Raises BadInput when the driving video cannot be used.
    """
    judges = load_judges()
    report = ReenactReport(protocol.stride, video.name, notes=list(judges.notes))
    driver = Driver(video)
    pairs: list[tuple[Drive, RenderableAvatar]] = []
    for name, picture in sources:
        protocol.on_video(name)
        try:
            pairs.append((Drive(name, video.name), protocol.build(picture(), name)))
        except Exception as error:  # as above
            report.failures.append(Failure(name, reason(error)))
    if pairs:
        protocol.on_video(video.name)
        _run(driver, pairs, protocol, judges)
    report.drives = [drive for drive, _ in pairs]
    return report


def _run(
    driver: Driver,
    pairs: Sequence[tuple[Drive, RenderableAvatar]],
    protocol: Protocol,
    judges: Judges,
) -> None:
    """Follow the video once and drive every avatar with each frame to compare."""
    seats = [_Seat(drive, avatar, judges) for drive, avatar in pairs]
    for performer, frame in driver.follow(protocol.stride):
        truth = _Truth(frame, driver, judges)
        for seat in seats:
            if seat.retarget is None:
                way = same_person if seat.drive.same_person else other_person
                seat.retarget = way(performer, seat.avatar)
            render = seat.play(frame, truth)
            protocol.on_frame(seat.drive, frame, render)
    track = driver.track
    jitter = track.jitter()
    _look_for_jitter(driver, seats, protocol.steady)
    for seat in seats:
        drive = seat.drive
        drive.frames, drive.lost = track.frames, track.lost
        if jitter is not None:
            drive.driver_jitter, drive.driven_jitter = jitter
        if track.seconds:
            drive.track_seconds = statistics.median(track.seconds)
        if seat.seconds:
            drive.render_seconds = statistics.median(seat.seconds)


def _look_for_jitter(driver: Driver, seats: Sequence[_Seat], steady: Steady) -> None:
    """Render the stillest stretch whole and compare its jitter with the driver's."""
    motions = driver.still.motions
    if not motions or all(seat.retarget is None for seat in seats):
        return
    seen = jitter_of([fixed_crop(each, driver.crop.matrix) for each in driver.still.pictures()])
    for seat in seats:
        seat.drive.still_driver = seen
        seat.drive.still_render = jitter_of(seat.film(motions, steady))


class _Truth:
    """What is measured on a driving frame once, whoever is driven."""

    def __init__(self, frame: DrivenFrame, driver: Driver, judges: Judges) -> None:
        self.image = frame.truth
        self.reading = read_face(frame.truth)
        self._valid = driver.valid

    def head(self) -> Image:
        """(1,512,512) where the true head is."""
        return head_mask(self.image, self._valid)


class _Seat:
    """One avatar while it is driven."""

    def __init__(self, drive: Drive, avatar: RenderableAvatar, judges: Judges) -> None:
        self.drive = drive
        self.avatar = avatar
        self.retarget: Retarget | None = None
        self.seconds: list[float] = []
        self._judges = judges
        embedder = judges.embedder
        self._source = None if embedder is None else embedder.embed(avatar.source_crop)
        self._reading = None if drive.same_person else read_face(avatar.source_crop)

    def play(self, frame: DrivenFrame, truth: _Truth) -> Image:
        """Render one frame and note its numbers."""
        assert self.retarget is not None
        start = time.perf_counter()
        render = self._render(self.retarget.pose(frame.motion))
        self.seconds.append(time.perf_counter() - start)
        same = self.drive.same_person
        numbers: dict[str, float | None] = {}
        if same:
            numbers |= picture_scores(render, truth.image, truth.head(), self._judges)
        numbers |= identity_scores(
            render, truth.image if same else None, self._source, self._judges
        )
        reading = read_face(render)
        if reading is None or truth.reading is None:
            self.drive.unread.append(frame.index)
        else:
            numbers |= motion_scores(reading, truth.reading, same_person=same)
        turned = frame.yaw
        if self._reading is not None and truth.reading is not None:
            turned = truth.reading.yaw - self._reading.yaw
        self.drive.compared.append(FrameRow(frame.index, turned, FrameScore(**numbers)))
        return render

    def film(self, motions: Sequence[Motion], steady: Steady) -> list[Image]:
        """Frames in a row, as a film shows them."""
        assert self.retarget is not None
        poses = [(motion.timestamp, self.retarget.pose(motion)) for motion in motions]
        return [self._render(pose) for pose in steady(poses)]

    def _render(self, pose: Pose) -> Image:
        return self.avatar.render(pose, self.avatar.source_camera, size=SIZE, background=PHOTO)
