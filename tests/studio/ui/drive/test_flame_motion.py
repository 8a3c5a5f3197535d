"""FLAME motion in the window, on an avatar that cannot show its expression."""

from __future__ import annotations

import numpy as np
import pytest

from models.pose import Pose
from studio.drive import flame_expression
from studio.drive.motion_files import write_motion
from studio.session.pose_track import PoseTrack
from studio.ui.drive.choice import SourceChoice, SourceKind
from studio.ui.drive.driving import Driving
from studio.ui.timeline.motion_jobs import import_take

SMILE = Pose.neutral().with_blendshapes({"mouthSmileLeft": 0.75})


@pytest.fixture
def motion(tmp_path):
    path = tmp_path / "talk.npz"
    pose = Pose.neutral().replace(expression=np.ones(100))
    write_motion(path, PoseTrack.of([(i / 30, pose) for i in range(3)]))
    return path


@pytest.fixture
def told(desk) -> list[str]:
    sentences: list[str] = []
    desk.notice.connect(sentences.append)
    return sentences


@pytest.fixture
def smiling(monkeypatch) -> None:
    monkeypatch.setattr(
        flame_expression,
        "as_arkit",
        lambda track, flame: PoseTrack.of((float(t), SMILE) for t in track.times),
    )


def opened(desk, motion):
    choice = SourceChoice(SourceKind.MOTION, path=motion, loop=False)
    return Driving(desk).opener(choice)()


def test_what_is_lost_is_told_in_the_window(desk, open_avatar, motion, told, qtbot):
    open_avatar()
    source = opened(desk, motion)
    qtbot.waitUntil(lambda: bool(told))
    assert len(told) == 1 and "talk.npz is not shown" in told[0]
    source.close()


def test_the_preferred_flame_file_carries_it_over(desk, open_avatar, motion, told, smiling):
    open_avatar()
    desk.change_settings(head_file="mine.npz")
    source = opened(desk, motion)
    assert next(iter(source.samples())).pose == SMILE and not told
    source.close()


def test_a_flame_head_shows_it(desk, open_avatar, motion, told, smiling):
    open_avatar(head="flame")
    desk.change_settings(head_file="mine.npz")
    pose = next(iter(opened(desk, motion).samples())).pose
    assert pose.expression is not None and pose.expression[3] == 1.0 and not told


def test_an_imported_take_says_it_too(driving, desk, motion, told, qtbot):
    avatar, takes = desk.session.avatar.handle, []
    job = import_take(motion, avatar, avatar.source_pose, driving.settings)
    desk.submit(job, done=takes.append)
    qtbot.waitUntil(lambda: bool(takes and told), timeout=20_000)
    assert "talk.npz is not shown" in told[0]
