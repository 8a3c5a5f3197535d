"""FLAME's expression on a rig: who follows, mirroring, and the file it is kept in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from models.animate.expression_basis import ExpressionBasis, mirror_map
from models.animate.rig import Rig
from models.avatar import Avatar
from models.avatar_file import read_archive, write_archive
from models.avatar_storage import save_parts
from models.errors import BadInput
from models.pose import Pose
from tests.models.animate.made_up_flame import COUNT, expressive, with_expression
from tests.models.head.people import person

NEUTRAL = Pose.neutral()


def _posed(**components: float) -> Pose:
    values = np.zeros(COUNT, np.float32)
    for name, value in components.items():
        values[int(name.removeprefix("e"))] = value
    return NEUTRAL.replace(expression=values)


@pytest.fixture(scope="module")
def rig() -> Rig:
    return with_expression(person(1).rig)


def _following() -> tuple[np.ndarray, sp.csr_matrix, ExpressionBasis]:
    rng = np.random.default_rng(3)
    basis = 0.01 * rng.normal(size=(6, 9, 3))
    basis[:, 4] = 0.0
    shares = rng.random((20, 9)) * (rng.random((20, 9)) < 0.4)
    shares[7] = 0.0
    following = sp.csr_matrix(shares)
    return basis, following, ExpressionBasis.of(basis, following, np.zeros(6), np.eye(6))


def test_vertices_follow_their_control_points() -> None:
    basis, following, kept = _following()
    assert kept.basis.shape == (6, 8, 3) and 7 not in kept.vertex
    coefficients = np.array([0, 2, 0, -1, 0.5, 0], np.float32)
    vertices = np.zeros((20, 3), np.float32)
    kept.add_to(vertices, coefficients)
    wanted = following @ np.tensordot(coefficients, basis, 1)
    np.testing.assert_allclose(vertices, wanted, atol=1e-4)
    assert np.abs(wanted).max() > 0.01


def test_no_expression_and_zeros_move_nothing(rig: Rig) -> None:
    bare = replace(rig, expression=None)
    still = bare.deform(NEUTRAL)
    for pose in (NEUTRAL, _posed()):
        np.testing.assert_array_equal(rig.deform(pose), still)
    np.testing.assert_array_equal(bare.deform(_posed(e3=2.0)), still)


def test_components_add_up_before_the_joints_turn(rig: Rig) -> None:
    free = replace(rig, lid_vertices=rig.lid_vertices[:0], lid_sphere=rig.lid_sphere[:0])
    still = free.deform(NEUTRAL)
    one, other = (free.deform(_posed(**{name: 1.5})) - still for name in ("e3", "e8"))
    assert np.abs(one).max() > 0.003
    np.testing.assert_allclose(free.deform(_posed(e3=1.5, e8=1.5)) - still, one + other, atol=1e-5)
    turned = NEUTRAL.replace(neck=(0.0, 0.5, 0.0))
    there = free.deform(turned.replace(expression=_posed(e3=1.5).expression))
    ways = np.linalg.norm(there - free.deform(turned), axis=1)
    np.testing.assert_allclose(ways, np.linalg.norm(one, axis=1), atol=5e-4)


def test_an_expression_that_parts_the_lips_lets_go_of_their_seal(rig: Rig) -> None:
    assert rig.expression is not None
    expression = replace(rig.expression, opening=np.eye(COUNT, dtype=np.float32)[3])
    opening = replace(rig, expression=expression)
    wide, sealed = opening.deform(_posed(e3=1.0)), rig.deform(_posed(e3=1.0))
    moved = np.flatnonzero(np.abs(wide - sealed).max(1) > 1e-6)
    assert len(moved) and np.isin(moved, rig.seal_vertex).all()


def test_mirror_images_of_symmetric_components() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(30, 3))
    twin = np.concatenate([np.arange(15, 30), np.arange(15)])
    points[15:] = points[:15] * (-1, 1, 1)
    left = rng.normal(size=(4, 30, 3))
    right = left[:, twin] * (-1.0, 1.0, 1.0)
    mirror = mirror_map(np.concatenate([left, right]), twin)
    np.testing.assert_allclose(mirror, np.roll(np.eye(8), 4, axis=1), atol=1e-3)


def test_a_pose_is_mirrored_with_its_expression(rig: Rig) -> None:
    assert rig.expression is not None
    pose = _posed(e2=1.0, e9=-0.5).with_blendshapes({"jawLeft": 0.4})
    mirrored = pose.mirrored(rig.expression.mirror)
    assert pose.expression is not None and mirrored.expression is not None
    np.testing.assert_allclose(
        mirrored.expression, pose.expression @ rig.expression.mirror, atol=1e-6
    )
    assert mirrored.coefficient("jawRight") == pytest.approx(0.4)
    assert np.abs(mirrored.expression - pose.expression).max() > 0.1


@pytest.fixture(scope="module")
def saved(sample_avatar: Avatar, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("expressive") / "me.avatar"
    expressive(sample_avatar).save(path)
    return path


def test_pictures_show_the_expression_and_the_file_keeps_it(
    saved: Path, sample_avatar: Avatar
) -> None:
    avatar = expressive(sample_avatar)
    pose = avatar.source_pose.replace(expression=_posed(e3=3.0, e5=3.0).expression)
    view = {"camera": avatar.source_camera, "size": 128}
    shown, still = avatar.render(pose, **view), avatar.render(avatar.source_pose, **view)
    changed = (np.abs(shown - still) > 0.05).any(0)
    assert 0.0005 < changed.mean() < 0.2
    np.testing.assert_array_equal(sample_avatar.render(pose, **view), still)
    again = Avatar.load(saved)
    np.testing.assert_array_equal(again.render(pose, **view), shown)
    assert again.expression_mirror is not None and sample_avatar.expression_mirror is None


def test_avatars_are_of_the_oldest_format_that_holds_them(
    saved: Path, sample_avatar: Avatar, tmp_path: Path
) -> None:
    sample_avatar.save(tmp_path / "open.avatar")
    assert read_archive(tmp_path / "open.avatar").meta["version"] == 3
    parts, older = Avatar.load(saved).parts, tmp_path / "older.avatar"
    missing: dict[str, None] = {}
    for version, names in ((2, ("veils",)), (1, ("expression", "shape"))):
        missing |= dict.fromkeys(names)
        rig = replace(parts.proxy.rig, **missing)
        save_parts(older, replace(parts, proxy=replace(parts.proxy, rig=rig)))
        assert read_archive(older).meta["version"] == version
        assert Avatar.load(older).parts.proxy.rig.veils is None


def _beyond(array: np.ndarray, value: int) -> np.ndarray:
    array = array.copy()
    array[0] = value
    return array


DAMAGE: dict[str, Callable[[dict[str, np.ndarray]], object]] = {
    "vertex": lambda d: d.update(vertex=_beyond(d["vertex"], 10_000_000)),
    "control": lambda d: d.update(control=_beyond(d["control"], 65_535)),
    "start": lambda d: d.update(start=_beyond(d["start"], 5)),
    "falling": lambda d: d.update(start=np.append(d["start"][:-2][::-1], d["start"][-2:])),
    "few": lambda d: d.update(start=d["start"][:-1]),
    "missing": lambda d: d.pop("mirror"),
    "components": lambda d: d.update(
        basis=d["basis"][:50], opening=d["opening"][:50], mirror=d["mirror"][:50, :50]
    ),
    "mirror": lambda d: d.update(mirror=d["mirror"] * 1e9),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE.keys())
def test_hostile_components_are_refused(
    change: Callable[[dict[str, np.ndarray]], object], saved: Path, tmp_path: Path
) -> None:
    archive = read_archive(saved)
    own = {
        name.removeprefix("rig.expression."): archive.proxy.pop(name)
        for name in list(archive.proxy)
        if name.startswith("rig.expression.")
    }
    change(own)
    archive.proxy.update({f"rig.expression.{name}": array for name, array in own.items()})
    write_archive(tmp_path / "hostile.avatar", archive)
    with pytest.raises(BadInput, match=r"hostile\.avatar is damaged") as caught:
        Avatar.load(tmp_path / "hostile.avatar")
    assert "\n" not in str(caught.value)
