"""Recovery: what a killed process leaves, and only that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import BadInput
from models.pose import Pose
from studio.session.recovery import Autosave, find_recoverable, recovery_root
from studio.session.state import State

POSE = Pose.neutral().with_blendshapes({"jawOpen": 0.5})

KILLED = """
import time
from pathlib import Path
from models.pose import Pose
from studio.engine.child import Child
from studio.session.recovery import Autosave
from studio.session.state import OpenAvatar, State

class Handle:
    def save(self, path):
        Path(path).write_bytes(b"unsaved avatar")

keeper = Autosave()
pose = Pose.neutral().with_blendshapes({"jawOpen": 0.5})
project = Path("film.triptych").absolute()
# A process of its own that outlives it for a moment must not hold the lock.
Child("tests.studio.engine.child_tasks").start()
keeper.save(State(OpenAvatar(Handle(), "anna"), pose), project, "film*")
print("saved", flush=True)
time.sleep(60)
"""


@pytest.fixture
def keeper():
    keeper = Autosave()
    yield keeper
    keeper.close()


def test_after_a_kill_the_session_and_its_unsaved_avatar_are_there(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "saved\n"
        # It lives: its session is its own.
        assert find_recoverable() == []
        process.send_signal(signal.SIGKILL)
    (left,) = find_recoverable()
    assert left.title == "film*" and left.project == Path("film.triptych").absolute()
    opened = left.read()
    assert opened.state.pose == POSE and opened.path == left.project
    assert opened.avatar_path is not None
    assert opened.avatar_path.read_bytes() == b"unsaved avatar"
    assert opened.reference is not None and opened.reference.unsaved
    left.discard()
    assert find_recoverable() == [] and not left.folder.exists()


def test_a_recovered_avatar_is_still_unsaved_and_moves_to_this_process(keeper, avatar, tmp_path):
    crashed = Autosave()
    crashed.save(State(avatar, POSE), None, "anna*")
    crashed._lock.release()
    (left,) = find_recoverable()
    opened = left.read()
    assert opened.path is None and opened.avatar_path is not None
    loaded = replace(avatar, path=opened.avatar_path, name=opened.avatar_path.stem)
    adopted = keeper.adopted(opened.with_avatar(loaded)).state.avatar
    left.discard()
    assert adopted is not None and adopted.path is None and adopted.name == "anna"
    assert adopted.copy is not None and adopted.copy.parent == keeper.folder
    assert adopted.copy.is_file()


def test_a_clean_close_leaves_nothing(avatar):
    keeper = Autosave()
    keeper.save(State(avatar, POSE), None, "anna*")
    keeper.close()
    keeper.close()
    assert list(recovery_root().iterdir()) == [] and find_recoverable() == []


def test_after_clearing_there_is_nothing_to_recover_but_copies_stay(keeper, avatar):
    keeper.save(State(avatar, POSE), None, "anna*")
    keeper.clear()
    keeper._lock.release()
    assert find_recoverable() == []
    assert len(list(keeper.folder.glob("*.avatar"))) == 1


def test_a_saved_avatar_is_not_copied(keeper, avatar, tmp_path):
    path = tmp_path / "anna.avatar"
    avatar.handle.save(path)
    keeper.save(State(replace(avatar, path=path)), None, "anna*")
    assert list(keeper.folder.glob("*.avatar")) == []


def test_an_avatar_is_written_once(keeper, avatar):
    keeper.save(State(avatar), None, "anna*")
    (copy,) = keeper.folder.glob("*.avatar")
    first = copy.stat().st_mtime_ns
    keeper.save(State(avatar, POSE), None, "anna*")
    assert copy.stat().st_mtime_ns == first
    assert list(keeper.folder.glob("*.avatar")) == [copy]


def test_abandoned_folders_go_but_new_ones_stay(keeper):
    old, new = recovery_root() / "1-1", recovery_root() / "2-2"
    for folder in (old, new):
        folder.mkdir()
    past = time.time() - 3600
    os.utime(old, (past, past))
    assert find_recoverable() == []
    assert not old.exists() and new.exists() and keeper.folder.exists()


def test_a_damaged_description_does_not_hide_the_session(avatar):
    crashed = Autosave()
    crashed.save(State(avatar, POSE), None, "anna*")
    (crashed.folder / "about.json").write_text("{")
    crashed._lock.release()
    (left,) = find_recoverable()
    assert left.title == "Untitled" and left.read().state.pose == POSE


def test_a_damaged_session_is_one_sentence(avatar):
    crashed = Autosave()
    crashed.save(State(avatar, POSE), None, "anna*")
    (crashed.folder / "session.triptych").write_text("{")
    crashed._lock.release()
    (left,) = find_recoverable()
    with pytest.raises(BadInput):
        left.read()


def test_without_a_place_to_write_it_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="nothing can be recovered"):
        Autosave(tmp_path / "file")
