"""What a run of the reenactment protocols found out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from models.evaluate.drive import SIZE
from models.evaluate.frame_score import FrameScore, mean_score
from models.evaluate.measure import environment
from models.evaluate.report import finite

YAW_GROUPS = ((0.0, 15.0), (15.0, 30.0), (30.0, 180.0))
"""Degrees between the head's yaw in source and driving frame: the three groups of Portrait4D's
table 1, whose limits its text does not print."""
TIMING = {
    "track": "decoded frame to motion (landmarks, then the fit), median of all frames; seconds",
    "render": "motion to finished 512x512 picture (retarget, rig, render), median; seconds",
}


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
        still_driver, still_render: jitter of driver and render where the driver held still, read
            off the pictures one by one, percent of the eyes' distance: see ``stillness``.
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
    still_driver: float | None = None
    still_render: float | None = None
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
