"""From pictures to motion: renders of the sample avatar in known poses are read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.background import Background
from models.portrait.resample import to_bytes
from models.pose import Pose
from models.track.anchors import grey_square
from models.track.motion import Motion
from models.track.performer import Performer
from models.track.retarget import Retarget
from models.track.tracker import FaceTracker

if TYPE_CHECKING:
    from models.avatar import Avatar

SQUARE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
HOLD = 8
"""Frames for which a pose is held, as the landmarker smooths over time."""


class Stage:
    """The sample avatar acts, the tracker watches."""

    def __init__(self, avatar: Avatar, tracker: FaceTracker) -> None:
        self.avatar = avatar
        self._tracker = tracker
        self._time = 0.0
        first = self._watch(avatar.source_pose)
        assert first is not None
        self.performer = Performer(first[0], first[1], SQUARE)
        self.retarget = Retarget.between(self.performer, avatar.source_pose, steady_depth=False)

    def act(self, pose: Pose) -> Motion:
        for _ in range(HOLD):
            seen = self._watch(pose)
            assert seen is not None
            motion = self.performer.follow(*seen)
        return motion

    def _watch(self, pose: Pose):
        picture = self.avatar.render(
            pose, self.avatar.source_camera, 512, background=Background("photo"), device="cpu"
        )
        rgb = to_bytes(picture)
        self._time += 0.1
        seen = self._tracker.read(rgb, self._time)
        return None if seen is None else (seen, rgb)


@pytest.fixture(scope="module")
def stage(sample_avatar: Avatar):
    with FaceTracker() as tracker:
        yield Stage(sample_avatar, tracker)


def head_rotation(pose: Pose) -> np.ndarray:
    return axis_angle_matrix(pose.neck) @ axis_angle_matrix(pose.head)


def test_a_still_performer_stays_at_rest(stage: Stage) -> None:
    motions = [stage.act(stage.avatar.source_pose) for _ in range(2)]
    pose = stage.retarget.pose(motions[-1])
    assert np.degrees(np.linalg.norm(matrix_axis_angle(head_rotation(pose)))) < 1.0
    assert np.abs(pose.translation).max() < 0.01
    off = np.abs(pose.blendshapes - stage.avatar.source_pose.blendshapes)
    assert off.max() < 0.3
    assert off.mean() < 0.03
    assert motions[1].coefficients == pytest.approx(motions[0].coefficients, abs=0.02)


@pytest.mark.parametrize("degrees", [(0, 12, 0), (-8, 0, 0), (0, -10, 8)])
def test_the_heads_turn_is_read_back(stage: Stage, degrees: tuple[float, ...]) -> None:
    turn = np.radians(degrees)
    wanted = stage.avatar.source_pose.replace(neck=0.45 * turn, head=0.55 * turn)
    pose = stage.retarget.pose(stage.act(wanted))
    off = matrix_axis_angle(head_rotation(pose) @ head_rotation(wanted).T)
    # A picture of the avatar, not of a person: hairline and ears are not quite rigid in it.
    assert np.degrees(np.linalg.norm(off)) < 4.0


def test_the_face_is_read_back(stage: Stage) -> None:
    rest = stage.avatar.source_pose
    names = ("eyeBlinkLeft", "eyeBlinkRight")
    shut = stage.retarget.pose(stage.act(rest.with_blendshapes(dict.fromkeys(names, 1.0))))
    assert min(shut.coefficient(name) for name in names) > 0.85
    wide = stage.retarget.pose(stage.act(rest.with_blendshapes({"jawOpen": 0.7})))
    assert wide.coefficient("jawOpen") == pytest.approx(0.7, abs=0.2)
    assert max(wide.coefficient(name) for name in names) < 0.35


def test_gaze_is_read_back(stage: Stage) -> None:
    rest = stage.avatar.source_pose
    aside = np.radians((20.0, 0.0)).astype(np.float32)
    looking = rest.replace(gaze_left=rest.gaze_left + aside, gaze_right=rest.gaze_right + aside)
    pose = stage.retarget.pose(stage.act(looking))
    for side in ("gaze_left", "gaze_right"):
        yaw, pitch = np.degrees(getattr(pose, side) - getattr(rest, side))
        assert 8.0 < yaw < 32.0
        assert abs(pitch) < 8.0


def test_grey_square_cuts_what_the_affine_says() -> None:
    frame = np.zeros((100, 120, 3), np.uint8)
    frame[20:60, 30:70] = 255
    side = 512 / 40
    matrix = np.array([[side, 0.0, -30 * side], [0.0, side, -20 * side]])
    cut = grey_square(frame, matrix)
    assert cut.shape == (256, 256)
    assert cut[8:-8, 8:-8].min() == 255
    half = np.array([[side / 2, 0.0, -30 * side / 2], [0.0, side / 2, -20 * side / 2]])
    assert (grey_square(frame, half) > 127).mean() == pytest.approx(0.25, abs=0.01)
