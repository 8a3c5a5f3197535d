"""The gaze pad: where is up, what is right, and what moves with what."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt

from studio.ui.pose.behaviour import change_behaviour
from studio.ui.pose.gaze_box import GazeBox
from studio.ui.pose.gaze_geometry import LIMIT_PITCH, LIMIT_YAW, PadGeometry
from studio.ui.pose.pose_panel import PosePanel
from tests.studio.ui.panel_fixtures import drag, show, steps


@pytest.fixture
def box(desk, qtbot) -> GazeBox:
    panel = PosePanel(desk)
    show(qtbot, panel)
    panel.gaze._keep_alive = panel
    return panel.gaze


def at(box, yaw: float, pitch: float) -> QPoint:
    x, y = box.pad.geometry_now.place(yaw, pitch)
    return QPoint(round(x), round(y))


def gaze(desk):
    pose = desk.posing.pose
    return tuple(pose.gaze_left), tuple(pose.gaze_right)


def test_up_is_up_and_the_viewers_right_is_right():
    pad = PadGeometry.within(200, 200, 10)
    x0, y0 = pad.place(0.0, 0.0)
    assert (x0, y0) == (100, 100)
    assert pad.place(0.1, 0.0)[0] > x0
    assert pad.place(0.0, 0.1)[1] < y0
    assert pad.place(9.0, -9.0) == (pad.left + pad.width, pad.top + pad.height)


def test_places_and_gazes_are_inverse_and_proportions_true():
    pad = PadGeometry.within(300, 150, 14)
    for look in ((0.2, -0.3), (-LIMIT_YAW, LIMIT_PITCH)):
        assert pad.gaze(*pad.place(*look)) == pytest.approx(look)
    assert pad.width / pad.height == pytest.approx(LIMIT_YAW / LIMIT_PITCH)
    assert pad.gaze(-500, -500) == (-LIMIT_YAW, LIMIT_PITCH)


def test_dragging_to_the_upper_right_turns_both_eyes_there_in_one_step(desk, box):
    drag(box.pad, at(box, 0, 0), at(box, 0.1, 0.1), at(box, 0.3, 0.2))
    left, right = gaze(desk)
    assert left == right == pytest.approx((0.3, 0.2), abs=0.02)
    assert steps(desk) == ["Gaze"]


def test_a_press_beside_the_handle_drags_it_to_the_mouse(desk, box):
    drag(box.pad, at(box, 0.4, 0.3), at(box, 0.5, -0.2))
    assert gaze(desk)[0] == pytest.approx((0.5, -0.2), abs=0.02)


def test_the_frame_is_the_limit(desk, box):
    drag(box.pad, at(box, 0, 0), QPoint(9000, -9000))
    assert gaze(desk)[0] == pytest.approx((LIMIT_YAW, LIMIT_PITCH))


def test_separate_eyes_move_alone(desk, box, qtbot):
    box.link.click()
    assert steps(desk) == ["Unlink eyes"]
    desk.posing.set_gaze(-0.2, 0.0, "right")
    drag(box.pad, at(box, -0.2, 0), at(box, -0.4, 0.2))
    left, right = gaze(desk)
    assert left == (0, 0) and right == pytest.approx((-0.4, 0.2), abs=0.02)
    qtbot.keyClick(box.pad, Qt.Key.Key_L)
    qtbot.keyClick(box.pad, Qt.Key.Key_Right)
    left, right = gaze(desk)
    assert left == pytest.approx((math.radians(1), 0))
    assert right == pytest.approx((-0.4, 0.2), abs=0.02)
    assert box.bars["left", "yaw"].isVisible() and not box.bars["both", "yaw"].isVisible()


def test_arrow_keys_and_double_click(desk, box, qtbot):
    qtbot.keyClick(box.pad, Qt.Key.Key_Up)
    qtbot.keyClick(box.pad, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert gaze(desk)[0] == pytest.approx((-math.radians(5), math.radians(1)))
    qtbot.mouseDClick(box.pad, Qt.MouseButton.LeftButton)
    assert gaze(desk) == ((0, 0), (0, 0))
    assert steps(desk)[-1] == "Centre gaze"


def test_angles_are_typed_in_degrees(desk, box, qtbot):
    yaw = box.bars["both", "yaw"]
    yaw.edit("-12.5")
    qtbot.keyClick(yaw.editor, Qt.Key.Key_Return)
    assert gaze(desk)[0] == pytest.approx((math.radians(-12.5), 0))
    assert box.count == 2


def test_dragging_takes_over_from_looking_at_the_camera(desk, box):
    box.follow.click()
    assert desk.session.state.behaviour.look_at_camera
    drag(box.pad, at(box, 0, 0), at(box, 0.2, 0))
    assert not desk.session.state.behaviour.look_at_camera
    assert not box.follow.isChecked()


def test_toggles_follow_the_session(desk, box):
    box.blink.click()
    assert desk.session.state.behaviour.auto_blink
    desk.session.undo()
    assert not box.blink.isChecked()
    change_behaviour(desk.session, "Look", look_at_camera=True)
    assert box.follow.isChecked()
