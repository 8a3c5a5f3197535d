"""Jobs: progress, cancelling, errors, lanes, and closing in the middle."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import BadInput
from models.pose import PRESETS, Pose
from studio.engine import jobs
from studio.engine.child import Child
from studio.engine.engine import Engine
from studio.engine.events import (
    JobCancelled,
    JobDone,
    JobFailed,
    JobPartial,
    JobProgress,
    JobStarted,
)
from studio.engine.job import Job, Remaining
from studio.engine.pacer import Quality
from studio.engine.request import FrameRequest
from studio.session.look import BackgroundKind, Look
from studio.session.project import MissingAvatar, OpenedProject, SavedProject
from studio.session.recovery import Autosave, find_recoverable
from studio.session.session import Session
from studio.session.state import OpenAvatar, State
from tests.studio import fake_avatar

ENDED = (JobDone, JobFailed, JobCancelled)
POSE = Pose.neutral().with_blendshapes({"jawOpen": 0.5})


@pytest.fixture(autouse=True)
def state_of_its_own(tmp_path_factory, monkeypatch) -> None:
    monkeypatch.setenv("TRIPTYCH_STATE", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def result(engine, events):
    """Run a job and return the event that ends it."""

    def run(job: Job):
        number = engine.submit(job)
        ended = events.wait_for(*ENDED)
        assert ended.job == number and ended.label == job.label
        return ended

    return run


def test_a_panic_ends_a_job_and_not_its_lane(result):
    class Panic(BaseException):
        pass

    def work(context) -> None:
        raise Panic("index out of bounds")

    failed = result(Job("Job", work, doing="the job"))
    assert isinstance(failed, JobFailed) and "index out of bounds" in failed.fault.sentence
    assert isinstance(result(Job("Next", lambda context: None)), JobDone)


def test_a_job_starts_progresses_and_ends(result, events):
    def work(context) -> int:
        context.progress("half", 0.5)
        context.progress("half", 0.25)
        context.progress("whole", 1.0)
        return 42

    assert result(Job("Counting", work)).value == 42
    assert [type(event) for event in events.all] == [JobStarted, *[JobProgress] * 3, JobDone]
    shares = [event.fraction for event in events.of(JobProgress)]
    assert shares == [0.5, 0.5, 1.0]
    assert events.of(JobProgress)[-1].remaining == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BadInput("a.jpg is empty; choose another."), "a.jpg is empty"),
        (ZeroDivisionError(), "counting"),
    ],
)
def test_an_error_is_a_value_and_the_lane_goes_on(result, error, words):
    def work(context) -> None:
        raise error

    failed = result(Job("Counting", work, doing="counting"))
    assert isinstance(failed, JobFailed) and failed.error is error
    assert words in failed.fault.sentence and "Traceback" in failed.fault.details
    assert result(Job("Next", lambda context: 1)).value == 1


def test_cancelling_a_running_and_a_waiting_job(engine, events):
    begun = threading.Event()

    def endless(context) -> None:
        begun.set()
        while True:
            context.progress("round", 0.1)
            threading.Event().wait(0.005)

    running = engine.submit(Job("Endless", endless))
    waiting = engine.submit(Job("Waiting", lambda context: 1))
    assert begun.wait(30) and engine.busy
    engine.cancel(waiting)
    engine.cancel(running)
    engine.cancel(12345)
    assert [events.wait_for(*ENDED) for _ in range(2)] == [
        JobCancelled(running, "Endless"),
        JobCancelled(waiting, "Waiting"),
    ]
    assert [event.job for event in events.of(JobStarted)] == [running] and not engine.busy


def test_files_do_not_wait_for_a_build(engine, events):
    go = threading.Event()
    engine.submit(Job("Building", lambda context: go.wait(30), "build"))
    engine.submit(Job("Saving", lambda context: 1, "file"))
    assert events.wait_for(JobDone).label == "Saving"
    go.set()
    assert events.wait_for(JobDone).label == "Building"


# The other process


def other(task: str, **arguments) -> Job:
    return Job(task, lambda context: context.elsewhere(task, **arguments), "build", f"to {task}")


def test_tasks_run_in_one_other_process(engine, result, events):
    assert result(other("add", a=np.arange(3), b=1)).value.tolist() == [1, 2, 3]
    process = engine.child._process
    assert result(other("add", a=1, b=1)).value == 2
    assert engine.child._process is process
    assert {event.stage for event in events.of(JobProgress)} == {"adding"}


def test_errors_over_there_are_described_over_there(result):
    fault = result(other("refuse")).fault
    assert fault.sentence == "photo.jpg shows no face; try another." and "refuse" in fault.details
    fault = result(other("stumble")).fault
    assert "to stumble" in fault.sentence and "child_tasks" in fault.details and fault.remedy


def test_a_crash_over_there_is_one_sentence_and_the_next_task_runs(result):
    fault = result(other("crash")).fault
    assert "exit code 9" in fault.sentence and fault.remedy
    assert result(other("add", a=1, b=2)).value == 3


def test_cancelling_ends_the_other_process(engine, events):
    number = engine.submit(other("sleep"))
    events.wait_for(JobProgress)
    process = engine.child._process
    engine.cancel(number)
    assert events.wait_for(*ENDED) == JobCancelled(number, "sleep")
    assert process is not None and not process.is_alive() and not engine.child.running


def test_closing_in_the_middle_of_a_task(events):
    engine = Engine(events, child=Child("tests.studio.engine.child_tasks"))
    engine.submit(other("sleep"))
    engine.submit(other("sleep"))
    events.wait_for(JobProgress)
    process = engine.child._process
    assert engine.close(10)
    assert process is not None and not process.is_alive()
    assert events.of(JobCancelled) == []


def test_a_job_submitted_after_closing_never_runs(engine):
    ran = []
    engine.close(10)
    engine.submit(Job("Late", ran.append))
    assert ran == [] and not engine.busy


# Avatars and projects


def test_building_gives_an_unsaved_avatar_with_a_copy(fake_models, result, tmp_path, events):
    built = result(jobs.build_avatar(Path("anna.jpg"), keep=tmp_path / "keep")).value
    assert isinstance(built, OpenAvatar) and built.name == "anna" and built.path is None
    assert built.copy is not None and built.copy.read_text() == "avatar" and len(built.sha256) == 64
    stages = [event.stage for event in events.of(JobProgress)]
    assert list(dict.fromkeys(stages)) == ["portrait", "bake", "opening"]
    shares = [event.fraction for event in events.of(JobProgress)]
    assert shares == sorted(shares) and events.of(JobProgress)[-1].remaining is not None


def test_building_from_pixels(fake_models, result, tmp_path):
    pixels = np.zeros((8, 8, 3), np.uint8)
    assert result(jobs.build_avatar(pixels, keep=tmp_path)).value.name == "Photo"


def test_a_failed_build_leaves_no_file(fake_models, result, tmp_path):
    failed = result(jobs.build_avatar(Path("faceless.jpg"), keep=tmp_path))
    assert failed.fault.sentence == "no face found in faceless.jpg; try a larger photo."
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_build_leaves_no_file(engine, events, tmp_path):
    number = engine.submit(jobs.build_avatar(Path("endless.jpg"), keep=tmp_path))
    while events.wait_for(JobProgress).stage != "bake":
        pass
    engine.cancel(number)
    assert isinstance(events.wait_for(*ENDED), JobCancelled) and list(tmp_path.iterdir()) == []


def test_faces_are_looked_for_over_there(result):
    assert result(jobs.find_faces(Path("group.jpg"))).value == ("group.jpg",)


def test_an_avatar_goes_to_a_file_and_back(fake_models, result, tmp_path):
    path = tmp_path / "anna.avatar"
    saved = result(jobs.save_avatar(OpenAvatar(fake_models(), "x"), path)).value
    opened = result(jobs.load_avatar(path)).value
    assert opened.path == path and opened.name == "anna" and opened.sha256 == saved.sha256
    path.write_text("nonsense")
    assert "is not an avatar" in result(jobs.load_avatar(path)).fault.sentence
    path.unlink()
    assert "anna.avatar" in result(jobs.load_avatar(path)).fault.sentence


def test_a_session_goes_to_a_project_and_back(fake_models, result, tmp_path):
    session = Session()
    session.open_avatar(OpenAvatar(fake_models(), "anna"))
    session.change("Smile", pose=POSE)
    saved = result(jobs.save_project(session.state, tmp_path / "film.triptych")).value
    assert isinstance(saved, SavedProject)
    session.project_saved(saved)
    assert not session.modified and session.avatar is not None
    opened = result(jobs.open_project(saved.path)).value
    assert isinstance(opened, OpenedProject) and opened.warnings == ()
    assert opened.state.pose == POSE and opened.state.avatar.path == tmp_path / "film.avatar"
    other_session = Session()
    other_session.open_project(opened)
    assert other_session.title == "film" and not other_session.modified


def test_a_project_without_its_avatar_says_which(fake_models, result, tmp_path):
    state = State(OpenAvatar(fake_models(), "anna"), POSE)
    saved = result(jobs.save_project(state, tmp_path / "film.triptych")).value
    moved = saved.avatar_path.rename(tmp_path / "moved.avatar")
    failed = result(jobs.open_project(saved.path))
    assert isinstance(failed.error, MissingAvatar) and "film.avatar" in failed.fault.sentence
    opened = result(jobs.open_project(saved.path, moved)).value
    assert opened.state.avatar.path == moved and opened.state.pose == POSE


def test_a_crashed_session_is_recovered_with_its_unsaved_avatar(fake_models, result):
    crashed, keeper = Autosave(), Autosave()
    state = State(OpenAvatar(fake_models(), "anna"), POSE)
    assert result(jobs.autosave(crashed, state, None, "anna*")).value is None
    crashed._lock.release()
    (left,) = find_recoverable()
    opened = result(jobs.recover(left, keeper)).value
    session = Session()
    session.open_project(opened, recovered=True)
    assert session.modified and session.state.pose == POSE and session.title == "anna*"
    assert session.avatar is not None and session.avatar.path is None
    assert session.avatar.copy is not None and session.avatar.copy.parent == keeper.folder
    assert find_recoverable() == [] and not left.folder.exists()
    # It would be there again after another crash.
    keeper._lock.release()
    assert [again.title for again in find_recoverable()] == ["anna*"]
    keeper.close()


def test_a_changed_person_is_saved_as_changed(result, tmp_path):
    class Person(fake_avatar.Avatar):
        shape = ()

        def reshaped(self, shape):
            other = Person()
            other.shape = shape
            return other

        def save(self, path):
            path.write_text(str(self.shape))

    avatar = OpenAvatar(Person(), "anna")
    as_built = result(jobs.save_avatar(avatar, tmp_path / "built.avatar")).value
    assert as_built.handle is avatar.handle and as_built.path.read_text() == "()"
    saved = result(jobs.save_avatar(avatar, tmp_path / "changed.avatar", (1.0,))).value
    assert saved.path.read_text() == "(1.0,)" and saved.avatar is avatar
    assert saved.handle.shape == saved.shape == (1.0,)


# Pictures


def test_thumbnails_arrive_one_by_one(result, events, avatar):
    poses = {name: PRESETS[name] for name in ("neutral", "smile")}
    assert result(jobs.thumbnails(avatar, poses, 48)).value == 2
    found = [event.value for event in events.of(JobPartial)]
    assert [item.name for item in found] == ["neutral", "smile"]
    assert found[0].picture.shape == (48, 48, 4)
    assert [call["pose"] for call in avatar.rendered] == list(poses.values())


def test_the_librarys_picture_is_a_png(result, avatar):
    import io

    content = result(jobs.portrait_thumbnail(avatar, 64)).value
    assert Image.open(io.BytesIO(content)).size == (64, 64)


@pytest.mark.parametrize(
    ("name", "mode"), [("a.png", "RGBA"), ("a.jpg", "RGB"), ("a.webp", "RGBA")]
)
def test_stills_are_written(result, avatar, tmp_path, name, mode):
    look = Look(background=BackgroundKind.TRANSPARENT)
    request = FrameRequest(avatar, look=look, quality=Quality(64))
    assert result(jobs.export_still(request, tmp_path / name)).value == tmp_path / name
    with Image.open(tmp_path / name) as picture:
        assert picture.size == (64, 64) and picture.mode == mode


def test_a_still_that_cannot_be_written_is_one_sentence(result, avatar, tmp_path):
    request = FrameRequest(avatar, quality=Quality(64))
    failed = result(jobs.export_still(request, tmp_path / "none" / "a.png"))
    assert "cannot be written" in failed.fault.sentence


# Remaining time


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_remaining_time_follows_the_usual_stages_and_the_pace():
    clock = Clock()
    left = Remaining({"load": 2.0, "think": 4.0, "write": 4.0, "check": 1.0}, clock)
    left.begin("load")
    assert left.seconds(0.0) is None and left.share(0.0) == 0
    clock.now = 0.5
    left.begin("think")
    assert left.seconds(0.0) is None and left.share(0.0) == pytest.approx(0.5 / 9.5)
    clock.now = 8.5
    left.begin("write")
    # Thinking took twice as long as usual, so the rest will.
    assert left.seconds(0.5) == 10
    assert left.share(0.5) == pytest.approx(8.5 / 18.5)


def test_remaining_time_neither_climbs_nor_ends_before_the_work():
    clock = Clock()
    left = Remaining({"load": 1.0, "think": 1.0, "write": 1.0, "check": 5.0}, clock)
    left.begin("load")
    left.begin("think")
    clock.now = 1.0
    left.begin("write")
    seconds, shares = [], []
    for now in range(1, 30):
        clock.now = float(now)
        seconds.append(left.seconds(0.0))
        shares.append(left.share(0.0))
    assert seconds == sorted(seconds, reverse=True) and seconds[0] == 6 and seconds[-1] > 0
    assert max(shares) < 1


def test_remaining_time_without_usual_times_goes_by_the_fraction():
    clock = Clock()
    left = Remaining({}, clock)
    left.begin("reading")
    clock.now = 3.0
    assert left.seconds(0.01) is None and left.seconds(0.75) == 1.0
    assert left.share(0.75) == 0.75


def test_a_copy_survives_the_avatar_getting_a_file(fake_models, result, tmp_path):
    """What recovery refers to is not removed under it."""
    keeper = Autosave()
    built = replace(
        result(jobs.build_avatar(Path("anna.jpg"), keep=keeper.folder)).value, name="anna"
    )
    result(jobs.autosave(keeper, State(built), None, "anna*"))
    assert [path.name for path in keeper.folder.glob("*.avatar")] == [built.copy.name]
    keeper.close()
