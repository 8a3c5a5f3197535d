"""The reenactment protocols on a fake avatar and small films of the sample portrait."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from models.background import Background
from models.camera import Camera
from models.errors import BadInput
from models.evaluate import reenact
from models.evaluate.drive import Driver
from models.evaluate.filmstrip import Filmstrips
from models.evaluate.frame_score import FrameScore, head_mask, mean_score
from models.evaluate.reenact import Protocol, reenact_cross, reenact_same
from models.evaluate.reenact_report import ReenactReport
from models.evaluate.report import Judges
from models.evaluate.sources import find_sources, first_picture
from models.pose import Pose
from models.track.video import read_video
from tests.models.track.films import blank, head, panned, write_film


@dataclass
class FakeAvatar:
    """Renders the picture it was built from, whatever the pose."""

    source_crop: np.ndarray
    poses: list[Pose] = field(default_factory=list)
    source_pose: Pose = field(default_factory=Pose)
    source_camera: Camera = field(default_factory=Camera.orbit)

    @property
    def source_matte(self) -> np.ndarray:
        return np.ones((1, 512, 512), np.float32)

    def render(
        self,
        pose: Pose,
        camera: Camera,
        size: int = 512,
        *,
        background: Background | None = None,
        branch: str = "all",
    ) -> np.ndarray:
        self.poses.append(pose)
        return self.source_crop


@pytest.fixture(autouse=True)
def judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reenact, "load_judges", lambda: Judges(False, None, ("No LPIPS.",)))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven frames: still, then two pixels to the right a frame; the fifth shows nobody."""
    frames = [head(), head(), panned(2), panned(4), blank(), panned(8), panned(10)]
    return write_film(tmp_path_factory.mktemp("films") / "ada.mp4", frames)


@pytest.fixture(scope="module")
def crop(film: Path) -> np.ndarray:
    return Driver(film).crop.rgb


def untimed(report: ReenactReport) -> str:
    document = report.to_json(device="cpu", samples_per_ray=2)
    for row in document["rows"]:
        row["track_seconds"] = row["render_seconds"] = None
    return json.dumps(document, allow_nan=False)


def test_same_identity(film: Path, crop: np.ndarray) -> None:
    avatars: list[FakeAvatar] = []

    def build(rgb: np.ndarray, name: str) -> FakeAvatar:
        avatars.append(FakeAvatar(crop))
        return avatars[-1]

    report = reenact_same([film], Protocol(build, stride=1))
    (drive,) = report.drives
    assert (drive.frames, drive.lost, drive.unread) == (7, [4], [])
    assert [row.frame for row in drive.compared] == [1, 2, 3, 5, 6]
    first, last = drive.compared[0].score, drive.compared[-1].score
    assert first.psnr is not None and last.psnr is not None
    assert first.psnr > 28 > last.psnr  # the render stands still, the face moves away
    assert first.akd_pixels is not None and last.akd_pixels is not None
    assert first.akd_pixels < 3 < last.akd_pixels
    assert last.apd_degrees is not None and last.apd_degrees < 3
    assert last.lpips is None and last.csim is None
    shift = [float(pose.translation[0]) for pose in avatars[0].poses]
    assert shift[-1] > shift[1] > 0.004
    assert abs(shift[0]) < 0.004
    assert drive.driver_jitter is not None and drive.driven_jitter is not None


def test_stride_compares_fewer_but_follows_all(film: Path, crop: np.ndarray) -> None:
    seen: list[int] = []
    protocol = Protocol(
        lambda rgb, name: FakeAvatar(crop),
        stride=3,
        on_frame=lambda drive, frame, render: seen.append(frame.index),
    )
    report = reenact_same([film], protocol)
    (drive,) = report.drives
    assert seen == [row.frame for row in drive.compared] == [3, 6]
    assert drive.frames == 7
    assert drive.lost == [4]
    again = reenact_same([film], Protocol(lambda rgb, name: FakeAvatar(crop), stride=3))
    assert untimed(again) == untimed(report)


def test_one_bad_video_leaves_the_others(film: Path, crop: np.ndarray, tmp_path: Path) -> None:
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"no film")
    nobody = write_film(tmp_path / "nobody.mp4", [blank()] * 3)
    protocol = Protocol(lambda rgb, name: FakeAvatar(crop), stride=6)
    report = reenact_same([junk, nobody, film], protocol)
    assert [drive.source for drive in report.drives] == ["ada.mp4"]
    assert [failure.source for failure in report.failures] == ["junk.mp4", "nobody.mp4"]
    assert "not a video" in report.failures[0].reason
    assert "no face" in report.failures[1].reason
    assert report.notes == ["No LPIPS."]


def test_cross_identity(film: Path, crop: np.ndarray) -> None:
    def nobody() -> np.ndarray:
        raise BadInput("no face found in wall.jpg.")

    protocol = Protocol(lambda rgb, name: FakeAvatar(crop), stride=2)
    report = reenact_cross([("ben.jpg", head), ("wall.jpg", nobody)], film, protocol)
    (drive,) = report.drives
    assert (drive.source, drive.driver, drive.lost) == ("ben.jpg", "ada.mp4", [4])
    assert [row.frame for row in drive.compared] == [2, 6]
    score = drive.score
    assert score.psnr is None and score.akd_pixels is None  # there is no true frame
    assert score.aed is not None and 0 <= score.aed < 0.1
    assert [failure.source for failure in report.failures] == ["wall.jpg"]
    document = report.to_json(device="cpu")
    assert document["protocol"] == "reenact cross identity"
    assert document["rows"][0]["resolution"] == 512


def test_groups_by_yaw_and_means() -> None:
    report = ReenactReport(stride=1)
    drive = reenact.Drive("a", "a")
    for frame, (yaw, aed) in enumerate(((3.0, 0.1), (-14.0, 0.3), (20.0, 0.5), (-70.0, 0.7))):
        score = FrameScore(aed=aed, psnr=math.inf if frame == 0 else None)
        drive.compared.append(reenact.FrameRow(frame, yaw, score))
    report.drives.append(drive)
    groups = [(limits, count, score.aed) for limits, count, score in report.groups()]
    assert groups == [
        ((0.0, 15.0), 2, pytest.approx(0.2)),
        ((15.0, 30.0), 1, pytest.approx(0.5)),
        ((30.0, 180.0), 1, pytest.approx(0.7)),
    ]
    assert mean_score([row.score for row in report.rows]).aed == pytest.approx(0.4)
    assert mean_score([]).aed is None
    json.dumps(report.to_json(), allow_nan=False)


def test_the_head_mask_is_the_head(crop: np.ndarray) -> None:
    valid = np.ones((1, 512, 512), np.float32)
    valid[:, :, :40] = 0
    mask = head_mask(crop, valid)
    assert mask[0, 230:330, 230:290].min() > 0.8  # the middle of the face
    assert mask[0, :, :40].max() == 0
    assert mask[0, -20:].mean() < 0.2  # the suit


def test_sources(tmp_path: Path, film: Path, astronaut_png: Path) -> None:
    for name in ("b.mp4", "a.MOV", "c.jpg", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [p.name for p in find_sources(tmp_path, photos=False)] == ["a.MOV", "b.mp4"]
    assert len(find_sources(tmp_path, photos=True)) == 3
    assert find_sources(film, photos=False) == [film]
    for wrong in (tmp_path / "nowhere", tmp_path.parent / "empty"):
        (tmp_path.parent / "empty").mkdir(exist_ok=True)
        with pytest.raises(BadInput, match=wrong.name):
            find_sources(wrong, photos=False)
    assert first_picture(astronaut_png).shape == (512, 512, 3)
    assert np.array_equal(first_picture(film), next(read_video(film)).rgb)


def test_filmstrip(tmp_path: Path) -> None:
    strips = Filmstrips(columns=3, cell=64)
    assert not strips.save(tmp_path / "none.png")
    for name, count in (("a", 5), ("b", 2)):
        for frame in range(count):
            picture = np.full((3, 32, 32), frame / 10, np.float32)
            strips.add(name, frame, picture, picture)
    assert strips.save(tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 500
