"""Exports of the whole timeline: motion and film."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from studio.drive.motion_files import read_motion
from studio.session.baked import baking_rate, frame_count
from studio.session.look import BackgroundKind
from studio.session.timeline import Timeline
from studio.ui.timeline.film_dialog import Film, FilmDialog
from tests.studio.ui.panel_fixtures import PATIENCE_MS
from tests.studio.ui.timeline.test_timeline import panel, playing, put, take

__all__ = ["panel", "playing"]


@pytest.fixture
def layered(desk, playing, panel):
    """A take from half a second on, and a key on another channel over it."""
    put(playing, take(start=0.5))
    playing.store.change("Key", playing.timeline.with_keys(1.0, {"head.yaw": 20.0}))
    desk.posing.reset()
    return panel


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".npz"])
def test_takes_and_keys_are_exported_together(playing, layered, tmp_path, qtbot, suffix):
    path = tmp_path / f"whole{suffix}"
    layered.motion.export_whole_to(path)
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    back = read_motion(path).track
    assert len(back) == 76 == frame_count(playing.timeline, baking_rate(playing.timeline))
    if suffix == ".jsonl":
        jaws = [pose.coefficient("jawOpen") for _, pose in back]
        assert jaws[:15] == [0.0] * 15 and jaws[45] == pytest.approx(0.5, abs=0.02)
        assert all(pose.head[1] == pytest.approx(np.radians(20), abs=1e-4) for _, pose in back)


def test_the_rate_is_that_of_the_quickest_take():
    assert baking_rate(Timeline()) == 30.0
    assert baking_rate(Timeline((take(),))) == 30.0
    quick = take()
    doubled = type(quick.track)(quick.track.times / 2, quick.track.rows)
    assert baking_rate(Timeline((take(), type(quick)("Take 2", doubled)))) == 60.0


def test_a_film_shows_the_timeline(desk, playing, layered, tmp_path, qtbot):
    path, told = tmp_path / "film.mp4", []
    desk.job_progress.connect(lambda event: told.append(event.fraction))
    layered.motion.export_film_to(path, Film(128, 30, BackgroundKind.COLOUR))
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    with av.open(str(path)) as film:
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(pictures) == 76 and pictures[0].shape == (128, 128, 3)
    # The stand-in shows its jaw as brightness.
    assert pictures[0].mean() < pictures[45].mean() - 80 and told and told[-1] > 0.5


def test_a_cancelled_film_leaves_no_file(desk, playing, layered, tmp_path, qtbot):
    desk.job_progress.connect(lambda event: desk.engine.cancel(event.job))
    ended = []
    desk.job_ended.connect(ended.append)
    layered.motion.export_film_to(tmp_path / "film.mp4", Film(128, 30, BackgroundKind.PHOTO))
    qtbot.waitUntil(lambda: bool(ended), timeout=PATIENCE_MS)
    assert list(tmp_path.glob("*film*")) == []


def test_a_film_is_asked_for_as_the_look_and_the_takes_are(desk, playing, layered, qtbot, tmp_path):
    look = replace(desk.session.state.look, resolution=400, background=BackgroundKind.TRANSPARENT)
    desk.session.change("Look", look=look)
    layered.motion.ask_film()
    dialog = layered.findChild(FilmDialog)
    assert dialog.film == Film(400, 30, BackgroundKind.PHOTO)
    assert dialog.length.text() == "2.5 s, 76 pictures"
    kinds = [dialog.background_box.itemData(row) for row in range(dialog.background_box.count())]
    assert kinds == [BackgroundKind.PHOTO, BackgroundKind.BLURRED, BackgroundKind.COLOUR]
    dialog.size_box.setCurrentIndex(dialog.size_box.findData(256))
    dialog.rate_box.setCurrentIndex(dialog.rate_box.findData(24))
    assert dialog.length.text() == "2.5 s, 61 pictures"
    dialog.background_box.setCurrentIndex(dialog.background_box.findData(BackgroundKind.BLURRED))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    files = layered.findChild(QFileDialog)
    path = tmp_path / "film.mp4"
    files.fileSelected.emit(str(path))
    files.reject()
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.frames, stream.average_rate) == (256, 61, 24)
    assert desk.session.state.look == look, "only the film is made so"


def test_a_film_cannot_be_transparent_and_says_so(desk, playing, layered, tmp_path, qtbot):
    faults = []
    desk.failed.connect(faults.append)
    film = Film(128, 30, BackgroundKind.TRANSPARENT)
    layered.motion.export_film_to(tmp_path / "film.mp4", film)
    qtbot.waitUntil(lambda: bool(faults), timeout=PATIENCE_MS)
    assert faults[0].sentence.startswith("A film in .mp4 cannot be transparent")


def test_what_is_empty_is_not_exported(desk, playing, panel):
    notices = []
    desk.notice.connect(notices.append)
    panel.motion.refresh()
    assert not panel.motion.film.isEnabled() and not panel.motion.whole.isEnabled()
    panel.motion.ask_film()
    assert notices == ["The timeline is empty: record a take or set keys."]
