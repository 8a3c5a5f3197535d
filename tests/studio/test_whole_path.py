"""The commands one after the other on the sample portrait, as a person would run them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_erosion

from studio.cli import main


@pytest.fixture(scope="module")
def avatar_file(sample_avatar, tmp_path_factory):
    """The sample avatar as a file."""
    path = tmp_path_factory.mktemp("avatar") / "sample.avatar"
    sample_avatar.save(path)
    return path


def pixels(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture, np.float32) / 255


def test_build_reports_stages_fit_and_warnings(astronaut_png, tmp_path, capsys):
    output = tmp_path / "a.avatar"
    assert main(["build", str(astronaut_png), "-o", str(output), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert 0 < sum(document["seconds"].values()) <= document["total_seconds"] + 0.1
    assert 0 < document["fit_error_percent"] < 2
    assert isinstance(document["warnings"], list)
    assert [path.name for path in tmp_path.iterdir()] == ["a.avatar"]


def test_source_view_looks_like_the_source_crop(avatar_file, tmp_path):
    view, crop, matte = (tmp_path / name for name in ("view.png", "crop.png", "matte.png"))
    assert main(["render", str(avatar_file), "-o", str(view), "--source-view"]) == 0
    assert main(["info", str(avatar_file), "--crop", str(crop), "--matte", str(matte)]) == 0
    person = pixels(matte) > 0.5
    assert 0.2 < person.mean() < 0.9
    inside = binary_erosion(person, iterations=6)
    error = np.square(pixels(view) - pixels(crop))[inside].mean()
    assert -10 * np.log10(error) > 26


def test_pose_and_camera_change_the_picture(avatar_file, tmp_path):
    def render(name: str, *options: str) -> np.ndarray:
        path = tmp_path / f"{name}.png"
        command = ["render", str(avatar_file), "-o", str(path), "--size", "128", *options]
        assert main(command) == 0
        return pixels(path)

    front = render("front")
    assert np.array_equal(front, render("again"))
    for name, options in {
        "yaw": ["--yaw", "30"],
        "blink": ["--set", "eyeBlinkLeft=1", "--set", "eyeBlinkRight=1"],
        "gaze": ["--gaze", "-25,0"],
        "neck": ["--neck", "0,25,0"],
        "jaw": ["--jaw", "15"],
        "depth": ["--mode", "depth"],
    }.items():
        assert np.abs(front - render(name, *options)).max() > 0.1, name


def test_damaged_avatar_is_refused(avatar_file, tmp_path, capsys):
    content = avatar_file.read_bytes()
    broken = tmp_path / "broken.avatar"
    broken.write_bytes(content[: len(content) // 2])
    assert main(["render", str(broken), "-o", str(tmp_path / "x.png")]) == 3
    assert "broken.avatar" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


def test_photo_without_a_face(tmp_path, capsys):
    photo = tmp_path / "grey.png"
    Image.new("RGB", (256, 256), (120, 130, 140)).save(photo)
    assert main(["build", str(photo), "-o", str(tmp_path / "x.avatar")]) == 3
    assert "no face found" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["grey.png"]
