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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.evaluate.drive import (
    SIZE,
    BuildFrame,
    DrivenFrame,
    Driver,
    Pixels,
    other_person,
    same_person,
)
from models.evaluate.frame_score import (
    FrameScore,
    head_mask,
    identity_scores,
    mean_score,
    motion_scores,
    picture_scores,
)
from models.evaluate.measure import environment
from models.evaluate.metrics import Image
from models.evaluate.reading import read_face
from models.evaluate.report import Judges, finite, load_judges, reason
from models.evaluate.views import PHOTO, RenderableAvatar
from models.track.retarget import Retarget

YAW_GROUPS = ((0.0, 15.0), (15.0, 30.0), (30.0, 180.0))
"""Degrees between the head's yaw in source and driving frame: the three groups of Portrait4D's
table 1, whose limits its text does not print."""
TIMING = {
    "track": "decoded frame to motion (landmarks, then the fit), median of all frames; seconds",
    "render": "motion to finished 512x512 picture (retarget, rig, render), median; seconds",
}

OnFrame = Callable[["Drive", DrivenFrame, Image], None]


@dataclass(frozen=True)
class FrameRow:
    """The numbers of one frame, by its number, and its head's yaw less the source's, degrees."""

    frame: int
    yaw_difference: float
    score: FrameScore


@dataclass
class Drive:
    """One avatar driven by one video.

    Attributes:
        source, driver: names of the files; equal in the same-identity protocol.
        frames: frames that the video has; compared: the rows of those that were rendered.
        lost: frames in which the tracker did not see the driver's face.
        unread: rendered frames in which no face was found, in the render or in the truth.
        driver_jitter, driven_jitter: temporal jitter of the landmarks that were seen, and of those
            that the fitted head carries, over all frames, pixels of a 512 picture.
        track_seconds, render_seconds: see ``TIMING``.
    """

    source: str
    driver: str
    frames: int = 0
    compared: list[FrameRow] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    driver_jitter: float | None = None
    driven_jitter: float | None = None
    track_seconds: float | None = None
    render_seconds: float | None = None

    @property
    def same_person(self) -> bool:
        """Whether the avatar is the driver."""
        return self.source == self.driver

    @property
    def score(self) -> FrameScore:
        """Means over the compared frames."""
        return mean_score([row.score for row in self.compared])


@dataclass(frozen=True)
class Failure:
    """A file that could not be evaluated, and why."""

    source: str
    reason: str


@dataclass
class ReenactReport:
    """Everything one run found out."""

    stride: int
    driver: str | None = None
    drives: list[Drive] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[FrameRow]:
        """All compared frames."""
        return [row for drive in self.drives for row in drive.compared]

    def groups(self) -> list[tuple[tuple[float, float], int, FrameScore]]:
        """Limits, number of frames and means of the groups by yaw difference."""
        result = []
        for low, high in YAW_GROUPS:
            inside = [row.score for row in self.rows if low <= abs(row.yaw_difference) < high]
            result.append(((low, high), len(inside), mean_score(inside)))
        return result

    def to_json(self, **facts: Any) -> dict[str, Any]:
        """JSON-ready document; ``facts`` (device, samples per ray) are added to every row."""
        return {
            "protocol": "reenact same identity"
            if self.driver is None
            else "reenact cross identity",
            "environment": environment(),
            "timing": TIMING,
            "stride": self.stride,
            "rows": [self._row(drive, facts) for drive in self.drives],
            "mean": finite(asdict(mean_score([row.score for row in self.rows]))),
            "yaw_groups": [
                {"from_degrees": low, "to_degrees": high, "frames": count, **finite(asdict(score))}
                for (low, high), count, score in self.groups()
            ],
            "failures": [asdict(failure) for failure in self.failures],
            "notes": self.notes,
        }

    @staticmethod
    def _row(drive: Drive, facts: dict[str, Any]) -> dict[str, Any]:
        row = asdict(drive)
        row["mean"] = finite(asdict(drive.score))
        row["compared"] = [
            {"frame": r.frame, "yaw_difference": r.yaw_difference, **finite(asdict(r.score))}
            for r in drive.compared
        ]
        return {**row, "resolution": SIZE, **facts}


@dataclass(frozen=True)
class Protocol:
    """What one run uses throughout.

    ``build`` makes avatars; every ``stride``-th frame is compared; ``on_video`` is called before
    each video or source, ``on_frame`` with each compared frame and its render (for sheets).
    """

    build: BuildFrame
    stride: int = 10
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
    for seat in seats:
        drive = seat.drive
        drive.frames, drive.lost = track.frames, track.lost
        if jitter is not None:
            drive.driver_jitter, drive.driven_jitter = jitter
        if track.seconds:
            drive.track_seconds = statistics.median(track.seconds)
        if seat.seconds:
            drive.render_seconds = statistics.median(seat.seconds)


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
        pose = self.retarget.pose(frame.motion)
        camera = self.avatar.source_camera
        render = self.avatar.render(pose, camera, size=SIZE, background=PHOTO)
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
