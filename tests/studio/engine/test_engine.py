"""Frames: the newest request wins, nothing stale is shown, nothing ends the thread."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from models.errors import BadInput
from models.pose import Pose
from studio.engine.engine import Engine
from studio.engine.events import DeviceChanged, FrameFailed, FrameReady, JobDone, JobPartial, Notice
from studio.engine.job import Job
from studio.engine.pacer import Quality
from studio.engine.request import FrameRequest
from studio.session.look import BackgroundKind, Look, ViewMode
from studio.session.session import Session
from studio.session.view import View
from tests.studio.engine.conftest import SlowAvatar

MOVING, RESTING = Quality(64, 2, final=False), Quality(128, 2, final=True)


def frame(avatar, value: float = 0.0, quality: Quality = MOVING) -> FrameRequest:
    return FrameRequest(
        avatar, Pose.neutral().with_blendshapes({"jawOpen": value}), quality=quality
    )


def jaws(avatar: SlowAvatar) -> list[float]:
    return [round(call["pose"].coefficient("jawOpen"), 3) for call in avatar.rendered]


def test_a_frame_is_ready_for_upload(engine, events, avatar):
    stamp = engine.request_frame(frame(avatar))
    done = events.wait_for(FrameReady)
    assert done.stamp == stamp and done.size == 64 and done.device == "cpu"
    assert done.picture.shape == (64, 64, 3) and done.picture.dtype == np.uint8
    assert done.picture.flags.c_contiguous and (done.picture == 128).all()
    assert list(done.milliseconds) == ["wait", "pose", "render", "composite", "convert"]
    assert min(done.milliseconds.values()) >= 0 and not done.nearest
    assert done.made_ms == pytest.approx(sum(list(done.milliseconds.values())[1:]))


def test_a_transparent_background_has_an_opacity(engine, events, avatar):
    look = Look(background=BackgroundKind.TRANSPARENT)
    engine.request_frame(FrameRequest(avatar, look=look, quality=MOVING))
    assert events.wait_for(FrameReady).picture.shape == (64, 64, 4)


def test_the_state_becomes_the_request(engine, events, opened):
    session = Session()
    with pytest.raises(ValueError, match="no avatar"):
        FrameRequest.of(session.state, MOVING)
    session.open_avatar(opened)
    session.change("Turn", view=View(yaw=10), look=Look(fov=30, samples=2))
    engine.request_frame(FrameRequest.of(session.state, Quality(32, 5), blink=0.75))
    events.wait_for(FrameReady)
    (call,) = opened.handle.rendered
    assert call["camera"] == View(yaw=10).camera(opened.handle.source_camera, 30)
    assert call["size"] == 32 and call["samples"] == 5
    assert call["pose"].coefficient("eyeBlinkLeft") == 0.75
    assert call["pose"].coefficient("jawOpen") == 0.25


class Panic(BaseException):
    """As compiled libraries raise them."""


def test_the_newest_request_wins(engine, events, slow):
    engine.request_frame(frame(slow, 0.0))
    slow.begun.acquire()
    for step in range(1, 11):
        newest = engine.request_frame(frame(slow, step / 10))
    slow.let_all()
    stamps = [events.wait_for(FrameReady).stamp for _ in range(2)]
    assert stamps[1] == newest and jaws(slow) == [0.0, 1.0]


def test_frames_keep_coming_while_something_moves(engine, events, slow):
    engine.request_frame(frame(slow, 0.1))
    for step in range(2, 6):
        slow.begun.acquire()
        engine.request_frame(frame(slow, step / 10))
        slow.go.release()
    slow.let_all()
    stamps = [events.wait_for(FrameReady).stamp for _ in range(5)]
    assert stamps == sorted(set(stamps))


def test_a_resting_picture_is_dropped_once_the_motion_goes_on(engine, events, slow):
    engine.request_frame(frame(slow, 0.1, RESTING))
    slow.begun.acquire()
    newest = engine.request_frame(frame(slow, 0.2))
    slow.let_all()
    assert events.wait_for(FrameReady).stamp == newest
    assert jaws(slow) == [0.1, 0.2]


def test_no_frame_of_another_avatar_follows(engine, events, slow, avatar):
    engine.request_frame(frame(slow))
    slow.begun.acquire()
    newest = engine.request_frame(frame(avatar))
    slow.let_all()
    assert events.wait_for(FrameReady).stamp == newest
    assert len(slow.rendered) == 1 and events.of(FrameReady)[0].request.avatar is avatar


def test_dropped_frames_never_arrive(engine, events, slow, avatar):
    engine.request_frame(frame(slow))
    slow.begun.acquire()
    engine.drop_frames()
    slow.let_all()
    newest = engine.request_frame(frame(avatar))
    assert events.wait_for(FrameReady).stamp == newest


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BadInput("sky.png is gone; choose another."), "sky.png is gone"),
        (ValueError("odd"), "unexpected"),
        (MemoryError(), "not enough memory"),
        (OSError(28, "No space left on device"), "disk is full"),
        (Panic("index out of bounds"), "unexpected"),
    ],
)
def test_an_error_is_a_value_and_the_next_frame_comes(engine, events, avatar, error, words):
    avatar.faults.append(error)
    stamp = engine.request_frame(frame(avatar))
    failed = events.wait_for(FrameFailed)
    assert failed.stamp == stamp and words in failed.fault.sentence
    assert "\n" not in failed.fault.sentence and "Traceback" in failed.fault.details
    engine.request_frame(frame(avatar))
    assert events.wait_for(FrameReady)


def test_a_listener_that_fails_ends_nothing(avatar):
    heard = []
    done = threading.Event()

    def listener(event) -> None:
        heard.append(event)
        if isinstance(event, FrameReady) and len(heard) > 2:
            done.set()
        raise RuntimeError("listener")

    engine = Engine(listener, device="cpu")
    engine.request_frame(frame(avatar))
    while not any(isinstance(event, FrameReady) for event in list(heard)):
        threading.Event().wait(0.01)
    engine.request_frame(frame(avatar))
    assert done.wait(30) and engine.close(10)


def test_a_full_gpu_falls_back_to_the_processor(engine, events, avatar, monkeypatch):
    monkeypatch.setattr("studio.engine.device.choose", lambda name: name)
    engine.set_device("cuda")
    avatar.faults.append(RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"))
    engine.request_frame(frame(avatar))
    done = events.wait_for(FrameReady)
    assert [call["device"] for call in avatar.rendered] == ["cuda", "cpu"]
    changes = events.of(DeviceChanged)
    assert [change.device for change in changes] == ["cuda", "cpu"]
    assert changes[0].sentence == "" and "processor" in changes[1].sentence
    assert done.device == "cpu"
    engine.request_frame(frame(avatar))
    events.wait_for(FrameReady)
    assert avatar.rendered[-1]["device"] == "cpu"
    # Another preference leaves it at that; only another device is a new attempt.
    for device, rendered in (("cuda", "cpu"), ("cpu", "cpu"), ("cuda", "cuda")):
        engine.set_device(device)
        engine.request_frame(frame(avatar))
        events.wait_for(FrameReady)
        assert avatar.rendered[-1]["device"] == rendered


def test_a_device_that_is_not_there_is_said_once(engine, events, avatar):
    engine.set_device("hal9000")
    for _ in range(2):
        engine.request_frame(frame(avatar))
        events.wait_for(FrameReady)
    (change,) = events.of(DeviceChanged)
    assert change.device == "cpu" and "hal9000" in change.sentence


def test_a_background_that_vanished_is_said_and_replaced(engine, events, avatar, tmp_path):
    look = Look(background=BackgroundKind.IMAGE, image=str(tmp_path / "gone.png"))
    for _ in range(2):
        engine.request_frame(FrameRequest(avatar, look=look, quality=MOVING))
        events.wait_for(FrameReady)
    (notice,) = events.of(Notice)
    assert "gone.png" in notice.sentence and avatar.rendered[0]["background"].kind == "photo"


def test_a_background_that_appears_is_taken(engine, events, avatar, tmp_path):
    from PIL import Image

    path = tmp_path / "sky.png"
    look = Look(background=BackgroundKind.IMAGE, image=str(path))
    for _ in range(2):
        engine.request_frame(FrameRequest(avatar, look=look, quality=MOVING))
        events.wait_for(FrameReady)
        Image.new("RGB", (80, 80), (0, 0, 255)).save(path)
    kinds = [call["background"].kind for call in avatar.rendered]
    assert kinds == ["photo", "picture"]


def test_the_same_look_gives_the_same_background_object(engine, events, avatar):
    look = Look(background=BackgroundKind.COLOUR, colour="#336699")
    for _ in range(2):
        engine.request_frame(FrameRequest(avatar, look=look, quality=MOVING))
        events.wait_for(FrameReady)
    first, second = (call["background"] for call in avatar.rendered)
    # Avatars keep scaled backgrounds by it.
    assert first is second and first.kind == "colour"


def test_jobs_render_between_frames_never_beside_them(engine, events, slow):
    def render_three(context) -> int:
        for _ in range(3):
            context.partial(context.render(frame(slow, 0.9)))
        return 3

    engine.request_frame(frame(slow, 0.1))
    slow.begun.acquire()
    engine.submit(Job("Rendering", render_three))
    slow.go.release()
    slow.begun.acquire()
    # The job renders its first picture; a frame that is asked for now comes before its second.
    engine.request_frame(frame(slow, 0.2))
    while not engine._gate._frames_waiting:
        threading.Event().wait(0.001)
    slow.let_all()
    events.wait_for(JobDone)
    assert jaws(slow)[:3] == [0.1, 0.9, 0.2] and slow.most_at_once == 1
    assert len(events.of(JobPartial)) == 3


def test_raw_is_small_and_enlarged_as_squares(engine, events, avatar):
    request = FrameRequest(avatar, look=Look(mode=ViewMode.RAW), quality=Quality(512))
    engine.request_frame(request)
    done = events.wait_for(FrameReady)
    assert done.size == 128 and done.nearest


def test_closing_tells_nothing_any_more(events, slow):
    engine = Engine(events, device="cpu")
    engine.request_frame(frame(slow))
    slow.begun.acquire()
    closing = threading.Thread(target=engine.close, args=(10,))
    closing.start()
    while not engine._closing:
        threading.Event().wait(0.001)
    slow.let_all()
    closing.join()
    assert events.of(FrameReady) == [] and engine.close(1)
