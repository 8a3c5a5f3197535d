"""Dials of head and neck."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from studio.session.angles import Turn
from studio.ui.pose.turn_box import TurnBox
from studio.ui.pose.turn_dial import AXES
from tests.studio.ui.panel_fixtures import drag, show, steps


@pytest.fixture
def box(desk, qtbot) -> TurnBox:
    box = TurnBox(desk, "head", "Head")
    show(qtbot, box, 300, 140)
    desk.session.pose_changed.connect(box.show_pose)
    return box


@pytest.mark.parametrize(
    ("axis", "x", "y"), [("pitch", 0.9, -0.5), ("yaw", 0.5, 0.9), ("roll", -0.5, -0.9)]
)
def test_needles_turn_as_the_head_does(axis, x, y):
    nx, ny = AXES[axis].needle(30.0)
    assert (nx, ny) == pytest.approx((x, y), abs=0.04)


@pytest.mark.parametrize(
    ("axis", "way"),
    [("pitch", QPoint(40, 10)), ("yaw", QPoint(60, 30)), ("roll", QPoint(20, 30))],
)
def test_dragging_where_the_needle_goes_turns_positively(desk, box, axis, way):
    drag(box.dials[axis], QPoint(40, 30), way)
    assert getattr(desk.posing.turn("head"), axis) == pytest.approx(10.0, abs=0.01)
    assert steps(desk) == [f"Head {axis}"]


def test_angles_are_kept_apart(desk, box, qtbot):
    desk.posing.set_turn("head", Turn(10, 20, 5))
    qtbot.keyClick(box.dials["yaw"], Qt.Key.Key_Right)
    assert desk.posing.turn("head") == pytest.approx(Turn(10, 21, 5), abs=0.01)
    assert [round(dial.amount, 2) for dial in box.dials.values()] == [10, 21, 5]
    assert box.count == 3


def test_typing_goes_beyond_what_dragging_reaches(desk, box, qtbot):
    box.dials["yaw"].edit("75")
    qtbot.keyClick(box.dials["yaw"].editor, Qt.Key.Key_Return)
    assert desk.posing.turn("head").yaw == pytest.approx(75, abs=0.01)


def test_double_click_resets_one_angle_and_the_button_all(desk, box, qtbot):
    desk.posing.set_turn("head", Turn(10, 20, 5))
    qtbot.mouseDClick(box.dials["pitch"], Qt.MouseButton.LeftButton)
    assert desk.posing.turn("head") == pytest.approx(Turn(0, 20, 5), abs=0.01)
    box.reset_button.click()
    assert desk.posing.turn("head") == pytest.approx(Turn(), abs=0.01)
    assert not box.reset_button.isEnabled()
