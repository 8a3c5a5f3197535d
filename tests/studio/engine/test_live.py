"""Eyes that follow the camera, and blinks."""

from __future__ import annotations

import numpy as np
import pytest

from models.animate.rig import JOINTS, LOOK_YAW, eye_angles
from models.camera import Camera
from models.pose import Pose
from studio.engine.live import Blinks, blinking, looking_at


def aim(rig, pose: Pose, camera: Camera, side: str) -> float:
    """Degrees between an eye's line of sight and the camera."""
    transform = rig.joint_transforms(pose)[JOINTS.index(f"eye_{side}")]
    eye = transform[:, :3] @ rig.pivots[JOINTS.index(f"eye_{side}")] + transform[:, 3]
    to_camera = camera.position - eye
    cosine = transform[:, 2] @ to_camera / np.linalg.norm(to_camera)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    ("pose", "camera"),
    [
        (Pose.neutral(), Camera.orbit()),
        (Pose.neutral(), Camera.orbit(yaw=20, pitch=10)),
        (Pose(head=(0.1, -0.4, 0.05), neck=(0.05, 0.2, 0.1)), Camera.orbit(yaw=-10)),
        (Pose.neutral().with_blendshapes({"eyeLookOutLeft": 0.5, "eyeLookUpRight": 0.5}),
         Camera.orbit(yaw=5)),
        (Pose(translation=(0.3, 0.1, 0)), Camera.orbit()),
    ],
)  # fmt: skip
def test_both_eyes_aim_at_the_camera(sample_avatar, pose, camera, side):
    rig = sample_avatar.parts.proxy.rig
    assert aim(rig, looking_at(pose, camera, rig), camera, side) < 0.1


def test_eyes_turn_only_as_far_as_eyes_do(sample_avatar):
    pose = looking_at(Pose.neutral(), Camera.orbit(yaw=90), sample_avatar.parts.proxy.rig)
    assert [yaw for yaw, _ in eye_angles(pose)] == pytest.approx([LOOK_YAW, LOOK_YAW])


def test_a_blink_only_closes():
    winking = Pose.neutral().with_blendshapes({"eyeBlinkLeft": 0.9})
    half = blinking(winking, 0.5)
    assert half.coefficient("eyeBlinkLeft") == pytest.approx(0.9)
    assert half.coefficient("eyeBlinkRight") == 0.5
    assert blinking(winking, 0.0) is winking


def test_blinks_come_now_and_then_close_fully_and_are_smooth():
    blinks = Blinks(seed=4)
    times = np.arange(0, 60, 0.005)
    amounts = np.array([blinks.amount(float(t)) for t in times])
    starts = times[1:][(amounts[1:] > 0) & (amounts[:-1] == 0)]
    assert 10 <= len(starts) <= 25 and np.diff(starts).min() > 2
    assert amounts.max() > 0.99 and amounts.min() == 0
    assert np.abs(np.diff(amounts)).max() < 0.15


def test_nothing_moves_before_the_next_blink():
    blinks, watched = Blinks(seed=1), Blinks(seed=1)
    wait = blinks.next_in(0.0)
    assert wait > 1 and all(watched.amount(t) == 0 for t in np.linspace(0, wait, 50))
    assert watched.amount(wait + 0.05) > 0 and watched.next_in(wait + 0.06) == 0
