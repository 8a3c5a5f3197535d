"""The pipeline, offline and live; films as sources; even times; the live figures."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from models.errors import BadInput
from models.track import retarget
from studio.drive import camera_source
from studio.drive.bench_live import LiveFigures, Spread, measured
from studio.drive.calibration import NECK_SHARE, Calibration
from studio.drive.camera_source import PlayedVideo, VideoSource, WebcamSource
from studio.drive.film_facts import film_facts
from studio.drive.live_drive import LiveDrive
from studio.drive.lookahead import driven
from studio.drive.mailbox import Mailbox
from studio.drive.on_grid import on_grid, once_seen
from studio.drive.pipeline import Pipeline
from studio.drive.settings import DriveSettings
from studio.drive.source import Origin, Sample
from studio.engine.faults import Fault
from tests.studio.drive.conftest import BASE, NEUTRAL, Script, random_pose
from tests.studio.fake_avatar import Avatar

FREE = DriveSettings(Calibration(lips_meet=False), steadiness=0.3)


def write_film(path, count=20, rate=20, side=64):
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=rate)
        stream.width = stream.height = side
        stream.pix_fmt = "yuv420p"
        for index in range(count):
            picture = np.full((side, side, 3), 10 * (index % 20), np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode())
    return path


class Follower:
    """Stands for the face follower: sees a jaw as open as the frame is bright."""

    slow = 0.0

    def __init__(self, *, search):
        self.search, self.fresh, self.number = search, True, 0

    def read(self, rgb, seconds, arrived, dropped=0):
        time.sleep(self.slow)
        pose = NEUTRAL.with_blendshapes({"jawOpen": float(rgb.mean()) / 255})
        fresh, self.fresh = self.fresh, False
        return Sample(seconds, pose, arrived, fresh, dropped, {"landmarks": 1.0, "solve": 1.0})

    def go_by(self, number):
        self.fresh |= number != self.number
        self.number = number

    def close(self):
        pass


@pytest.fixture
def follower(monkeypatch):
    monkeypatch.setattr(camera_source, "FaceFollower", Follower)
    monkeypatch.setattr(Follower, "slow", 0.0)
    return Follower


def test_offline_driving_is_deterministic(target):
    poses = [None if i % 11 == 5 else random_pose(i) for i in range(40)]
    first, second = ([d.pose for d in driven(Script(poses), target, FREE)] for _ in range(2))
    assert len(first) == 40 and first == second
    assert len(set(first)) > 30


def test_a_lost_face_does_not_drag_the_filter_along(target):
    pipeline = Pipeline(target, Origin.PERFORMER)
    wide = NEUTRAL.with_blendshapes({"jawOpen": 1.0})
    for index in range(40):
        lost = 5 <= index < 20
        sample = Sample(index / 30, None if lost else (NEUTRAL if index < 5 else wide))
        shown = pipeline.drive(sample, FREE)
        assert shown.present is not lost
    assert shown.pose.coefficient("jawOpen") == pytest.approx(1.0)


def test_rest_is_taken_from_what_was_seen_last(target):
    pipeline = Pipeline(target, Origin.PERFORMER)
    assert not pipeline.rest_now(1)
    pose = random_pose(1)
    pipeline.drive(Sample(0.0, NEUTRAL), FREE)
    pipeline.drive(Sample(0.1, pose), FREE)
    assert pipeline.rest_now(1)
    settings = DriveSettings(Calibration(lips_meet=False), steadiness=0.0)
    assert np.allclose(
        pipeline.drive(Sample(2.0, pose), settings).pose.blendshapes, BASE.blendshapes
    )


def test_a_new_rest_is_reached_without_a_jump(target):
    pipeline = Pipeline(target, Origin.PERFORMER)
    wide = NEUTRAL.with_blendshapes({"jawOpen": 1.0})
    settings = DriveSettings(Calibration(lips_meet=False), steadiness=0.0)
    shown = []
    for index in range(40):
        restarted = index in (0, 20)
        pose = NEUTRAL if index == 0 else wide
        sample = Sample(index / 30, pose, restarted=restarted)
        shown.append(pipeline.drive(sample, settings).pose.coefficient("jawOpen"))
    assert shown[19] == 1 and shown[-1] == pytest.approx(BASE.coefficient("jawOpen"))
    assert np.abs(np.diff(shown[15:])).max() < 0.2


def test_an_accent_rises_and_fades(target):
    pipeline = Pipeline(target, Origin.PERFORMER)
    smile = NEUTRAL.with_blendshapes({"mouthSmileRight": 1.0})
    shown = []
    for index in range(60):
        accent = smile if 10 <= index < 30 else None
        settings = replace(FREE, accent=accent)
        pose = pipeline.drive(Sample(index / 30, NEUTRAL), settings).pose
        shown.append(pose.coefficient("mouthSmileRight"))
    assert shown[9] == 0 and shown[20] == pytest.approx(1.0) and shown[-1] == 0
    assert 0 < shown[11] < 1 and 0 < shown[32] < 1
    assert np.abs(np.diff(shown)).max() < 0.4


def avatar_of(target):
    """The stand-in for an avatar that has the target's place."""
    avatar = Avatar()
    avatar.source_pose, avatar.source_camera = target.base, target.camera
    pivots = np.zeros((7, 3))
    pivots[1], pivots[2] = target.neck, target.skull
    avatar.parts.proxy.rig.pivots = pivots
    return avatar


def run_live(source, target, settings=FREE, before=None):
    got, over, faults = [], threading.Event(), []

    def ended(fault):
        faults.append(fault)
        over.set()

    drive = LiveDrive(lambda: source, avatar_of(target), settings, got.append, ended)
    if before is not None:
        before(drive)
    assert over.wait(10)
    assert drive.stop()
    return drive, got, faults[0]


def test_live_driving_hands_everything_on(target):
    source = Script([random_pose(i) for i in range(10)])
    _, got, fault = run_live(source, target)
    assert [d.seconds for d in got] == pytest.approx([i / 30 for i in range(10)])
    assert fault is None and source.closed
    pipeline = Pipeline(target, Origin.PERFORMER)
    again = Script([random_pose(i) for i in range(10)]).samples()
    assert [pipeline.drive(sample, FREE).pose for sample in again] == [d.pose for d in got]


def test_a_source_that_breaks_is_told_and_the_take_kept(target):
    class Slow(Script):
        def samples(self):
            started.wait(5)
            yield from super().samples()

    started = threading.Event()

    def record(drive):
        drive.recorder.start()
        started.set()

    source = Slow([NEUTRAL] * 6, fault=BadInput("The webcam sends no pictures; plug it in again."))
    drive, _, fault = run_live(source, target, before=record)
    assert fault is not None and fault.sentence == "The webcam sends no pictures; plug it in again."
    take = drive.recorder.stop()
    assert take is not None and len(take) == 6 and take.times[0] == 0
    assert drive.recorder.stop() is None


def test_calibrating_measures_anew(target):
    go, halted = threading.Event(), threading.Event()

    class Halting(Script):
        def samples(self):
            halted.set()
            go.wait(5)
            yield from super().samples()

    def calibrate(drive):
        assert halted.wait(5)
        drive.rest(1)
        go.set()

    source = Halting([NEUTRAL] * 3)
    run_live(source, target, before=calibrate)
    assert source.refits == 1


def test_a_source_that_cannot_be_opened_is_told(target):
    faults, over = [], threading.Event()

    def refuse():
        raise BadInput("Port 11111 cannot be used; close the program that listens there.")

    def ended(fault):
        faults.append(fault)
        over.set()

    drive = LiveDrive(refuse, avatar_of(target), FREE, lambda driven: None, ended)
    assert over.wait(10) and drive.stop()
    assert faults[0].sentence.startswith("Port 11111 cannot be used")


def test_stopping_while_the_source_opens(target):
    opening, stopped = threading.Event(), threading.Event()

    class Silent(Script):
        def samples(self):
            raise AssertionError("nothing is read any more")

    source = Silent([])

    def slow():
        opening.set()
        stopped.wait(5)
        return source

    over = []
    drive = LiveDrive(slow, avatar_of(target), FREE, lambda driven: None, over.append)
    assert opening.wait(5)
    threading.Timer(0.1, stopped.set).start()
    assert drive.stop() and over == [None] and source.closed


def test_sources_open_by_name(tmp_path):
    from studio.drive import opening

    source = opening.live_link(0)()
    assert source.live and source.name == "Live Link Face"
    source.close()
    opening.vmc(0)().close()
    for opener in (opening.video(tmp_path / "a.mp4"), opening.motion_file(tmp_path / "a.csv")):
        with pytest.raises(BadInput):
            opener()


def test_what_the_window_holds_is_light():
    code = (
        "import sys\n"
        "import studio.drive.live_drive, studio.drive.opening, studio.drive.settings\n"
        "import studio.drive.arm, studio.session.timeline_json\n"
        "heavy = {'cv2', 'mediapipe', 'numba', 'av', 'torch', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert NECK_SHARE == retarget.NECK_SHARE


def test_settings_and_target_change_while_driving(target):
    wide = NEUTRAL.with_blendshapes({"jawOpen": 1.0})
    go, halted = threading.Event(), threading.Event()

    class Halting(Script):
        def samples(self):
            for index, sample in enumerate(super().samples()):
                if index == 3:
                    halted.set()
                    go.wait(5)
                yield sample

    def change(drive):
        assert halted.wait(5)
        drive.settings = DriveSettings(FREE.calibration, frozenset(), 0.0)
        drive.retarget(avatar_of(target), random_pose(9))
        go.set()

    _, got, _ = run_live(Halting([NEUTRAL, *[wide] * 5]), target, before=change)
    assert got[2].pose.coefficient("jawOpen") > 0.5
    assert got[-1].pose == random_pose(9)


def test_mailbox_keeps_the_newest():
    box: Mailbox[int] = Mailbox()
    for value in range(4):
        box.put(value)
    assert box.take() == (3, 3)
    box.put(9)
    box.close(BadInput("gone."))
    assert box.take() == (9, 0)
    with pytest.raises(BadInput):
        box.take()


def test_film_facts(tmp_path):
    facts = film_facts(write_film(tmp_path / "a.mp4", 30, 20))
    assert (facts.rate, facts.duration, facts.sound) == (20, pytest.approx(1.5), False)


@pytest.mark.parametrize(
    "content", [b"", b"not a film" * 100, None], ids=["empty", "junk", "absent"]
)
@pytest.mark.parametrize("source", [VideoSource, PlayedVideo])
def test_films_that_cannot_be_read(tmp_path, content, source):
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"a\.mp4 .*\.$"):
        source(path)


def test_every_frame_of_a_film_is_followed(tmp_path, follower):
    source = VideoSource(write_film(tmp_path / "a.mp4", 20, 20))
    samples = list(source.samples())
    assert [s.seconds for s in samples] == pytest.approx([i / 20 for i in range(20)])
    assert source.warning is None


def test_a_film_that_breaks_off_is_told(tmp_path, follower, monkeypatch):
    path = write_film(tmp_path / "a.mp4", 40, 20)
    source = VideoSource(path)
    whole = camera_source.read_video
    monkeypatch.setattr(
        camera_source, "read_video", lambda p: (f for f in whole(p) if f.index < 10)
    )
    assert len(list(source.samples())) == 10
    assert "breaks off after 0.5 of 2.0 seconds" in source.warning


def test_a_played_film_drops_what_it_cannot_take(tmp_path, follower, monkeypatch):
    monkeypatch.setattr(Follower, "slow", 0.12)
    samples = list(PlayedVideo(write_film(tmp_path / "a.mp4", 16, 20)).samples())
    assert len(samples) < 12 and sum(s.dropped for s in samples) > 3
    assert samples[-1].seconds == pytest.approx(0.75)
    assert len(samples) + sum(s.dropped for s in samples) == 16


def test_webcams(monkeypatch, follower):
    class Camera:
        def __init__(self, number, deliver, size):
            self.asked = (number, size)
            picture = np.zeros((4, 6, 3), np.uint8)
            picture[:, 0] = 255
            deliver(picture)
            threading.Timer(
                0.2, deliver, [Fault("The webcam sends no pictures.", "Plug it in.")]
            ).start()

        def stop(self):
            pass

    seen = []
    monkeypatch.setattr(camera_source, "Webcam", Camera)
    monkeypatch.setattr(
        Follower, "read", lambda self, rgb, s, a, d=0: seen.append(rgb) or Sample(s, NEUTRAL, a)
    )
    with pytest.raises(BadInput, match=r"^The webcam sends no pictures; plug it in\.$"):
        list(WebcamSource(0, mirror=True).samples())
    assert seen[0][0, -1, 0] == 255 and seen[0][0, 0, 0] == 0
    monkeypatch.setattr(camera_source, "webcam_devices", lambda: [])
    with pytest.raises(BadInput, match="no camera named Studio"):
        WebcamSource("Studio")


def test_even_times_between_samples(target):
    settings = DriveSettings(Calibration(relative=False, lips_meet=False), steadiness=0.0)
    poses = [NEUTRAL.with_blendshapes({"jawOpen": i / 10}) for i in range(11)]
    source = Script(poses, origin=Origin.AVATAR, step=0.1)
    found = list(on_grid(driven(source, target, settings), Fraction(25)))
    assert [s for s, _ in found] == pytest.approx([i / 25 for i in range(26)])
    opened = [pose.coefficient("jawOpen") for _, pose in found]
    assert opened == pytest.approx([i / 25 for i in range(26)], abs=1e-5)


def test_frames_keep_their_number_at_their_own_rate(target):
    moments = [round(i * 1001 / 30000, 3) for i in range(50)]
    source = Script([NEUTRAL] * 50)
    samples = driven(source, target, FREE)
    timed = [replace(d, seconds=t) for t, d in zip(moments, samples, strict=True)]
    assert len(list(on_grid(timed, Fraction(30000, 1001)))) == 50


def test_nobody_in_a_film_is_told(target):
    lost = driven(Script([None] * 4), target, FREE)
    with pytest.raises(BadInput, match="No face is found in script"):
        list(once_seen(lost, "script"))
    late = list(once_seen(driven(Script([None, None, NEUTRAL]), target, FREE), "script"))
    assert [d.present for d in late] == [False, False, True]


def test_live_figures_are_measured():
    class Camera(Script):
        def samples(self):
            for sample in super().samples():
                time.sleep(0.002)
                yield Sample(sample.seconds, sample.pose, sample.arrived, sample.restarted)

    figures = measured(Avatar(), Camera([NEUTRAL] * 150), 64, 2, 2.0, "cpu")
    assert figures.frames > 5 and figures.rate > 0
    assert set(figures.stages) == {"wait", "pose", "queue", "render"}
    assert figures.latency.p95 >= figures.latency.median > 0
    assert figures.to_json()["size"] == 64
    with pytest.raises(BadInput, match="too little of a face"):
        measured(Avatar(), Script([None] * 100), 64, 2, 2.0, "cpu")


def test_what_stands_in_the_way_is_named():
    stages = {n: Spread(2.0, 3.0) for n in ("wait", "landmarks", "solve", "pose", "queue")}

    def figures(latency, render, frames, core_ms):
        whole = {**stages, "render": Spread(render, render)}
        spread = Spread(latency, latency)
        return LiveFigures(512, 10, frames, 30, spread, whole, 0, 0, core_ms, 2)

    slow = figures(150, 95, 100, 190)
    assert not slow.good
    assert [s.split()[0] for s in slow.obstacles()] == ["Rendering", "Of"]
    crowded = figures(110, 60, 100, 60)
    assert [s.split()[0] for s in crowded.obstacles()] == ["Rendering", "This"]
    quick = figures(60, 20, 290, 55)
    assert quick.good and quick.obstacles() == []
