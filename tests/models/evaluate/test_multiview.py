"""The view-matrix protocol with avatars that are as good, or as bad, as the test says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.camera import Camera
from models.errors import BadInput
from models.evaluate import multiview
from models.evaluate.multiview import ANGLES, MultiviewReport, Truth, evaluate_people
from models.evaluate.multiview_sheet import MultiviewSheet, heat_map
from models.evaluate.report import Judges
from models.pose import Pose

SIZE, PHOTO_SIZE = 32, 54
ERROR = 0.1


def drawn(camera: Camera, size: int) -> np.ndarray:
    """A person whose colour tells the camera's yaw: grey in the middle of the picture."""
    picture = np.zeros((4, size, size), np.float32)
    picture[:3] = 0.5 + 0.4 * float(camera.position[0]) / 2.7
    inner = slice(size // 4, -(size // 4))
    picture[3, inner, inner] = 1
    return picture


@dataclass
class FakeAvatar:
    """Shows the truth from its own view, and ERROR beside it from others."""

    photo: np.ndarray
    source_camera: Camera

    source_pose = Pose.neutral()
    source_crop = np.zeros((3, PHOTO_SIZE, PHOTO_SIZE), np.float32)
    source_matte = np.ones((1, PHOTO_SIZE, PHOTO_SIZE), np.float32)

    def render(self, pose: Pose, camera: Camera, size: int, *, background: None) -> np.ndarray:
        assert background is None
        start = (PHOTO_SIZE - SIZE) // 2
        whole = drawn(camera, PHOTO_SIZE)
        window = whole[:, start : start + SIZE, start : start + SIZE].copy()
        if not np.allclose(camera.position, self.source_camera.position, atol=1e-6):
            window[:3] += ERROR
        return window


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiview, "SIZE", SIZE)
    monkeypatch.setattr(multiview, "PHOTO_SIZE", PHOTO_SIZE)
    monkeypatch.setattr(multiview, "_SHARE", SIZE / PHOTO_SIZE)
    monkeypatch.setattr(multiview, "make_truths", truths)
    monkeypatch.setattr(multiview, "crop_matrix", lambda photo: np.eye(2, 3))
    monkeypatch.setattr(multiview, "load_judges", lambda: Judges(False, None, ("no LPIPS",)))


def truths(person: int) -> list[Truth]:
    cameras = [Camera.orbit(*angles, fov=multiview.PHOTO_FOV) for angles in ANGLES]
    return [multiview.photograph(drawn, camera) for camera in cameras]


def build(photo: np.ndarray) -> FakeAvatar:
    """The avatar of the view whose photo this is."""
    for truth in truths(0):
        if np.array_equal(truth.photo, photo):
            return FakeAvatar(photo, truth.camera)
    raise AssertionError("this is no photo of the protocol")


def run(*people: int) -> MultiviewReport:
    return evaluate_people(people, build)


def test_every_view_is_input_and_novel_view() -> None:
    report = run(0)
    inside = report.matrix("psnr_inside")
    assert inside.shape == (8, 8)
    others = inside[~np.eye(8, dtype=bool)]
    assert others == pytest.approx(20, abs=0.2)
    # The truth is rounded to eight bits.
    assert (np.diag(inside) > 50).all()
    scores = report.summary()["psnr_inside"]
    assert scores.nvs_quality == pytest.approx(others.mean())
    assert scores.synthesis_quality is not None and scores.synthesis_quality > 23
    assert report.summary()["lpips"].synthesis_quality is None
    assert report.notes == ["no LPIPS"]


def test_photo_continues_the_compared_picture() -> None:
    truth = truths(0)[0]
    start = (PHOTO_SIZE - SIZE) // 2
    inner = truth.photo[start : start + SIZE, start : start + SIZE].transpose(2, 0, 1)
    assert np.array_equal(np.rint(truth.picture * 255), inner)
    assert truth.matte.shape == (1, SIZE, SIZE)
    wall = multiview.WALL * 255
    assert truth.photo[0, 0] == pytest.approx(wall, abs=0.6)


def test_failures_are_listed_and_the_rest_goes_on() -> None:
    tries: list[int] = []

    def moody(photo: np.ndarray) -> FakeAvatar:
        tries.append(1)
        if len(tries) == 3:
            raise BadInput("no face found in the picture.")
        return build(photo)

    report = evaluate_people([0], moody)
    assert len(tries) == 8
    (failure,) = report.failures
    assert (failure.person, failure.input_view) == (0, 2)
    assert "no face found" in failure.reason
    assert np.isnan(report.matrix("psnr")[2]).all()
    assert np.isfinite(np.delete(report.matrix("psnr"), 2, 0)).all()
    document = json.loads(json.dumps(report.to_json(device="cpu"), allow_nan=False))
    rows = [row for row in document["rows"] if row["input_view"] == 2]
    assert len(rows) == 8 and all(row["psnr"] is None for row in rows)


def test_document() -> None:
    document = json.loads(json.dumps(run(0, 1).to_json(device="cpu"), allow_nan=False))
    assert document["protocol"] == "views"
    assert len(document["rows"]) == 2 * 64
    assert len(document["cameras"]) == 8
    assert document["rows"][0]["device"] == "cpu"
    assert set(document["summary"]["psnr"]) == {"synthesis_quality", "nvs_quality", "ivv", "nvv"}
    assert document["environment"]["torch"]
    assert run(0).to_json()["rows"] == run(0).to_json()["rows"]


def test_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = MultiviewSheet(whole=False)
    evaluate_people([0], build, on_person=sheet.add)
    sheet.save(tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 1000
    colours = heat_map(np.array([[30.0, np.nan], [10.0, 30.0]]))
    assert colours[:, 0, 0].sum() > colours[:, -1, 0].sum() > colours[:, 0, -1].sum() == 0
