from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.animate.rig import mouth_opening
from models.camera import Camera
from models.head.assemble import Region, assemble_head, skin_landmarks
from models.head.fit import HeadFit
from models.head.gaze import eye_centre
from models.head.identity import (
    IRIS_RANGE,
    identity_of,
    iris_ratio,
    lids_of_photo,
    rest_axes,
)
from models.head.landmarks import IRIS_LEFT, IRIS_RIGHT, LID_LEFT, LID_RIGHT
from models.head.lids import lid_maps
from models.head.open_head import load_open_head
from models.pose import Pose

SIZE = 256
ONES = np.ones((SIZE, SIZE), np.float32)
RATIO = 0.4


def _fit(camera: Camera | None = None, pose: Pose | None = None) -> HeadFit:
    head = load_open_head()
    shape = np.random.default_rng(2).normal(0, 0.7, 64).astype(np.float32)
    offsets = np.zeros((len(head.region), 3), np.float32)
    return HeadFit(shape, offsets, pose or Pose.neutral(), camera or Camera.orbit(), 1.0, 1.5)


def _landmarks(fit: HeadFit, left: float = RATIO, right: float = RATIO) -> np.ndarray:
    """(478, 3) landmarks of the fitted head, with irises of the given radii over the eyeball's."""
    head = load_open_head()
    places = np.zeros((478, 3))
    places[:468] = head.landmark_map @ head.points(fit.shape)[: head.control_count]
    rim = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]])
    for side, rows, ratio in (("left", IRIS_LEFT, left), ("right", IRIS_RIGHT, right)):
        local = np.column_stack([rim * ratio, np.ones(5)]) * head.eye_radius
        places[list(rows)] = eye_centre(head, fit.shape, side) + local
    result = np.zeros((478, 3), np.float32)
    result[:, :2] = fit.camera.project(places)[0] * SIZE
    return result


def _ear_hair(fit: HeadFit, *sides: float) -> np.ndarray:
    """Hair all over the ears on ``sides``."""
    head = load_open_head()
    skin = head.subdivision @ head.points(fit.shape)[: head.control_count]
    hair = np.zeros((SIZE, SIZE), np.float32)
    for side in sides:
        ear = skin[(head.region == Region.EAR) & (skin[:, 0] * side > 0)]
        left, top, right, bottom = np.concatenate(
            [f((fit.camera.project(ear)[0] * SIZE), axis=0) for f in (np.min, np.max)]
        ).astype(int)
        hair[top - 2 : bottom + 3, left - 2 : right + 3] = 1
    return hair


@pytest.mark.parametrize("ratio", [0.32, 0.4, 0.46])
@pytest.mark.parametrize("yaw", [0.0, 20.0])
def test_iris_size_is_measured(ratio: float, yaw: float) -> None:
    fit = _fit(Camera.orbit(yaw))
    found = iris_ratio(load_open_head(), fit, _landmarks(fit, ratio, ratio), SIZE)
    assert found == pytest.approx(ratio, rel=0.04)


def test_iris_size_is_plausible() -> None:
    head, fit = load_open_head(), _fit()
    assert iris_ratio(head, fit, _landmarks(fit, 0.1, 0.1), SIZE) == IRIS_RANGE[0]
    assert iris_ratio(head, fit, _landmarks(fit, 0.9, 0.9), SIZE) == IRIS_RANGE[1]
    # Of two sizes that disagree, the usual one is taken.
    assert iris_ratio(head, fit, _landmarks(fit, 0.37, 0.7), SIZE) == pytest.approx(0.37, rel=0.04)
    assert iris_ratio(head, fit, _landmarks(fit, 0.35, 0.40), SIZE) == pytest.approx(
        0.375, rel=0.04
    )
    shut = _landmarks(fit, 0.45, 0.45)
    shut[:468, 1] = shut[:468, 1].mean()
    usual = iris_ratio(head, fit, shut, SIZE)
    assert IRIS_RANGE[0] < usual < 0.42, "closed eyes say nothing"


def test_rest_axes_take_what_diverges_and_no_gaze() -> None:
    both = Pose.neutral().replace(gaze_left=(0.3, 0.1), gaze_right=(0.3, 0.1))
    assert not rest_axes(both).any()
    apart = Pose.neutral().replace(gaze_left=(0.25, 0.1), gaze_right=(0.05, 0.1))
    np.testing.assert_allclose(rest_axes(apart), [[0.1, 0], [-0.1, 0]], atol=1e-6)
    squint = Pose.neutral().replace(gaze_left=(-0.1, 0), gaze_right=(0.1, 0))
    assert not rest_axes(squint).any(), "eyes may converge on something near"


def test_identity_keeps_the_photos_eyes_and_mouth() -> None:
    gaze = Pose.neutral().with_blendshapes({"jawOpen": 0.4})
    gaze = gaze.replace(gaze_left=(0.25, 0.1), gaze_right=(0.05, -0.1))
    fit = _fit(pose=gaze)
    identity, pose = identity_of(load_open_head(), fit, _landmarks(fit), ONES, np.zeros_like(ONES))
    np.testing.assert_array_equal(identity.shape, fit.shape)
    # Rest axis and gaze together are what was seen.
    np.testing.assert_allclose(pose.gaze_left + identity.eye_axis[0], fit.pose.gaze_left, atol=1e-6)
    np.testing.assert_allclose(
        pose.gaze_right + identity.eye_axis[1], fit.pose.gaze_right, atol=1e-6
    )
    assert pose.gaze_left[0] == pytest.approx(pose.gaze_right[0], abs=1e-6)
    np.testing.assert_array_equal(pose.blendshapes, fit.pose.blendshapes)
    assert identity.seal_release == pytest.approx(mouth_opening(fit.pose.blendshapes))
    assert identity.iris_ratio == pytest.approx(RATIO, rel=0.04)


def test_full_matte_moves_no_face() -> None:
    fit = _fit()
    offsets = np.random.default_rng(0).normal(0, 0.001, fit.offsets.shape).astype(np.float32)
    fit = replace(fit, offsets=offsets)
    args = (load_open_head(), fit, _landmarks(fit))
    identity, _ = identity_of(*args, ONES, np.zeros_like(ONES))
    head = load_open_head()
    control = head.template[: head.control_count]
    skin, marks = head.subdivision @ control, head.landmark_map @ control
    front = np.linalg.norm(skin[:, None] - marks[None, ::4], axis=2).min(1) < 0.01
    assert front.sum() > 1000
    np.testing.assert_allclose(identity.offsets[front], offsets[front], atol=1e-5)
    low = ONES.copy()
    low[: int(0.3 * SIZE)] = 0
    pressed, _ = identity_of(*args, low, np.zeros_like(ONES))
    assert (pressed.offsets - identity.offsets)[:, 1].min() < -0.02


def test_ears_below_hair_are_hidden() -> None:
    fit = _fit()
    args = (load_open_head(), fit, _landmarks(fit), ONES)
    for sides, expected in (
        ((), (True, True)),
        ((1.0,), (False, True)),
        ((-1.0,), (True, False)),
        ((1.0, -1.0), (False, False)),
    ):
        ears = identity_of(*args, _ear_hair(fit, *sides))[0].ears
        assert tuple(bool(e) for e in ears) == expected, sides


@pytest.mark.parametrize(("yaw", "near"), [(30.0, 1.0), (-30.0, -1.0)])
def test_far_ear_is_taken_as_the_near_one(yaw: float, near: float) -> None:
    fit = _fit(Camera.orbit(yaw))
    args = (load_open_head(), fit, _landmarks(fit), ONES)
    hidden = identity_of(*args, _ear_hair(fit, near))[0].ears
    assert not any(hidden)
    shown = identity_of(*args, np.zeros_like(ONES))[0].ears
    assert all(shown)


def test_an_ear_outside_the_matte_with_hair_behind_is_hidden() -> None:
    """The ear's rim lies before the background; laid back until it does not, it is in hair."""
    fit = _fit()
    head = load_open_head()
    skin = np.asarray(head.subdivision @ head.template[: head.control_count], np.float32)
    ear = (head.region == Region.EAR) & (skin[:, 0] > 0)
    column = np.percentile(fit.camera.project(skin[ear])[0][:, 0] * SIZE, 60)
    matte, hair = ONES.copy(), np.zeros_like(ONES)
    matte[:, int(column) :] = 0
    args = (head, fit, _landmarks(fit), matte)
    assert identity_of(*args, hair)[0].ears[0] > 0
    hair[:, int(column) - 25 : int(column)] = 1
    left, right = identity_of(*args, hair)[0].ears
    assert left == 0 and right > 0


def _lids_in_photo(pitch: float) -> np.ndarray:
    """(32, 2) the lids' landmarks from the front, for a fit that differs in the gaze alone."""
    head = load_open_head()
    gaze = (0.05, pitch)
    fit = _fit(pose=Pose.neutral().replace(gaze_left=gaze, gaze_right=gaze))
    identity, pose = identity_of(head, fit, _landmarks(fit), ONES, 0 * ONES)
    mesh = assemble_head(head, identity)
    landmarks = skin_landmarks(head, mesh.rig.deform(pose)[: mesh.skin_count])
    return landmarks[list(LID_LEFT + LID_RIGHT), :2]


@pytest.mark.parametrize("pitch", [-0.2, 0.15])
def test_lids_of_the_photo_stay_as_fitted_wherever_it_looks(pitch: float) -> None:
    assert np.abs(_lids_in_photo(pitch) - _lids_in_photo(0.0)).max() < 4e-4


def test_lids_give_way_for_a_gaze_only() -> None:
    head, down = load_open_head(), Pose.neutral().replace(gaze_left=(0, -0.2))
    assert not lids_of_photo(head, Pose.neutral()).any()
    left, right = ([*lids.upper[2:6]] for lids in lid_maps(head))
    lift = skin_landmarks(head, lids_of_photo(head, down))[:, 1]
    assert lift[left].min() > 0.001 and np.abs(lift[right]).max() < 1e-5
