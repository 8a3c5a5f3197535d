"""FLAME motion on avatars with and without a FLAME head."""

from __future__ import annotations

import types
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInput
from models.head.choice import choose_head
from models.pose import ARKIT_INDEX
from studio.drive.file_source import MotionFileSource
from studio.drive.flame_expression import as_arkit, for_avatar
from studio.drive.motion_files import read_motion, write_motion
from studio.drive.opening import motion_file
from studio.session.pose_track import PoseTrack
from studio.session.pose_vector import PLACES, WIDTH
from tests.models.head.flame_from_open import write_flame

OPEN = types.SimpleNamespace(expression_mirror=None)
FLAME = types.SimpleNamespace(expression_mirror=np.eye(100))


@pytest.fixture(scope="module")
def flame(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_flame(tmp_path_factory.mktemp("flame") / "mine.npz")


def asking(flame: Path, **coefficients: float) -> PoseTrack:
    """A track whose FLAME expression and jaw do in steps what coefficients would do."""
    wanted = np.zeros(52, np.float32)
    for name, value in coefficients.items():
        wanted[ARKIT_INDEX[name]] = value
    expression = choose_head(flame).data.expression
    assert expression is not None
    asked = wanted @ expression.arkit_map
    rows = np.zeros((5, WIDTH + 100), np.float32)
    share = np.linspace(0, 1, 5)[:, None]
    rows[:, WIDTH:], rows[:, PLACES["jaw"]] = share * asked[:100], share * asked[100:]
    return PoseTrack(np.arange(5) / 30, rows)


def test_a_flame_head_takes_the_expression_as_it_is(flame):
    track = asking(flame, mouthSmileLeft=0.8)
    assert for_avatar(track, "a.npz", FLAME, flame) == (track, None)


def test_poses_without_expression_need_no_flame_file():
    track = PoseTrack(np.arange(3.0), np.zeros((3, WIDTH + 100), np.float32))
    assert for_avatar(track, "a.npz", OPEN, None) == (track, None)
    assert for_avatar(track, "a.npz", OPEN, Path("missing.npz")) == (track, None)


def test_an_open_head_gets_arkit_coefficients(flame):
    wanted = {"mouthSmileLeft": 0.8, "browInnerUp": 0.5, "jawOpen": 0.6}
    track = asking(flame, **wanted)
    carried, lost = for_avatar(track, "a.npz", OPEN, flame)
    assert lost is None and carried.rows.shape[1] == WIDTH
    last = carried.pose(4)
    for name, value in wanted.items():
        assert last.coefficient(name) == pytest.approx(value, abs=0.05)
    assert np.abs(track.pose(4).jaw).max() > 0.1 > 5 * np.abs(last.jaw).max()
    others = np.delete(last.blendshapes, [ARKIT_INDEX[name] for name in wanted])
    assert np.abs(others).max() < 0.08
    assert not carried.pose(0).blendshapes.any()


def test_what_the_file_says_beside_the_expression_stays(flame):
    track = asking(flame, mouthSmileLeft=0.5)
    rows = track.rows.copy()
    rows[:, PLACES["neck"]] = 0.2
    rows[:, PLACES["blendshapes"].start + ARKIT_INDEX["browInnerUp"]] = 0.4
    pose = as_arkit(PoseTrack(track.times, rows), flame).pose(4)
    assert pose.coefficient("browInnerUp") == pytest.approx(0.4, abs=0.02)
    assert pose.coefficient("mouthSmileLeft") == pytest.approx(0.5, abs=0.05)
    assert np.allclose(pose.neck, 0.2)


def test_without_a_flame_file_one_sentence_tells(flame, tmp_path):
    path = tmp_path / "talk.npz"
    write_motion(path, asking(flame, jawOpen=0.5))
    source = MotionFileSource(path, avatar=OPEN)
    assert source.warning is not None and "talk.npz" in source.warning
    assert "FLAME file" in source.warning and source.warning.count(".") == 2
    assert source.track.rows.shape[1] > WIDTH
    told: list[str] = []
    opener = motion_file(path, avatar=OPEN, tell=told.append)
    opener()
    opener()
    assert told == [source.warning]
    assert MotionFileSource(path).warning is None


def test_reading_and_writing_do_not_depend_on_an_avatar(flame, tmp_path):
    track = asking(flame, mouthPucker=0.7)
    write_motion(tmp_path / "a.npz", track)
    again = read_motion(tmp_path / "a.npz").track
    assert np.abs(again.rows - track.rows).max() < 1e-6


def test_a_flame_file_that_is_none_is_told(flame, tmp_path):
    (tmp_path / "no.npz").write_bytes(b"PK nothing")
    with pytest.raises(BadInput, match=r"no\.npz"):
        for_avatar(asking(flame, jawOpen=1.0), "a.npz", OPEN, tmp_path / "no.npz")
