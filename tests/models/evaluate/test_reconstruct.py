"""The reconstruction protocol and the avatar sheets on a fake avatar."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from models.background import Background
from models.camera import Camera
from models.errors import BadInput, MissingAsset
from models.evaluate import reconstruct, views
from models.evaluate import report as shared
from models.evaluate.measure import StageClock, environment, median_seconds, peak_memory_bytes
from models.evaluate.reconstruct import Report, evaluate_photos, find_photos, summarise
from models.evaluate.report import Judges
from models.evaluate.sheet import label_height
from models.pose import PRESETS, Pose

ERROR = 0.1
NECK = np.array((0, 0.2, 0), np.float32)


@dataclass
class FakeAvatar:
    """Renders its photo, off by ERROR; greener the farther the camera orbits."""

    source_pose: Pose = field(
        default_factory=lambda: Pose(neck=NECK).with_blendshapes({"jawOpen": 0.5})
    )
    source_camera: Camera = field(default_factory=lambda: Camera.orbit(yaw=5))
    calls: list[tuple[Pose, Camera, int, Background | None, str]] = field(default_factory=list)

    @property
    def source_crop(self) -> np.ndarray:
        return np.full((3, 512, 512), 0.5, np.float32)

    @property
    def source_matte(self) -> np.ndarray:
        matte = np.zeros((1, 512, 512), np.float32)
        matte[:, 100:400, 100:400] = 1
        return matte

    def render(
        self,
        pose: Pose,
        camera: Camera,
        size: int = 512,
        *,
        background: Background | None = None,
        branch: str = "all",
    ) -> np.ndarray:
        self.calls.append((pose, camera, size, background, branch))
        cosine = np.clip(camera.forward @ self.source_camera.forward, -1, 1)
        turned = math.degrees(math.acos(cosine))
        picture = np.full((3, size, size), 0.5 + ERROR, np.float32)
        picture[1] += turned / 100
        return picture


class FakeEmbedder:
    """Similarity 1 minus a hundredth a degree; loses the face beyond 42 degrees."""

    def embed(self, image: np.ndarray) -> np.ndarray | None:
        turned = max(0.0, float(image[1].mean() - image[0].mean())) * 100
        if turned > 42:
            return None
        cosine = 1 - turned / 100
        return np.array((cosine, math.sqrt(max(0, 1 - cosine**2))), np.float32)


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconstruct, "load_judges", lambda: Judges(True, FakeEmbedder()))
    monkeypatch.setattr(reconstruct, "lpips", lambda a, b, mask: 0.25)


def build(photo: Path, on_stage: Callable[[str], None]) -> FakeAvatar:
    on_stage("portrait")
    if photo.stem == "dog":
        raise BadInput(f"no face found in {photo.name}; try a larger or more frontal photo.")
    if photo.stem == "crash":
        raise ZeroDivisionError("by zero")
    on_stage("bake")
    return FakeAvatar()


def run(*names: str) -> Report:
    return evaluate_photos([Path(name) for name in names], build)


def test_numbers(judges: None) -> None:
    (row,) = run("ada.jpg").rows
    assert row.photo == "ada.jpg"
    assert row.psnr == pytest.approx(20, abs=1e-3)
    assert row.l1 == pytest.approx(ERROR, abs=1e-6)
    assert row.lpips == 0.25
    assert 0.9 < row.ssim < 1
    assert row.csim[0] == pytest.approx(1, abs=1e-4)
    assert row.csim[-20] == pytest.approx(0.8, abs=1e-3)
    assert row.csim[40] == pytest.approx(0.6, abs=1e-3)
    assert row.csim[45] is None
    assert set(row.build_stages) == {"portrait", "bake"}
    assert row.build_seconds >= sum(row.build_stages.values()) > 0
    assert row.frame_512_seconds > row.frame_256_seconds > 0
    assert row.build_peak_mb > 10 < row.render_peak_mb


def test_failures_are_listed_and_the_rest_goes_on(judges: None) -> None:
    seen: list[str] = []
    report = evaluate_photos(
        [Path("dog.jpg"), Path("ada.jpg"), Path("crash.png"), Path("bob.jpg")],
        build,
        on_avatar=lambda photo, avatar: seen.append(photo.name),
    )
    assert [row.photo for row in report.rows] == seen == ["ada.jpg", "bob.jpg"]
    assert [failure.photo for failure in report.failures] == ["dog.jpg", "crash.png"]
    assert "no face found in dog.jpg" in report.failures[0].reason
    assert report.failures[1].reason == "ZeroDivisionError: by zero"


def test_same_input_same_numbers(judges: None) -> None:
    def steady(report: Report) -> list[dict[str, object]]:
        rows = json.loads(json.dumps(report.to_json(device="cpu")))["rows"]
        varying = ("seconds", "peak_mb", "stages")
        return [{k: v for k, v in row.items() if not k.endswith(varying)} for row in rows]

    first, second = steady(run("ada.jpg")), steady(run("ada.jpg"))
    assert first == second
    assert first[0]["device"] == "cpu"
    assert first[0]["csim"]["45"] is None  # type: ignore[index]


def test_frames_are_timed_on_changing_poses(judges: None) -> None:
    avatar = FakeAvatar()
    reconstruct.frame_seconds(avatar, 256, frames=4)
    assert {call[2] for call in avatar.calls} == {256}
    assert len({call[0] for call in avatar.calls}) == 4
    assert len(avatar.calls) == 4 + 2


def test_summary(judges: None) -> None:
    report = run("ada.jpg", "bob.jpg")
    found = summarise(report.rows)
    assert found["psnr"].median == pytest.approx(20, abs=1e-3)
    assert (found["csim_20"].count, found["csim_20"].missing) == (4, 0)
    assert found["csim_40"].worst == pytest.approx(0.6, abs=1e-3)
    assert found["csim_45"] == reconstruct.Summary(None, None, 0, 4)
    better = report.rows[0]
    worse = replace(better, psnr=10.0, lpips=0.75)
    found = summarise([better, worse, worse])
    assert (found["psnr"].worst, found["lpips"].worst) == (10.0, 0.75)
    assert found["psnr"].median == 10.0
    assert summarise([]) == {}


def test_document_is_strict_json(judges: None) -> None:
    report = run("ada.jpg", "dog.jpg")
    report.rows[0] = replace(report.rows[0], psnr=math.inf)
    document = json.loads(json.dumps(report.to_json(device="cpu", samples=2), allow_nan=False))
    assert document["rows"][0]["psnr"] is None
    assert document["rows"][0]["samples"] == 2
    assert document["environment"]["torch"] == environment()["torch"] != "not installed"
    assert document["failures"][0]["photo"] == "dog.jpg"
    assert "loaded" in document["timing"]["build"]


def test_missing_assets_leave_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> None:
        raise MissingAsset("it is not installed.")

    monkeypatch.setattr(shared, "load_lpips", absent)
    monkeypatch.setattr(shared, "load_embedder", absent)
    report = run("ada.jpg")
    assert report.rows[0].lpips is None
    assert set(report.rows[0].csim.values()) == {None}
    assert [note.split(" was")[0] for note in report.notes] == ["LPIPS", "CSIM"]


def test_find_photos(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "deep.jpg").mkdir()
    assert [photo.name for photo in find_photos(tmp_path)] == ["a.png", "b.JPG"]
    assert find_photos(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]
    with pytest.raises(BadInput, match="nowhere does not exist"):
        find_photos(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="holds no photos"):
        find_photos(tmp_path / "deep.jpg")


def test_views_start_from_the_source() -> None:
    avatar = FakeAvatar()
    views.View("x", "smile", yaw=20, gaze=(10, -5), neck=(0, 30, 0)).render(avatar, 64, views.PHOTO)
    pose, camera, size, background, branch = avatar.calls[0]
    assert np.array_equal(pose.blendshapes, PRESETS["smile"].blendshapes)
    assert pose.gaze_left == pytest.approx(np.radians((10, -5)), abs=1e-6)
    assert pose.neck == pytest.approx((0, 0.2 + np.radians(30), 0), abs=1e-6)
    assert camera == avatar.source_camera.orbited(20, 0)
    assert (size, background, branch) == (64, views.PHOTO, "all")


def test_avatar_sheet_shows_everything() -> None:
    avatar = FakeAvatar()
    sheet = views.avatar_sheet(avatar, size=512, cell=48)
    rows = 2 + math.ceil((len(views.POSED) - 1) / 7)
    assert sheet.shape == (3, rows * (48 + label_height(48) + 8) + 8, 7 * 56 + 8)
    expected = 1 + len(views.TURNED) + len(views.RAISED) + len(views.POSED) + 1
    assert len(avatar.calls) == expected
    assert {call[4] for call in avatar.calls} == {"all", "canonical"}


def test_overview_row_is_named() -> None:
    cells = views.overview_cells(FakeAvatar(), "ada.jpg")
    assert [cell.label for cell in cells[:3]] == ["ada.jpg", "render", "difference x3"]
    assert cells[2].image.max() == pytest.approx(3 * ERROR, abs=1e-5)
    assert len(cells) == 4 + len(views.OVERVIEW)


def test_stage_clock() -> None:
    now = iter((0.0, 2.0, 2.0, 5.0, 5.0, 9.0))
    clock = StageClock(lambda: next(now))
    for stage in ("fit", "fit", "bake", "fit"):
        clock.start(stage)
    clock.stop()
    clock.stop()
    assert clock.seconds == {"fit": 6.0, "bake": 3.0}


def test_peak_memory_counts_megabytes_not_pages() -> None:
    before = peak_memory_bytes()
    block = np.ones(40_000_000, np.uint8)
    assert peak_memory_bytes() >= max(before, block.nbytes)
    assert before < 64e9
    assert median_seconds([lambda: None] * 3) < 1
