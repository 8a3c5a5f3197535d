"""`triptych drive`: the film it writes, and what it says when it cannot."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from models.pose import Pose
from studio import cli
from studio.deliver import soundtrack
from studio.drive import camera_source, flame_expression
from studio.drive.motion_files import read_motion, write_motion
from studio.session.pose_track import PoseTrack
from tests.studio import fake_avatar
from tests.studio.drive.test_driving import Follower

NEUTRAL = Pose.neutral()
RATE = 24000


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    monkeypatch.setitem(sys.modules, "models.avatar", fake_avatar)
    monkeypatch.setattr(fake_avatar.Avatar, "calls", [])
    monkeypatch.setattr(camera_source, "FaceFollower", Follower)


@pytest.fixture
def avatar(tmp_path) -> Path:
    path = tmp_path / "me.avatar"
    path.write_text("avatar")
    return path


@pytest.fixture
def poses(tmp_path) -> Path:
    """Two seconds of an opening jaw at 25 poses a second."""
    path = tmp_path / "move.jsonl"
    track = PoseTrack.of(
        (i / 25, NEUTRAL.with_blendshapes({"jawOpen": i / 50, "browInnerUp": 0.5}))
        for i in range(51)
    )
    write_motion(path, track)
    return path


@pytest.fixture
def run(capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def drawn() -> list[Pose]:
    return [options["pose"] for name, options in fake_avatar.Avatar.calls if name == "render"]


def film_with_sound(path: Path, seconds: float, late: float = 0.0) -> Path:
    """A film whose pictures, from 1 s on, are bright, and whose sound, from 1 s on, is loud."""
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", rate=20)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        audio = film.add_stream("aac", rate=RATE, layout="mono")
        for index in range(round(seconds * 20)):
            bright = np.full((64, 64, 3), 200 if index >= 20 else 0, np.uint8)
            film.mux(video.encode(av.VideoFrame.from_ndarray(bright, format="rgb24")))
        film.mux(video.encode())
        times = np.arange(round(late * RATE), round(seconds * RATE)) / RATE
        sound = np.where(times >= 1.0, 0.5 * np.sin(2 * np.pi * 440 * times), 0.0)
        for start in range(0, len(sound), 1024):
            piece = sound[None, start : start + 1024].astype(np.float32)
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.rate, frame.pts = RATE, start + round(late * RATE)
            film.mux(audio.encode(frame))
        film.mux(audio.encode(None))
    return path


def read_film(path: Path) -> tuple[list[float], np.ndarray, float]:
    """Times of the pictures, the sound (n,) from time 0, and its rate."""
    with av.open(str(path)) as film:
        times = [frame.time for frame in film.decode(video=0)]
    with av.open(str(path)) as film:
        if not film.streams.audio:
            return times, np.zeros(0), 0
        rate = film.streams.audio[0].rate
        pieces = [(f.time, f.to_ndarray()[0]) for f in film.decode(audio=0)]
    start = round(pieces[0][0] * rate)
    sound = np.concatenate([piece for _, piece in pieces])
    return times, sound[-start:] if start < 0 else np.pad(sound, (start, 0)), rate


def test_poses_become_a_film(run, avatar, poses, tmp_path):
    out = tmp_path / "out.mp4"
    assert run("drive", avatar, poses, "-o", out, "--size", "64") == (0, f"{out}\n", "")
    times, sound, _ = read_film(out)
    assert times == pytest.approx([i / 25 for i in range(51)]) and len(sound) == 0
    opened = [pose.coefficient("jawOpen") for pose in drawn()]
    assert opened == pytest.approx([i / 50 for i in range(51)])


def test_options_reach_the_pose(run, avatar, poses, tmp_path):
    out, motion = tmp_path / "out.mp4", tmp_path / "out.csv"
    code, _, err = run(
        *("drive", avatar, poses, "-o", out, "--size", "64", "--fps", "10", "--only", "lips"),
        *("--gain", "jawOpen=0.5", "--save-motion", motion, "--background", "#102030"),
    )
    assert (code, err) == (0, "")
    assert len(drawn()) == 21 and len(read_film(out)[0]) == 21
    assert drawn()[20].coefficient("jawOpen") == pytest.approx(0.5)
    assert drawn()[20].coefficient("browInnerUp") == 0
    track = read_motion(motion).track
    assert len(track) == 21 and track.pose(20).coefficient("jawOpen") == pytest.approx(0.5)


def test_relative_or_absolute(run, avatar, poses, tmp_path):
    out = tmp_path / "out.mp4"
    run("drive", avatar, poses, "-o", out, "--size", "64", "--relative", "--smooth", "0")
    base = fake_avatar.SOURCE_POSE
    assert drawn()[0].coefficient("browInnerUp") == base.coefficient("browInnerUp") == 0
    fake_avatar.Avatar.calls.clear()
    run("drive", avatar, poses, "-o", out, "--size", "64", "--absolute")
    assert drawn()[0].coefficient("browInnerUp") == pytest.approx(0.5)


@pytest.mark.parametrize("late", [0.0, 0.4])
def test_sound_stays_with_the_pictures(run, avatar, tmp_path, late):
    film = film_with_sound(tmp_path / "speech.mp4", 2.0, late)
    out = tmp_path / "out.mp4"
    assert run("drive", avatar, film, "-o", out, "--size", "64", "--smooth", "0")[0] == 0
    times, sound, rate = read_film(out)
    assert len(times) == 40 and rate == RATE
    loud = np.abs(sound) > 0.2
    assert np.argmax(loud) / rate == pytest.approx(1.0, abs=0.03)
    assert len(sound) / rate == pytest.approx(2.0, abs=0.1)
    first_bright = next(i for i, p in enumerate(drawn()) if p.coefficient("jawOpen") > 0.5)
    assert first_bright == 20


def test_ctrl_c_leaves_what_was_done(run, avatar, tmp_path, monkeypatch):
    film = film_with_sound(tmp_path / "speech.mp4", 2.0)
    out, motion = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    render, handler = fake_avatar.Avatar.render, signal.getsignal(signal.SIGINT)

    def interrupted(self, *arguments, **options):
        if len(drawn()) == 10:
            os.kill(os.getpid(), signal.SIGINT)
        return render(self, *arguments, **options)

    monkeypatch.setattr(fake_avatar.Avatar, "render", interrupted)
    code, _, err = run("drive", avatar, film, "-o", out, "--size", "64", "--save-motion", motion)
    assert code == 130 and "holds the first 0.6 seconds" in err
    times, sound, rate = read_film(out)
    assert len(times) == 11 == len(read_motion(motion).track)
    assert len(sound) / rate == pytest.approx(11 / 20, abs=0.1)
    assert signal.getsignal(signal.SIGINT) is handler


def test_ctrl_c_before_anything_leaves_the_old_file(run, avatar, tmp_path, monkeypatch):
    film, out = film_with_sound(tmp_path / "speech.mp4", 1.0), tmp_path / "out.mp4"
    out.write_bytes(b"old")

    def interrupted(self, rgb, seconds, arrived, dropped=0):
        os.kill(os.getpid(), signal.SIGINT)
        return read(self, rgb, seconds, arrived, dropped)

    read = Follower.read
    monkeypatch.setattr(Follower, "read", interrupted)
    assert run("drive", avatar, film, "-o", out, "--size", "64")[0] == 130
    assert out.read_bytes() == b"old"


def nobody(self, rgb, seconds, arrived, dropped=0):
    return camera_source.Sample(seconds, None, arrived)


def test_nobody_in_the_film_is_told(run, avatar, tmp_path, monkeypatch):
    film, out = film_with_sound(tmp_path / "wall.mp4", 1.0), tmp_path / "out.mp4"
    monkeypatch.setattr(Follower, "read", nobody)
    code, _, err = run("drive", avatar, film, "-o", out)
    assert code == 3 and "No face is found in wall.mp4" in err and not out.exists()


@pytest.fixture
def flame_motion(tmp_path) -> Path:
    motion = tmp_path / "flame.npz"
    write_motion(
        motion,
        PoseTrack.of([(i / 30, NEUTRAL.replace(expression=np.full(100, i))) for i in range(4)]),
    )
    return motion


def test_an_expression_that_cannot_be_shown_is_told(run, avatar, flame_motion, tmp_path):
    code, _, err = run("drive", avatar, flame_motion, "-o", tmp_path / "out.mp4", "--size", "64")
    assert code == 0 and err.startswith("warning: The expression of flame.npz is not shown")


def test_a_flame_file_carries_the_expression_over(run, avatar, flame_motion, tmp_path, monkeypatch):
    def as_arkit(track: PoseTrack, flame: Path) -> PoseTrack:
        assert flame == tmp_path / "head.npz"
        smiling = NEUTRAL.with_blendshapes({"mouthSmileLeft": 0.75})
        return PoseTrack.of((float(seconds), smiling) for seconds in track.times)

    monkeypatch.setattr(flame_expression, "as_arkit", as_arkit)
    (tmp_path / "head.npz").write_bytes(b"head")
    command = ["drive", avatar, flame_motion, "-o", tmp_path / "out.mp4", "--size", "64"]
    code, _, err = run(*command, "--absolute", "--flame", tmp_path / "head.npz")
    assert code == 0 and "warning" not in err
    assert drawn()[-1].coefficient("mouthSmileLeft") == pytest.approx(0.75)
    code, _, err = run(*command, "--flame", tmp_path / "gone.npz")
    assert code == 3 and "gone.npz" in err


WRONG = {
    "suffix": (["-o", "{dir}/out.mov"], 2, ".mp4"),
    "odd": (["-o", "{dir}/out.mp4", "--size", "65"], 2, "even"),
    "transparent": (["-o", "{dir}/out.mp4", "--background", "transparent"], 2, "transparent"),
    "only": (["-o", "{dir}/out.mp4", "--only", "ears"], 2, "'ears'"),
    "gain": (["-o", "{dir}/out.mp4", "--gain", "jawOpen"], 2, "lacks a value"),
    "gain name": (["-o", "{dir}/out.mp4", "--gain", "ears=1"], 2, "'ears'"),
    "gain range": (["-o", "{dir}/out.mp4", "--gain", "jawOpen=50"], 2, "from -4 to 4"),
    "both": (["-o", "{dir}/out.mp4", "--relative", "--absolute"], 2, "not allowed"),
    "smooth": (["-o", "{dir}/out.mp4", "--smooth", "2"], 2, "from 0 to 1"),
    "motion suffix": (["-o", "{dir}/out.mp4", "--save-motion", "{dir}/a.bvh"], 2, ".csv"),
    "folder": (["-o", "{dir}/no/out.mp4"], 3, "create it first"),
}


@pytest.mark.parametrize(("options", "code", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told_in_one_sentence(run, avatar, poses, tmp_path, options, code, words):
    given, out, err = run("drive", avatar, poses, *(o.format(dir=tmp_path) for o in options))
    assert (given, out) == (code, "") and words in err and err.count("\n") == 1, err


MOTIONS = {"empty.mp4": b"", "junk.mp4": b"x" * 999, "empty.csv": b"", "cut.jsonl": b'{"blend'}


@pytest.mark.parametrize("name", [*MOTIONS, "absent.mp4"])
def test_motion_that_cannot_be_read(run, avatar, tmp_path, name):
    if name in MOTIONS:
        (tmp_path / name).write_bytes(MOTIONS[name])
    code, _, err = run("drive", avatar, tmp_path / name, "-o", tmp_path / "out.mp4")
    assert code == 3 and name in err and err.count("\n") == 1, err
    assert not (tmp_path / "out.mp4").exists()


def test_sound_that_cannot_be_read_leaves_the_pictures(run, avatar, tmp_path, monkeypatch):
    film, out = film_with_sound(tmp_path / "speech.mp4", 1.0), tmp_path / "out.mp4"
    monkeypatch.setattr(soundtrack.Soundtrack, "_decoded", lambda self, stream: iter(()))
    assert run("drive", avatar, film, "-o", out, "--size", "64")[0] == 0
    with av.open(str(out)) as result:
        assert sum(1 for _ in result.decode(video=0)) == 20


@pytest.mark.parametrize("channels", ["stereo", "5.1"])
def test_sound_of_several_channels(run, avatar, tmp_path, channels):
    film, out = tmp_path / "many.mkv", tmp_path / "out.mp4"
    with av.open(str(film), "w") as made:
        video = made.add_stream("libx264", rate=10)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        audio = made.add_stream("pcm_s16le", rate=48000, layout=channels)
        for _ in range(5):
            grey = np.full((64, 64, 3), 99, np.uint8)
            made.mux(video.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        made.mux(video.encode())
        count = {"stereo": 2, "5.1": 6}[channels]
        noise = np.random.default_rng(0).integers(-9000, 9000, (1, 24000 * count), np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout=channels)
        frame.rate, frame.pts = 48000, 0
        made.mux(audio.encode(frame))
        made.mux(audio.encode(None))
    assert run("drive", avatar, film, "-o", out, "--size", "64")[0] == 0
    _, sound, rate = read_film(out)
    assert rate == 48000 and len(sound) / rate == pytest.approx(0.5, abs=0.05)
    assert np.abs(sound).max() > 0.05
