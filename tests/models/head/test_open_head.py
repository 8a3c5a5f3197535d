from __future__ import annotations

import numpy as np
import pytest

from models.head.assemble import Region
from models.head.landmarks import (
    EYE_CORNERS,
    INNER_LIPS_LOWER,
    INNER_LIPS_UPPER,
    LID_LEFT,
    LID_RIGHT,
    OUTER_LIPS,
)
from models.head.open_head import OpenHeadData, load_open_head
from models.pose import ARKIT_INDEX, ARKIT_NAMES

FLIP = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def head() -> OpenHeadData:
    return load_open_head()


@pytest.fixture(scope="module")
def skin(head: OpenHeadData) -> np.ndarray:
    return np.asarray(head.subdivision @ head.template[: head.control_count])


def test_arrays_agree_in_size(head: OpenHeadData) -> None:
    places, controls = len(head.template), head.control_count
    assert head.shape_basis.shape == (64, places, 3)
    assert head.blendshapes.shape == (52, places, 3)
    assert head.joint_weights.shape == (controls, 4)
    assert head.region.shape == (head.subdivision.shape[0],)
    assert head.quads.min() == 0 and head.quads.max() == controls - 1
    assert head.skin_faces.max() == len(head.region) - 1
    assert head.landmark_triangle.max() < len(head.skin_faces)
    np.testing.assert_allclose(head.joint_weights.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(head.skin_weights.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(head.landmark_barycentric.sum(1), 1, atol=1e-5)
    assert head.landmark_barycentric.min() > -1e-5


def test_head_is_a_head(head: OpenHeadData, skin: np.ndarray) -> None:
    width, height, depth = np.ptp(skin, axis=0) * head.metres_per_unit
    assert 0.14 < width < 0.22 and 0.22 < height < 0.36 and 0.17 < depth < 0.30
    points = head.points(np.zeros(64))
    left, right = points[head.point("eye_left")], points[head.point("eye_right")]
    assert left[0] > 0 > right[0]
    assert 0.055 < np.linalg.norm(left - right) * head.metres_per_unit < 0.070
    assert points[head.point("neck")][1] < points[head.point("head")][1] < left[1]


def test_faces_look_outward(head: OpenHeadData, skin: np.ndarray) -> None:
    outer = (head.region[head.skin_faces] == Region.FACE).all(1)
    corners = skin[head.skin_faces[outer]].astype(np.float64)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = corners.mean(1) - skin.mean(0)
    area = np.linalg.norm(normal, axis=1)
    assert area[np.einsum("nc,nc->n", normal, outward) > 0].sum() > 0.9 * area.sum()


def test_mesh_is_symmetric(head: OpenHeadData, skin: np.ndarray) -> None:
    control = head.template[: head.control_count]
    assert np.linalg.norm(control[head.mirror] - control * FLIP, axis=1).max() < 0.003
    assert np.median(np.linalg.norm(skin[head.skin_mirror] - skin * FLIP, axis=1)) < 1e-3
    np.testing.assert_array_equal(head.mirror[head.mirror], np.arange(head.control_count))


def test_landmarks_lie_where_their_names_say(head: OpenHeadData) -> None:
    marks = head.landmark_map @ head.template[: head.control_count]
    np.testing.assert_array_equal(head.landmark_mirror[head.landmark_mirror], np.arange(468))
    mirrored = np.linalg.norm(marks[head.landmark_mirror] - marks * FLIP, axis=1)
    assert mirrored.max() < 0.006
    right, left = marks[list(EYE_CORNERS)]
    assert right[0] < 0 < left[0]
    for ring, name in ((LID_RIGHT, "eye_right"), (LID_LEFT, "eye_left")):
        distance = np.linalg.norm(marks[list(ring)] - head.template[head.point(name)], axis=1)
        assert distance.max() < 0.06
        assert marks[ring[4], 1] > marks[ring[12], 1]  # upper lid above lower
    upper, lower = marks[list(INNER_LIPS_UPPER)], marks[list(INNER_LIPS_LOWER)]
    assert (upper[1:-1, 1] >= lower[1:-1, 1]).all()
    assert np.abs(upper[:, 1] - lower[:, 1]).max() < 0.01  # the neutral mouth is closed
    assert (np.diff(upper[:, 0]) > 0).all()
    assert marks[list(OUTER_LIPS), 1].max() < right[1]
    nose = marks[1]
    assert nose[2] == marks[:, 2].max() and abs(nose[0]) < 0.003


def test_landmarks_lie_on_visible_skin(head: OpenHeadData) -> None:
    regions = head.region[head.skin_faces[head.landmark_triangle]]
    assert np.isin(regions, (Region.FACE, Region.EAR)).any(1).all()


@pytest.mark.parametrize("name", [n for n in ARKIT_NAMES if n.endswith("Left")])
def test_left_coefficients_move_the_left_and_mirror_the_right(
    head: OpenHeadData, name: str
) -> None:
    partner = name.removesuffix("Left") + "Right"
    if partner in ("jawRight", "mouthRight"):
        pytest.skip("these move both halves")
    control = slice(0, head.control_count)
    left = head.blendshapes[ARKIT_INDEX[name], control]
    right = head.blendshapes[ARKIT_INDEX[partner], control]
    size = np.linalg.norm(left, axis=1)
    if size.max() < 1e-4:
        assert np.abs(right).max() < 1e-4
        return
    assert (head.template[control, 0] * size).sum() > 0
    apart = np.linalg.norm(left[head.mirror] * FLIP - right, axis=1)
    assert apart.max() < 0.1 * size.max()


def test_identity_components_are_ordered_and_matter(head: OpenHeadData) -> None:
    spread = np.sqrt((head.shape_basis**2).sum((1, 2)))
    assert (np.diff(spread) <= 1e-6).all()
    moved = head.points(np.eye(64, dtype=np.float32)[0]) - head.template
    np.testing.assert_allclose(moved, head.shape_basis[0], atol=1e-6)
    assert np.abs(moved).max() > 0.005


def test_regions_are_where_they_belong(head: OpenHeadData, skin: np.ndarray) -> None:
    def centre(region: Region) -> np.ndarray:
        assert (head.region == region).sum() > 50, region
        return skin[head.region == region].mean(0)

    ears = skin[head.region == Region.EAR]
    assert (np.abs(ears[:, 0]) > 0.08).all() and ears[:, 0].min() < 0 < ears[:, 0].max()
    assert centre(Region.NECK)[1] < centre(Region.INNER_MOUTH)[1] < centre(Region.EYE_SOCKET)[1]
    assert abs(centre(Region.INNER_MOUTH)[0]) < 0.005
