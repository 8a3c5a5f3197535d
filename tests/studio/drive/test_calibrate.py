"""Rest, transfer, gains, limits, arming, smoothing and holding."""

from __future__ import annotations

import numpy as np
import pytest

from models.animate.rig import mouth_opening
from models.animate.rotation import axis_angle_matrix, matrix_axis_angle
from models.errors import BadInput
from models.pose import Pose
from studio.drive.arm import ALL, GROUPS, armed, armed_parts
from studio.drive.calibrate import SHIFT_LIMIT, TURN_LIMITS, Calibrator, soft
from studio.drive.calibration import Calibration, Channel
from studio.drive.hold import EASE_SECONDS, HOLD_SECONDS, RETURN_SECONDS, Hold
from studio.drive.smooth import OneEuro
from studio.drive.source import Origin
from studio.session.angles import turn_of
from tests.studio.drive.conftest import BASE, NEUTRAL, random_pose

REST = NEUTRAL.with_blendshapes({"jawOpen": 0.1, "browInnerUp": 0.3, "eyeBlinkLeft": 0.2}).replace(
    head=(0.1, 0.2, 0.05), gaze_left=(0.1, 0), gaze_right=(0.1, 0), translation=(0.1, 0, 0.2)
)
FREE = Calibration(limited=False, scale_locked=False, lips_meet=False)


def calibrator(target, origin=Origin.PERFORMER, rest=REST):
    made = Calibrator(target, origin)
    made.rest_at(rest)
    return made


def whole(pose: Pose) -> np.ndarray:
    return axis_angle_matrix(pose.neck) @ axis_angle_matrix(pose.head)


def test_rest_is_answered_by_the_base(target):
    assert np.allclose(calibrator(target).pose(REST, FREE).blendshapes, BASE.blendshapes)
    pose = calibrator(target).pose(REST, FREE)
    assert np.allclose(whole(pose), np.eye(3), atol=1e-6)
    assert np.allclose(pose.gaze_left, BASE.gaze_left) and not pose.translation.any()


def test_the_first_pose_is_rest(target):
    made = Calibrator(target, Origin.PERFORMER)
    made.pose(REST, FREE)
    assert made.rest == REST


def test_ends_meet_in_relative_transfer(target):
    shut = REST.with_blendshapes({"jawOpen": 0.0, "eyeBlinkLeft": 1.0})
    pose = calibrator(target).pose(shut, FREE)
    assert pose.coefficient("jawOpen") == 0.0
    assert pose.coefficient("eyeBlinkLeft") == 1.0


def test_closed_lips_close_those_of_an_open_mouth(target):
    grin = NEUTRAL.with_blendshapes({"jawOpen": 0.4, "mouthUpperUpLeft": 0.5, "mouthSmileLeft": 1})
    target = type(target)(grin, target.camera, target.neck, target.skull)
    closed = REST.with_blendshapes({"jawOpen": 0.0})
    made = calibrator(target, rest=closed)
    pose = made.pose(closed, Calibration())
    assert pose.coefficient("mouthSmileLeft") == 1.0
    assert mouth_opening(pose.blendshapes) == pytest.approx(0.15)  # what the smile parts
    wide = made.pose(closed.with_blendshapes({"jawOpen": 1.0}), Calibration())
    assert wide.coefficient("jawOpen") == pytest.approx(1.0)
    # A performer who rests with an open mouth leaves it as it is.
    open_rest = REST.with_blendshapes({"jawOpen": 0.9})
    kept = calibrator(target, rest=open_rest).pose(open_rest, Calibration())
    assert kept.coefficient("jawOpen") == pytest.approx(0.4)


def test_head_turns_relative_to_rest_and_splits(target):
    turn = axis_angle_matrix((0.0, 0.3, 0.0))
    seen = REST.replace(neck=(0, 0, 0), head=matrix_axis_angle(axis_angle_matrix(REST.head) @ turn))
    for share in (0.0, 0.45, 1.0):
        how = Calibration(limited=False, neck_share=share)
        pose = calibrator(target).pose(seen, how)
        assert np.allclose(whole(pose), turn, atol=1e-6)
        assert np.allclose(pose.neck, [0, 0.3 * share, 0], atol=1e-6)


def test_absolute_head_faces_the_avatars_camera(target):
    facing = NEUTRAL.replace(translation=(0, 0, 0))
    how = Calibration(relative=False, limited=False)
    pose = calibrator(target, Origin.PERFORMER, facing).pose(facing, how)
    forward = whole(pose)[:, 2]
    assert np.allclose(forward, -target.camera.cam2world[:3, 2], atol=1e-6)
    ahead = calibrator(target, Origin.DEVICE, facing).pose(facing, how)
    assert np.allclose(whole(ahead), np.eye(3), atol=1e-6)


def test_absolute_expression_is_as_it_is(target):
    how = Calibration(relative=False)
    seen = REST.with_blendshapes({"jawOpen": 0.6})
    pose = calibrator(target).pose(seen, how)
    assert np.allclose(pose.blendshapes, seen.blendshapes)
    # The zero of a gaze that was seen is unknown; a device's is not.
    look = seen.replace(gaze_left=(0.3, 0.1))
    assert np.allclose(calibrator(target).pose(look, how).gaze_left, [0.2, 0.1], atol=1e-6)
    device = calibrator(target, Origin.DEVICE).pose(look, how)
    assert np.allclose(device.gaze_left, [0.3, 0.1], atol=1e-6)


def test_an_avatars_poses_are_shown_as_they_are(target):
    seen = random_pose(3, expression=True)
    how = Calibration(relative=False, limited=False)
    shown = calibrator(target, Origin.AVATAR).pose(seen, how)
    assert np.allclose(shown.blendshapes, seen.blendshapes, atol=1e-6)
    for name in ("jaw", "neck", "head", "gaze_left", "translation", "expression"):
        assert np.allclose(getattr(shown, name), getattr(seen, name), atol=1e-6), name


def test_size_is_locked(target):
    made = calibrator(target)
    sight = target.camera.cam2world[:3, 2]
    nearer = []
    for seed in range(5):
        seen = random_pose(seed).replace(translation=(0.05, -0.02, 0.3))
        pose = made.pose(seen, Calibration(limited=False))
        at_neck, at_skull = axis_angle_matrix(pose.neck), axis_angle_matrix(pose.head)
        centre = target.neck + at_neck @ (target.skull - target.neck + at_skull @ -target.skull)
        assert (centre + pose.translation) @ sight == pytest.approx(0, abs=1e-6)
        free = made.pose(seen, FREE)
        nearer.append(abs((free.translation - pose.translation) @ sight))
    assert max(nearer) > 0.02


def test_gain_offset_and_ranges(target):
    how = FREE.with_gain("jawOpen", 2.0).with_gain("yaw", -1.0).with_gain("gaze", 0.5)
    seen = REST.with_blendshapes({"jawOpen": 0.2}).replace(gaze_left=(0.3, 0.0))
    plain, more = (calibrator(target).pose(seen, each) for each in (FREE, how))
    base = BASE.coefficient("jawOpen")
    assert more.coefficient("jawOpen") - base == pytest.approx(
        2 * (plain.coefficient("jawOpen") - base)
    )
    assert np.allclose(more.gaze_left, plain.gaze_left / 2)
    turned = REST.replace(
        head=matrix_axis_angle(axis_angle_matrix(REST.head) @ axis_angle_matrix((0, 0.2, 0)))
    )
    assert turn_of(matrix_axis_angle(whole(calibrator(target).pose(turned, how)))).yaw < -10
    ranged = Calibration(
        relative=False,
        channels={"eyeBlinkLeft": Channel(take=(0.2, 0.6)), "jawOpen": Channel(offset=0.1)},
    )
    for value, wanted in ((0.1, 0.0), (0.4, 0.5), (0.6, 1.0), (0.9, 1.0)):
        seen = NEUTRAL.with_blendshapes({"eyeBlinkLeft": value})
        pose = calibrator(target).pose(seen, ranged)
        assert pose.coefficient("eyeBlinkLeft") == pytest.approx(wanted, abs=1e-6)
        assert pose.coefficient("jawOpen") == pytest.approx(0.1)


def test_gains_must_be_known_and_sane():
    for name, gain in (("ears", 1.0), ("jawOpen", 9.0)):
        with pytest.raises(BadInput):
            Calibration().with_gain(name, gain)
    for bad in ({"gain": 9}, {"take": (0.5, 0.5)}, {"offset": float("nan")}):
        with pytest.raises(ValueError):
            Channel(**bad)


def test_limits_are_soft_and_kept(target):
    values = np.linspace(-5, 5, 1001)
    bent = soft(values, 1.0)
    assert np.abs(bent).max() <= 1.0 and (np.diff(bent) >= 0).all()
    assert np.allclose(bent[np.abs(values) < 0.75], values[np.abs(values) < 0.75])
    wild = NEUTRAL.replace(
        head=(0.0, 2.0, 0.0), gaze_left=(3, 3), translation=(5, 5, 5), jaw=(2, 0, 0)
    )
    pose = calibrator(target, rest=NEUTRAL).pose(wild, Calibration(scale_locked=False))
    assert abs(turn_of(matrix_axis_angle(whole(pose))).yaw) <= TURN_LIMITS.yaw + 1e-3
    assert np.abs(pose.translation).max() <= SHIFT_LIMIT + 1e-6
    assert pose.gaze_left.max() < 0.62 and pose.jaw[0] <= 0.6 + 1e-6


def test_unarmed_parts_stay():
    live = random_pose(1, expression=True)
    head = armed(BASE, live, armed_parts(["head"]))
    assert np.array_equal(head.blendshapes, BASE.blendshapes)
    assert np.array_equal(head.neck, live.neck) and np.array_equal(head.head, live.head)
    lips = armed(BASE, live, armed_parts(["lips"]))
    assert lips.coefficient("jawOpen") == live.coefficient("jawOpen")
    assert lips.coefficient("mouthClose") == live.coefficient("mouthClose")
    assert lips.coefficient("browInnerUp") == BASE.coefficient("browInnerUp")
    assert armed(BASE, live, ALL) == live and armed(BASE, live, frozenset()) == BASE
    assert armed_parts(GROUPS) == ALL
    with pytest.raises(BadInput, match="ears"):
        armed_parts(["head", "ears"])


def test_smoothing_calms_noise_and_follows_movement():
    rng = np.random.default_rng(0)
    still = [
        NEUTRAL.with_blendshapes({"jawOpen": float(v)}) for v in 0.5 + 0.01 * rng.normal(size=90)
    ]
    spreads = []
    for steadiness in (0.0, 0.5, 1.0):
        smooth = OneEuro()
        shown = [
            smooth.smooth(p, i / 30, steadiness).coefficient("jawOpen") for i, p in enumerate(still)
        ]
        spreads.append(float(np.std(shown[10:])))
    assert spreads[0] > 1.5 * spreads[1] > 2.5 * spreads[2]
    smooth = OneEuro()
    step = [NEUTRAL] * 10 + [NEUTRAL.with_blendshapes({"eyeBlinkLeft": 1.0})] * 4
    shown = [smooth.smooth(p, i / 30, 0.3).coefficient("eyeBlinkLeft") for i, p in enumerate(step)]
    assert shown[11] > 0.85 and shown[13] > 0.97


def test_smoothing_at_zero_changes_nothing_and_forgets_gaps():
    smooth, pose = OneEuro(), random_pose(5, expression=True)
    smooth.smooth(NEUTRAL, 0.0, 0.5)
    assert smooth.smooth(pose, 0.1, 0.0) == pose
    assert smooth.smooth(NEUTRAL, 5.0, 1.0) == NEUTRAL
    smooth.reset()
    assert smooth.smooth(pose, 5.1, 1.0) == pose


def test_a_lost_face_holds_eases_and_returns_without_a_jump():
    hold, seen = Hold(), NEUTRAL.with_blendshapes({"jawOpen": 1.0})
    lost_until = HOLD_SECONDS + EASE_SECONDS + 0.2
    moments = np.arange(0.0, 3.0, 1 / 30)
    shown = []
    for moment in moments:
        live = None if 0.5 <= moment < 0.5 + lost_until else seen
        shown.append(hold.show(live, NEUTRAL, float(moment)).coefficient("jawOpen"))
    values = dict(zip(moments.round(3), shown, strict=True))

    def at(moment: float) -> float:
        return values[min(values, key=lambda each: abs(each - moment))]

    assert at(0.4) == 1 and at(0.5 + 0.9 * HOLD_SECONDS) == 1
    assert at(0.5 + HOLD_SECONDS + EASE_SECONDS + 0.05) == 0
    assert at(0.5 + lost_until + RETURN_SECONDS + 0.1) == 1
    assert np.abs(np.diff(shown)).max() < 0.2


def test_nobody_from_the_start_is_rest():
    assert Hold().show(None, BASE, 0.0) == BASE
    hold = Hold()
    hold.show(None, BASE, 0.0)
    first = hold.show(NEUTRAL, BASE, 0.1)
    assert np.abs(first.blendshapes - BASE.blendshapes).max() < 0.2


def test_a_head_moves_as_the_camera_sees_it(target):
    """Wherever the two faces point: to the side stays to the side, nearer does not become aside."""
    rest = NEUTRAL.replace(head=(0.0, 0.4, 0.1), translation=(0, 0, 0))
    calibrator = Calibrator(target, Origin.PERFORMER)
    calibrator.rest_at(rest)
    how = Calibration(lips_meet=False, limited=False)
    aside = calibrator.pose(rest.replace(translation=(0.1, 0, 0)), how)
    right = target.camera.cam2world[:3, 0]
    assert aside.translation == pytest.approx(0.1 * right, abs=1e-6)
    nearer = calibrator.pose(rest.replace(translation=(0, 0, 0.2)), how)
    assert np.abs(nearer.translation).max() < 1e-6
