"""FLAME as a head of the whole path, on a FLAME-shaped file with a real face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from models.animate.rig import JOINTS as RIG_JOINTS
from models.avatar import Avatar
from models.errors import BadInput
from models.head.assemble import HeadMesh, Identity, Region, assemble_head
from models.head.choice import choose_head
from models.head.flame_adapter import FlameHeadData, flame_head_data
from models.head.flame_file import FlameArrays, load_flame
from models.head.landmarks import LID_LEFT, OUTER_LIPS
from models.head.loop_subdivision import loop_subdivision
from models.head.mouth import MouthRegion
from models.head.open_head import load_open_head
from models.pose import ARKIT_INDEX, Pose
from tests.models.head.flame_from_open import EYE_RADIUS, ORIGIN, PERSON, write_flame


@pytest.fixture(scope="module")
def flame_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_flame(tmp_path_factory.mktemp("flame") / "my_flame.npz")


@pytest.fixture(scope="module")
def flame(flame_path: Path) -> FlameArrays:
    return load_flame(flame_path)


@pytest.fixture(scope="module")
def head(flame: FlameArrays) -> FlameHeadData:
    return flame_head_data(flame, load_open_head())


@pytest.fixture(scope="module")
def mesh(head: FlameHeadData) -> HeadMesh:
    offsets = np.zeros((len(head.region), 3), np.float32)
    axis = np.zeros((2, 2), np.float32)
    return assemble_head(head, Identity(np.zeros(64, np.float32), offsets, 0.45, axis))


def _metres(head: FlameHeadData, points: NDArray) -> NDArray:
    return head.metres_per_unit * points


def _distances(points: NDArray) -> NDArray:
    return np.linalg.norm(points[:, None] - points, axis=-1)


def test_subdivision_keeps_planes_and_borders() -> None:
    grid = np.array([(x, y, 0.5 * x - y) for y in range(4) for x in range(4)], float)
    squares = np.array([r * 4 + c for r in range(3) for c in range(3)])
    faces = np.concatenate([squares[:, None] + (0, 1, 5), squares[:, None] + (0, 5, 4)])
    matrix, fine = loop_subdivision(faces.astype(np.int32), 16)
    placed = matrix @ grid
    np.testing.assert_allclose(matrix.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(placed[:, 2], 0.5 * placed[:, 0] - placed[:, 1], atol=1e-6)
    assert len(fine) == 4 * len(faces) and placed.shape == (49, 3)
    bottom = placed[np.isclose(placed[:, 1], 0)]
    assert len(bottom) >= 5  # the border stays straight
    a, b, c = np.moveaxis(placed[fine][..., :2], 1, 0)
    u, v = b - a, c - a
    assert (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] > 0).all()


def test_subdivision_of_a_closed_surface() -> None:
    corners = np.concatenate([np.eye(3), -np.eye(3)])
    faces = np.array(
        [(x, y, z) if flip % 2 == 0 else (x, z, y)
         for x in (0, 3) for y in (1, 4) for z in (2, 5)
         for flip in [(x > 2) + (y > 2) + (z > 2)]],
        np.int32,
    )  # fmt: skip
    matrix, fine = loop_subdivision(faces, 6)
    assert matrix.shape == (18, 6) and len(fine) == 32
    radius = np.linalg.norm(matrix @ corners, axis=1)
    assert radius.max() < 0.75 and np.ptp(radius) < 0.15  # an octahedron turns towards a ball


def test_eyeballs_are_left_out(head: FlameHeadData, flame: FlameArrays) -> None:
    joint = flame.joint_regressor @ flame.template
    assert (flame.weights[:, 3:].sum(1) > 0.9).sum() == 5023 - head.control_count
    apart = np.linalg.norm(joint[3] - joint[4])
    eyes = head.template[[head.point("eye_left"), head.point("eye_right")]]
    assert _metres(head, np.linalg.norm(eyes[0] - eyes[1])) == pytest.approx(apart, rel=1e-4)
    assert _metres(head, np.float64(head.eye_radius)) == pytest.approx(EYE_RADIUS, rel=1e-3)
    assert eyes[0, 0] > 0.05 and eyes[1, 0] < -0.05


def test_space_is_canonical(head: FlameHeadData) -> None:
    other = load_open_head()
    for name in ("eye_left", "eye_right", "jaw", "head"):
        there = other.template[other.point(name)]
        assert np.abs(head.template[head.point(name)] - there).max() < 0.05
    assert 0.38 < head.metres_per_unit < 0.48


def test_landmarks_lie_where_they_should(head: FlameHeadData) -> None:
    # Only distances among them: the alignment of two persons is free to differ a little.
    other = load_open_head()
    rng = np.random.default_rng(PERSON)
    points = other.points(0.7 * rng.normal(size=64))
    true = other.metres_per_unit * (other.landmark_map @ points[: other.control_count]) + ORIGIN
    found = _metres(head, head.landmark_map @ head.template[: head.control_count])
    difference = np.abs(_distances(found) - _distances(true))
    assert difference.mean() < 0.001
    for ring in (LID_LEFT, OUTER_LIPS):
        assert difference[np.ix_(ring, ring)].mean() < 0.0013


@pytest.mark.parametrize("name", ["mouthSmileLeft", "jawOpen", "eyeBlinkRight", "browInnerUp"])
def test_arkit_shapes_move_the_face_as_the_open_head(head: FlameHeadData, name: str) -> None:
    other, index = load_open_head(), ARKIT_INDEX[name]
    true = other.landmark_map @ other.blendshapes[index, : other.control_count]
    found = head.landmark_map @ head.blendshapes[index, : head.control_count]
    strong = np.linalg.norm(true, axis=1) > 0.3 * np.linalg.norm(true, axis=1).max()
    error = np.linalg.norm(found - true, axis=1)[strong].mean()
    assert error < 0.25 * np.linalg.norm(true, axis=1)[strong].mean()
    still = np.linalg.norm(true, axis=1) < 1e-4
    assert np.linalg.norm(found, axis=1)[still].max(initial=0) < 0.01


def test_weights_and_regions(head: FlameHeadData) -> None:
    np.testing.assert_allclose(head.joint_weights.sum(1), 1, atol=1e-5)
    control = head.template[: head.control_count]
    crown, chin = control[:, 1].argmax(), head.joint_weights[:, 3].argmax()
    assert head.joint_weights[crown, 2] > 0.9
    assert head.joint_weights[chin, 3] > 0.8 and control[chin, 1] < -0.05
    skin = head.subdivision @ control
    assert head.region[skin[:, 2].argmax()] == Region.FACE
    assert head.region[skin[:, 1].argmin()] == Region.NECK
    ears = skin[head.region == Region.EAR]
    assert len(ears) > 500 and (np.abs(ears[:, 0]) > 0.1).all()
    assert not (head.region == Region.INNER_MOUTH).any()


def test_points_follow_the_identity(head: FlameHeadData, flame: FlameArrays) -> None:
    shape = np.zeros(64, np.float32)
    shape[:4] = 2.0, -1.0, 1.5, 1.0
    moved = flame.template + flame.shape_basis[..., :64] @ shape
    joints = flame.joint_regressor @ moved
    rows = [head.point(name) for name in ("neck", "jaw", "eye_left", "eye_right")]
    points = _metres(head, head.points(shape)[rows])
    expected = joints[[1, 2, 3, 4]]
    np.testing.assert_allclose(_distances(points), _distances(expected), atol=1e-5)


def test_assembled_head_opens_its_mouth(head: FlameHeadData, mesh: HeadMesh) -> None:
    assert len(np.unique(mesh.faces)) == len(mesh.rig.rest)
    assert (mesh.mouth.region == MouthRegion.CAVITY).any()
    rest = mesh.rig.deform(Pose.neutral())
    opened = mesh.rig.deform(Pose.neutral().with_blendshapes({"jawOpen": 1.0}))
    lower = mesh.mouth_start + np.nonzero(mesh.mouth.region == MouthRegion.LOWER_TEETH)[0]
    upper = mesh.mouth_start + np.nonzero(mesh.mouth.region == MouthRegion.UPPER_TEETH)[0]
    chin = np.nonzero(mesh.rig.weights[: mesh.skin_count, RIG_JOINTS.index("jaw")] > 0.8)[0]
    assert (rest - opened)[chin, 1].max() > 0.03
    assert (rest - opened)[lower, 1].mean() > 0.02
    np.testing.assert_allclose(rest[upper], opened[upper], atol=1e-6)


def test_expressions_move_the_skin_as_flame_does(
    head: FlameHeadData, mesh: HeadMesh, flame: FlameArrays
) -> None:
    expression = np.zeros(100, np.float32)
    expression[[0, 3, 10]] = 2.0, -1.5, 1.0
    own = (flame.expression_basis @ expression)[flame.weights[:, 3:].sum(1) <= 0.9]
    wanted = head.subdivision @ own
    bare = replace(
        mesh.rig,
        lid_vertices=mesh.rig.lid_vertices[:0],
        seal_vertex=mesh.rig.seal_vertex[:0],
        seal_delta=mesh.rig.seal_delta[:0],
        lid_sphere=mesh.rig.lid_sphere[:0],
    )
    posed = bare.deform(Pose.neutral().replace(expression=expression))
    moved = _metres(head, posed - bare.deform(Pose.neutral()))
    # Lengths only: the alignment may turn FLAME a little.
    found = np.linalg.norm(moved[: mesh.skin_count], axis=1)
    np.testing.assert_allclose(found, np.linalg.norm(wanted, axis=1), atol=2e-5)
    assert found.max() > 0.002
    np.testing.assert_array_equal(moved[mesh.skin_count :], 0)


def test_a_mirrored_expression_is_the_mirror_image(head: FlameHeadData, mesh: HeadMesh) -> None:
    assert mesh.rig.expression is not None
    rng = np.random.default_rng(2)
    expression = np.zeros(100, np.float32)
    expression[:20] = rng.normal(size=20)
    pose = Pose.neutral().replace(expression=expression)
    still = mesh.rig.deform(Pose.neutral())[: mesh.skin_count]
    seen = mesh.rig.deform(pose)[: mesh.skin_count] - still
    other = mesh.rig.deform(pose.mirrored(mesh.rig.expression.mirror))[: mesh.skin_count] - still
    error = np.linalg.norm(other[mesh.skin_mirror] - seen * (-1, 1, 1), axis=1)
    apart = np.linalg.norm(seen[mesh.skin_mirror] - seen * (-1, 1, 1), axis=1)
    assert error.mean() < 0.15 * apart.mean() and error.mean() < 0.15 * np.abs(seen).max()


def test_a_file_without_a_face_is_refused(flame: FlameArrays) -> None:
    order = np.random.default_rng(0).permutation(5023)
    with pytest.raises(BadInput, match="no face"):
        flame_head_data(replace(flame, template=flame.template[order]), load_open_head())


def test_choice_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no\.npz"):
        choose_head(tmp_path / "no.npz")
    assert choose_head("open").data is load_open_head()
    assert choose_head("open").licences == ()


@pytest.fixture(scope="module")
def avatar(flame_path: Path) -> Avatar:
    from skimage.data import astronaut

    return Avatar.build(astronaut(), head=flame_path, resolution=128)


def test_whole_path(avatar: Avatar, tmp_path: Path) -> None:
    assert avatar.info["head"] == "flame" and avatar.info["head_file"] == "my_flame.npz"
    assert any("my_flame.npz" in licence for licence in avatar.info["licences"])
    size = avatar.source_crop.shape[-1]
    picture = avatar.render(avatar.source_pose, avatar.source_camera, size)[:3]
    inside = binary_erosion(avatar.source_matte[0] > 0.9, iterations=8)
    error = ((picture - avatar.source_crop) ** 2)[:, inside].mean()
    assert -10 * np.log10(error) > 24
    avatar.save(tmp_path / "one.avatar")
    again = Avatar.load(tmp_path / "one.avatar")
    pose = avatar.source_pose.replace(expression=np.eye(100, dtype=np.float32)[0])
    for each in (avatar.source_pose, pose):
        same, shown = (a.render(each, avatar.source_camera, size) for a in (again, avatar))
        np.testing.assert_array_equal(same, shown)
    assert again.info["head_file"] == "my_flame.npz"


def test_the_picture_shows_the_expression_on_the_face_alone(avatar: Avatar) -> None:
    view = {"camera": avatar.source_camera, "size": 128}
    still = avatar.render(avatar.source_pose, **view)
    pictures = []
    for amount in (2.0, -2.0):
        expression = np.zeros(100, np.float32)
        expression[0] = amount
        pictures.append(avatar.render(avatar.source_pose.replace(expression=expression), **view))
    changed = [(np.abs(picture - still) > 0.08).any(0) for picture in pictures]
    rig, part = avatar.parts.proxy.rig, avatar.parts.proxy
    assert rig.expression is not None
    face = avatar.source_camera.project(part.canonical[rig.expression.vertex])[0] * 128
    low, high = face.min(0) - 4, face.max(0) + 4
    for one in changed:
        rows, columns = np.nonzero(one)
        assert len(rows) > 40
        assert (rows > low[1]).all() and (rows < high[1]).all()
        assert (columns > low[0]).all() and (columns < high[0]).all()
    assert (np.abs(pictures[0] - pictures[1]) > 0.08).any(0).sum() > changed[0].sum() / 2


def test_closed_lids_follow_the_skin_that_they_lie_on(avatar: Avatar) -> None:
    rig = avatar.parts.proxy.rig
    veils = rig.veils
    assert rig.expression is not None and veils is not None
    assert not np.isin(veils.vertex, rig.expression.vertex).any()
    shut = Pose.neutral().with_blendshapes({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})
    expression = np.zeros(100, np.float32)
    expression[:5] = 1.5
    before, after = (rig.deform(p) for p in (shut, shut.replace(expression=expression)))
    moved = after - before
    assert np.abs(moved[veils.skin]).max() > 1e-4
    away = np.abs(moved[veils.vertex] - moved[veils.skin])[:, :2]
    assert away.max() < 1e-5
