"""Changing the person of an avatar: on the rig, on the facade, in the file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.animate.rig import JOINTS, Rig
from models.animate.shape_basis import SHAPE_COUNT
from models.avatar import Avatar
from models.avatar_file import read_archive, write_archive
from models.errors import BadInput
from models.pose import Pose
from tests.models.animate.made_up_flame import expressive, with_shape
from tests.models.head.people import person

EYES = [JOINTS.index("eye_left"), JOINTS.index("eye_right")]


@pytest.fixture(scope="module")
def rig() -> Rig:
    return with_shape(person(1).rig)


def test_a_change_adds_up_and_none_changes_nothing(rig: Rig) -> None:
    assert rig.reshaped([0.0] * 4) is rig and rig.reshaped(()) is rig
    assert replace(rig, shape=None).reshaped([1.0]) == replace(rig, shape=None)
    assert rig.shape is not None
    moved = rig.reshaped([0.0, 2.0, -1.0]).rest - rig.rest
    wanted = 2.0 * rig.shape.delta[1].astype(np.float32) - rig.shape.delta[2]
    np.testing.assert_allclose(moved, wanted, atol=1e-6)
    assert np.abs(moved).max() > 0.005


def test_eyes_turn_and_lids_stop_where_the_eyeballs_now_are(rig: Rig) -> None:
    assert rig.shape is not None
    other = rig.reshaped([0.0, 0.0, 3.0])
    way = other.pivots - rig.pivots
    np.testing.assert_allclose(way, 3.0 * rig.shape.pivots[2], atol=1e-6)
    assert np.abs(way[EYES[0]] - way[EYES[1]]).max() > 1e-3
    for centre, eye in zip(rig.pivots[EYES], EYES, strict=True):
        own = np.abs(rig.lid_sphere[:, :3] - centre).max(1) < 1e-5
        assert own.sum() > 50
        np.testing.assert_allclose(
            other.lid_sphere[own, :3] - rig.lid_sphere[own, :3],
            np.broadcast_to(way[eye], (own.sum(), 3)),
            atol=1e-6,
        )
    np.testing.assert_array_equal(other.lid_sphere[:, 3], rig.lid_sphere[:, 3])


@pytest.fixture(scope="module")
def avatar(sample_avatar: Avatar) -> Avatar:
    return expressive(sample_avatar)


def test_the_picture_changes_and_comes_back(avatar: Avatar, sample_avatar: Avatar) -> None:
    view = {"pose": avatar.source_pose, "camera": avatar.source_camera, "size": 96}
    still = avatar.render(**view)
    other = avatar.reshaped([2.0])
    assert other is avatar.reshaped((2.0,)) and avatar.reshaped([0.0]) is avatar
    assert (np.abs(other.render(**view) - still) > 0.05).mean() > 0.003
    back = other.reshaped([-2.0]).render(**view)
    assert np.abs(back - still).mean() < 1e-3
    np.testing.assert_array_equal(avatar.render(**view), still)
    assert other.shape[0] == avatar.shape[0] + 2.0 and other.shape[1:] == avatar.shape[1:]
    assert other._packed is avatar._packed and len(avatar.shape) == SHAPE_COUNT
    assert sample_avatar.reshaped([2.0]) is sample_avatar and sample_avatar.shape == ()


def test_threads_that_want_different_people_get_them(avatar: Avatar) -> None:
    def changed(amount: float) -> bool:
        return all(
            avatar.reshaped([amount]).shape[0] == avatar.shape[0] + amount for _ in range(20)
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(changed, (-1.0, 0.5, 1.0, 2.0)))


def test_the_file_keeps_it(avatar: Avatar, tmp_path: Path) -> None:
    avatar.save(tmp_path / "me.avatar")
    again = Avatar.load(tmp_path / "me.avatar")
    view = {"pose": Pose.neutral(), "camera": avatar.source_camera, "size": 64}
    np.testing.assert_array_equal(
        again.reshaped([1.0, -2.0]).render(**view), avatar.reshaped([1.0, -2.0]).render(**view)
    )
    assert again.shape == avatar.shape
    other = avatar.reshaped([1.0, -2.0])
    other.save(tmp_path / "other.avatar")
    loaded = Avatar.load(tmp_path / "other.avatar")
    np.testing.assert_array_equal(loaded.render(**view), other.render(**view))
    assert loaded.shape == other.shape


DAMAGE: dict[str, Callable[[dict[str, np.ndarray]], object]] = {
    "missing": lambda proxy: proxy.pop("rig.shape.pivots"),
    "few": lambda proxy: proxy.update({"rig.shape.delta": proxy["rig.shape.delta"][:4]}),
    "vertices": lambda proxy: proxy.update({"rig.shape.delta": proxy["rig.shape.delta"][:, 1:]}),
    "huge": lambda proxy: proxy.update({"rig.shape.pivots": proxy["rig.shape.pivots"] + 1e9}),
    "infinite": lambda proxy: proxy.update(
        {"rig.shape.delta": np.full_like(proxy["rig.shape.delta"], 6e4)}
    ),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE.keys())
def test_hostile_shapes_are_refused(
    change: Callable[[dict[str, np.ndarray]], object], avatar: Avatar, tmp_path: Path
) -> None:
    avatar.save(tmp_path / "me.avatar")
    archive = read_archive(tmp_path / "me.avatar")
    change(archive.proxy)
    write_archive(tmp_path / "hostile.avatar", archive)
    with pytest.raises(BadInput, match=r"hostile\.avatar is damaged"):
        Avatar.load(tmp_path / "hostile.avatar")
