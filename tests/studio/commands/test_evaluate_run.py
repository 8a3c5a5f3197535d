"""`triptych evaluate reconstruct` on a fake avatar: tables, files, exit codes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from models.background import Background
from models.camera import Camera
from models.errors import BadInput, TriptychError
from models.evaluate import reconstruct as protocol
from models.evaluate.reconstruct import YAWS, Failure, Reconstruction, Report
from models.evaluate.report import Judges
from models.pose import Pose
from studio.commands.evaluate_run import Outputs, reconstruct
from studio.commands.evaluate_tables import print_report


class GreyAvatar:
    """A grey photo that renders a little darker."""

    source_pose = Pose()
    source_camera = Camera.orbit()
    source_crop = np.full((3, 512, 512), 0.5, np.float32)
    source_matte = np.ones((1, 512, 512), np.float32)

    def render(
        self,
        pose: Pose,
        camera: Camera,
        size: int = 512,
        *,
        background: Background | None = None,
        branch: str = "all",
    ) -> np.ndarray:
        return np.full((3, size, size), 0.4, np.float32)


def build(photo: Path, on_stage: Callable[[str], None]) -> GreyAvatar:
    on_stage("fit")
    if photo.stem.startswith("dog"):
        raise BadInput(f"no face found in {photo.name}; try a larger or more frontal photo")
    return GreyAvatar()


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(protocol, "load_judges", lambda: Judges(False, None, ("no LPIPS here",)))
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("ada.jpg", "bob.jpg"):
        (folder / name).write_bytes(b"")
    return folder


def test_folder(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = Outputs(tmp_path / "sheet.png", tmp_path / "each", tmp_path / "rows.json")
    assert reconstruct(photos, build, outputs, device="cpu") == 0
    document = json.loads((tmp_path / "rows.json").read_text())
    assert [row["photo"] for row in document["rows"]] == ["ada.jpg", "bob.jpg"]
    assert document["rows"][0]["device"] == "cpu"
    assert sorted(path.name for path in (tmp_path / "each").iterdir()) == ["ada.png", "bob.png"]
    width, height = Image.open(tmp_path / "sheet.png").size
    assert width > 10 * 192 > height > 2 * 192
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("ada.jpg", "20.0", "median", "worst", "no LPIPS here"))


def test_a_failure_ends_with_one(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "dog.png").write_bytes(b"")
    assert reconstruct(photos, build, Outputs(), device="cpu") == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 of 3 photos failed: dog.png: no face found in dog.png; try" in printed
    assert "bob.jpg" in printed


def test_one_photo_gets_its_full_sheet(photos: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert reconstruct(photos / "ada.jpg", build, Outputs(sheet), device="cpu") == 0
    width, height = Image.open(sheet).size
    assert width > 7 * 384
    assert height > 4 * 384


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (Outputs(sheet=Path("nowhere/sheet.png")), "nowhere does not exist"),
        (Outputs(sheet=Path("sheet.txt")), r"sheet\.txt must end in"),
        (Outputs(json=Path("nowhere/rows.json")), "nowhere does not exist"),
        (Outputs(sheets=Path(__file__)), r"test_evaluate_run\.py is a file"),
    ],
)
def test_outputs_are_checked_before_the_run(photos: Path, outputs: Outputs, words: str) -> None:
    def never(photo: Path, on_stage: Callable[[str], None]) -> GreyAvatar:
        raise AssertionError("the run has begun")

    with pytest.raises(TriptychError, match=words):
        reconstruct(photos, never, outputs, device="cpu")


def test_wrong_folder(photos: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        reconstruct(photos / "elsewhere", build, Outputs(), device="cpu")


def test_tables_fit_eighty_columns_and_name_lost_faces() -> None:
    csim: dict[int, float | None] = {yaw: None if yaw == 45 else 0.9 for yaw in YAWS}
    row = Reconstruction(
        photo="a_rather_long_photo_name.jpg", resolution=512, psnr=31.26, ssim=0.951, l1=0.0123,
        lpips=0.034, csim=csim, build_seconds=12.34, build_stages={"fit": 1.5},
        frame_512_seconds=0.0456, frame_256_seconds=0.0151, build_peak_mb=1800,
        render_peak_mb=900,
    )  # fmt: skip
    text = io.StringIO()
    print_report(Report([row], [Failure("x[1].jpg", "bad")]), Console(file=text, width=80))
    printed = text.getvalue()
    for expected in ("31.3", "0.951", "0.0123", "0.034", "12.34", "45.6", "15.1", "1800", "900",
                     "fit 1.50 s", "1 of 2 views at yaw 45", "x[1].jpg: bad"):  # fmt: skip
        assert expected in printed
    lines = printed.splitlines()
    headings = next(line for line in lines if "PSNR" in line)
    assert headings.split() == ["photo", "PSNR", "SSIM", "L1", "LPIPS"]
    assert "build s  512 ms  256 ms  build MB  render MB" in printed
    assert max(len(line) for line in lines) <= 80
