"""The command line: what each command does, what it says when it cannot, and its exit codes."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from models.errors import BadInput, MissingAsset
from models.pose import PRESETS
from studio import cli
from studio.commands.render import ORBIT_YAW, orbit_angles
from tests.studio import fake_avatar
from tests.studio.fake_avatar import SOURCE_CAMERA, SOURCE_POSE


@pytest.fixture
def fake(monkeypatch):
    """The stand-in for the avatar, with a clean record."""
    monkeypatch.setitem(sys.modules, "models.avatar", fake_avatar)
    monkeypatch.setattr(fake_avatar.Avatar, "calls", [])
    monkeypatch.setattr(fake_avatar.Avatar, "fault", None)
    return fake_avatar.Avatar


@pytest.fixture
def photo(tmp_path):
    """A file that stands for a photo."""
    path = tmp_path / "photo.png"
    path.write_bytes(b"photo")
    return path


@pytest.fixture
def avatar(tmp_path):
    """A file that the stand-in can load."""
    path = tmp_path / "me.avatar"
    path.write_text("avatar")
    return path


@pytest.fixture
def run(capsys):
    """Run the command line in this process; returns exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def one_sentence(text: str) -> bool:
    return text.startswith("triptych: ") and text.endswith(".\n") and text.count("\n") == 1


def rendered(fake) -> dict:
    return fake.calls[-1][1]


# What is wrong, and with which exit code.

WRONG_USAGE = {
    "file and sample": ["gui", "{photo}", "--sample"],
    "unknown command": ["bild", "x"],
    "no output": ["build", "{photo}"],
    "no photo": ["build", "-o", "x.avatar"],
    "suffix of avatar": ["build", "{photo}", "-o", "{dir}/x.zip"],
    "face": ["build", "{photo}", "-o", "{dir}/x.avatar", "--face", "first"],
    "resolution": ["build", "{photo}", "-o", "{dir}/x.avatar", "--resolution", "8"],
    "device": ["build", "{photo}", "-o", "{dir}/x.avatar", "--device", "tpu"],
    "suffix of picture": ["render", "{avatar}", "-o", "{dir}/x.gif"],
    "transparent jpg": ["render", "{avatar}", "-o", "{dir}/x.jpg", "--background", "transparent"],
    "transparent film": [
        *("render", "{avatar}", "-o", "{dir}/x.mp4", "--orbit", "1"),
        *("--background", "transparent"),
    ],
    "orbit as still": ["render", "{avatar}", "-o", "{dir}/x.png", "--orbit", "1"],
    "still as film": ["render", "{avatar}", "-o", "{dir}/x.mp4"],
    "odd film": ["render", "{avatar}", "-o", "{dir}/x.mp4", "--orbit", "1", "--size", "333"],
    "preset": ["render", "{avatar}", "-o", "{dir}/x.png", "--preset", "grin"],
    "preset and pose": [
        *("render", "{avatar}", "-o", "{dir}/x.png", "--preset", "smile"),
        *("--pose", "{photo}"),
    ],
    "set without value": ["render", "{avatar}", "-o", "{dir}/x.png", "--set", "jawOpen"],
    "set unknown": ["render", "{avatar}", "-o", "{dir}/x.png", "--set", "jawOpn=1"],
    "set no number": ["render", "{avatar}", "-o", "{dir}/x.png", "--set", "jawOpen=wide"],
    "set not finite": ["render", "{avatar}", "-o", "{dir}/x.png", "--set", "jawOpen=nan"],
    "set too large": ["render", "{avatar}", "-o", "{dir}/x.png", "--set", "jawOpen=40"],
    "yaw": ["render", "{avatar}", "-o", "{dir}/x.png", "--yaw", "inf"],
    "gaze": ["render", "{avatar}", "-o", "{dir}/x.png", "--gaze", "10"],
    "neck": ["render", "{avatar}", "-o", "{dir}/x.png", "--neck", "1,2"],
    "size": ["render", "{avatar}", "-o", "{dir}/x.png", "--size", "0"],
    "mode": ["render", "{avatar}", "-o", "{dir}/x.png", "--mode", "heat"],
    "assets without action": ["assets"],
    "suffix of crop": ["info", "{avatar}", "--crop", "{dir}/x.jpg"],
}

BAD_INPUT = {
    "absent photo": (["build", "{dir}/no.png", "-o", "{dir}/x.avatar"], "no.png does not exist"),
    "folder as photo": (["build", "{dir}", "-o", "{dir}/x.avatar"], "is a folder"),
    "absent FLAME": (
        ["build", "{photo}", "-o", "{dir}/x.avatar", "--head", "{dir}/flame.pkl"],
        "flame.pkl does not exist",
    ),
    "absent folder": (["build", "{photo}", "-o", "{dir}/no/x.avatar"], "create it first"),
    "absent avatar": (["render", "{dir}/no.avatar", "-o", "{dir}/x.png"], "does not exist"),
    "not an avatar": (["render", "{photo}", "-o", "{dir}/x.png"], "is not an avatar"),
    "absent pose": (
        ["render", "{avatar}", "-o", "{dir}/x.png", "--pose", "{dir}/no.json"],
        "no.json does not exist",
    ),
    "not a pose": (
        ["render", "{avatar}", "-o", "{dir}/x.png", "--pose", "{photo}"],
        "is not a pose file",
    ),
    "colour": (
        ["render", "{avatar}", "-o", "{dir}/x.png", "--background", "#12"],
        "six hexadecimal digits",
    ),
    "background": (
        ["render", "{avatar}", "-o", "{dir}/x.png", "--background", "beach"],
        "beach is no background",
    ),
    "info on a photo": (["info", "{photo}"], "is not an avatar"),
    "info on nothing": (["info", "{dir}/no.avatar"], "does not exist"),
    "unknown asset": (["assets", "fetch", "modnett"], "there are open_head"),
    "fetch from nowhere": (["assets", "fetch", "modnet", "--from", "{dir}/no"], "not a folder"),
}


def filled(arguments, photo, avatar):
    places = {"photo": photo, "avatar": avatar, "dir": photo.parent}
    return [argument.format(**places) for argument in arguments]


@pytest.mark.parametrize("arguments", WRONG_USAGE.values(), ids=WRONG_USAGE.keys())
def test_wrong_usage(fake, run, photo, avatar, arguments):
    before = sorted(photo.parent.iterdir())
    code, out, err = run(*filled(arguments, photo, avatar))
    assert (code, out) == (2, "")
    assert one_sentence(err), err
    assert sorted(photo.parent.iterdir()) == before


@pytest.mark.parametrize(("arguments", "words"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input(fake, run, photo, avatar, arguments, words):
    before = sorted(photo.parent.iterdir())
    code, out, err = run(*filled(arguments, photo, avatar))
    assert (code, out) == (3, "")
    assert one_sentence(err) and words in err, err
    assert sorted(photo.parent.iterdir()) == before


FAULTS = {
    "bad input": (BadInput("no face found in photo.png; try a larger photo"), 3, "no face found"),
    "asset": (MissingAsset("x.task is not installed; run y."), 4, "not installed"),
    "interrupt": (KeyboardInterrupt(), 130, "Interrupted"),
    "memory": (MemoryError(), 1, "not enough memory"),
    "unexpected": (ZeroDivisionError("two\nlines"), 1, "last-error.txt"),
}


@pytest.mark.parametrize(("fault", "expected", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_faults_while_building(fake, run, photo, fault, expected, words):
    fake.fault = fault
    code, out, err = run("build", photo, "-o", photo.parent / "x.avatar")
    assert (code, out) == (expected, "")
    assert one_sentence(err) and words in err, err
    assert [path.name for path in photo.parent.iterdir()] == ["photo.png"]


def test_unexpected_error_keeps_and_shows_its_details(fake, run, photo, monkeypatch):
    import platformdirs

    fake.fault = ZeroDivisionError("deep inside")
    monkeypatch.setenv("TRIPTYCH_DEBUG", "1")
    _, _, err = run("build", photo, "-o", photo.parent / "x.avatar")
    assert "Traceback" in err
    log = Path(platformdirs.user_log_dir("triptych")) / "last-error.txt"
    assert "ZeroDivisionError: deep inside" in log.read_text()


def test_build_speaks_json_in_one_line(fake, run, photo):
    output = photo.parent / "x.avatar"
    code, out, err = run("build", photo, "-o", output, "--json", "--face", "1")
    document = json.loads(out)
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert document["seconds"] == {"portrait": 0.5, "head": 1.25}
    assert document["total_seconds"] >= 0 and document["fit_error_percent"] == 0.875
    assert document["warnings"] == ["hat"] and document["output"] == str(output)
    assert output.read_text() == "avatar"
    assert fake.calls == [
        ("build", {"face": 1, "head": "open", "resolution": 256, "device": "auto"})
    ]


def test_build_tells_file_error_and_warnings(fake, run, photo):
    code, out, err = run("build", photo, "-o", photo.parent / "x.avatar")
    assert code == 0 and "x.avatar" in out and "0.88 %" in out
    assert err == "warning: hat\n"


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
def test_render_writes_stills(fake, run, avatar, suffix):
    output = avatar.parent / f"x{suffix}"
    assert run("render", avatar, "-o", output, "--size", "96")[0] == 0
    with Image.open(output) as picture:
        assert (picture.size, picture.mode) == ((96, 96), "RGB")
        assert np.allclose(np.asarray(picture), 64, atol=1)
    assert rendered(fake)["pose"].to_json() == {}


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_transparent_stills_have_alpha(fake, run, avatar, suffix):
    output = avatar.parent / f"x{suffix}"
    assert run("render", avatar, "-o", output, "--background", "transparent")[0] == 0
    with Image.open(output) as picture:
        assert (picture.size, picture.mode) == ((512, 512), "RGBA")


def test_default_view_is_in_front_as_far_as_the_source(fake, run, avatar):
    run("render", avatar, "-o", avatar.parent / "x.png", "--yaw", "30", "--zoom", "2")
    camera = rendered(fake)["camera"]
    x, y, z = camera.position
    assert math.isclose(math.hypot(x, y, z), math.dist(SOURCE_CAMERA.position, (0, 0, 0)))
    assert math.isclose(math.degrees(math.atan2(x, z)), 30) and abs(y) < 1e-9
    assert math.isclose(camera.intrinsics[0, 0], 2 * SOURCE_CAMERA.intrinsics[0, 0])


def test_source_view_is_the_source(fake, run, avatar):
    run("render", avatar, "-o", avatar.parent / "x.png", "--source-view", "--reference")
    call = rendered(fake)
    assert np.allclose(call["camera"].cam2world, SOURCE_CAMERA.cam2world)
    assert call["pose"] == SOURCE_POSE and call["reference"] is True


def test_pose_options_lie_over_the_preset(fake, run, avatar):
    code, _, err = run(
        *("render", avatar, "-o", avatar.parent / "x.png", "--preset", "smile", "--jaw", "10"),
        *(
            "--set",
            "eyeBlinkLeft=0.9",
            "--set",
            "jawOpen=0.4",
            "--gaze",
            "-20,5",
            "--neck",
            "-0,30,0",
        ),
    )
    assert code == 0, err
    pose = rendered(fake)["pose"]
    assert pose.coefficient("eyeBlinkLeft") == pytest.approx(0.9)
    assert pose.coefficient("jawOpen") == pytest.approx(0.4)
    smile = PRESETS["smile"].coefficient("mouthSmileLeft")
    assert smile > 0 and pose.coefficient("mouthSmileLeft") == pytest.approx(smile)
    assert np.allclose(pose.jaw, [math.radians(10), 0, 0])
    assert np.allclose(pose.gaze_left, np.radians([-20, 5])) and (
        np.allclose(pose.gaze_right, pose.gaze_left)
    )
    assert np.allclose(pose.neck, [0, math.radians(30), 0], atol=1e-6)


def test_positive_neck_pitch_looks_up(fake, run, avatar):
    run("render", avatar, "-o", avatar.parent / "x.png", "--neck=20,0,0")
    assert np.allclose(rendered(fake)["pose"].neck, [-math.radians(20), 0, 0], atol=1e-6)


def test_pose_file_is_read(fake, run, avatar, tmp_path):
    path = tmp_path / "pose.json"
    path.write_text(json.dumps(PRESETS["pucker"].to_json()))
    run("render", avatar, "-o", tmp_path / "x.png", "--pose", path)
    assert rendered(fake)["pose"] == PRESETS["pucker"]


def test_background_kinds(fake, run, avatar, astronaut_png):
    output = avatar.parent / "x.png"
    run("render", avatar, "-o", output, "--background", "#ff8000")
    assert np.allclose(rendered(fake)["background"].pixels, [1, 128 / 255, 0])
    run("render", avatar, "-o", output, "--background", astronaut_png)
    photo = np.zeros((3, 512, 512), np.float32)
    assert rendered(fake)["background"].layer(photo, 100).shape == (3, 100, 100)
    run("render", avatar, "-o", output)
    assert rendered(fake)["background"].kind == "photo"


def test_orbit_writes_a_film(fake, run, avatar):
    output = avatar.parent / "x.mp4"
    assert run("render", avatar, "-o", output, "--orbit", "0.4", "--size", "64")[0] == 0
    with av.open(str(output)) as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 64, 64)
        assert stream.average_rate == 25
        assert sum(1 for _ in film.decode(stream)) == 10


def test_orbit_swings_both_ways_and_returns():
    angles = np.array(list(orbit_angles(100)))
    assert angles[0].tolist() == [0, 0]
    assert angles[:, 0].max() == pytest.approx(ORBIT_YAW)
    assert angles[:, 0].min() == pytest.approx(-ORBIT_YAW)
    steps = np.abs(np.diff(angles, axis=0, append=angles[:1]))
    assert steps.max() < 2.5


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), BadInput("broken.")])
def test_interrupted_film_leaves_the_old_file(fake, run, avatar, fault):
    output = avatar.parent / "x.mp4"
    output.write_bytes(b"old")
    fake.fault = fault
    code, _, _ = run("render", avatar, "-o", output, "--orbit", "1", "--size", "64")
    assert code in (130, 3) and output.read_bytes() == b"old"
    assert sorted(path.name for path in avatar.parent.iterdir()) == ["me.avatar", "x.mp4"]


def test_info_tells_and_writes_pictures(fake, run, avatar):
    crop, matte = avatar.parent / "crop.png", avatar.parent / "matte.png"
    code, out, _ = run("info", avatar, "--crop", crop, "--matte", matte)
    assert code == 0
    assert out == "version: 1\ncamera:\n  fov: 18.84\nlicences: CC0-1.0\n"
    with Image.open(crop) as first, Image.open(matte) as second:
        assert (first.size, first.mode) == ((512, 512), "RGB")
        assert (second.size, second.mode, second.getextrema()) == ((512, 512), "L", (255, 255))


def test_assets_list_tells_licence_and_remedy(run):
    code, out, _ = run("assets", "list")
    assert code == 0
    assert "Apache-2.0, Google LLC" in out and "triptych assets fetch modnet" in out


def test_assets_verify(run):
    assert run("assets", "verify")[0] == 0
    code, out, _ = run("assets", "verify", "modnet")
    assert code == 4 and "not installed" in out


def test_assets_fetch_from_a_folder_without_it(run, tmp_path):
    code, _, err = run("assets", "fetch", "yunet", "--from", tmp_path)
    assert code == 4 and one_sentence(err) and "face_detection_yunet" in err


def test_doctor_finds_that_this_machine_works(run):
    code, out, _ = run("doctor")
    lines = out.splitlines()
    assert code == 0, out
    for name in ("python", "torch", "numba", "mediapipe", "film encoders", "landmarker"):
        assert any(line.startswith(f"ok   {name}:") for line in lines), out


def test_doctor_names_what_does_not_work(run, monkeypatch):
    def broken() -> str:
        raise ImportError("libfoo is missing\nsecond line")

    monkeypatch.setattr("studio.diagnosis._CHECKS", (("torch", broken, "install it", True),))
    code, out, _ = run("doctor")
    assert code == 1
    assert "FAIL torch: ImportError: libfoo is missing; install it\n" in out


def test_version_and_help_are_quick():
    code = (
        "import sys; from studio import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'torch', 'cv2', 'mediapipe', 'numba', 'av', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "build" in done.stdout and "==SUPPRESS==" not in done.stdout


def test_closed_pipe_is_no_crash():
    command = f'"{sys.executable}" -m studio.cli assets list | head -n 1 > {os.devnull}'
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stderr == ""
