"""Mouse, wheel and keys on the real widget."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.session.view import View

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def drag(stage, start, *points, button=LEFT, keys=NONE, release=True) -> None:
    QTest.mousePress(stage, button, keys, QPoint(*start))
    for point in points:
        move(stage, point, button, keys)
    if release:
        QTest.mouseRelease(stage, button, keys, QPoint(*points[-1]))


def move(stage, point, button=LEFT, keys=NONE) -> None:
    local = QPointF(*point)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        local,
        stage.mapToGlobal(local),
        Qt.MouseButton.NoButton,
        button,
        keys,
    )
    QApplication.sendEvent(stage, event)


def wheel(stage, point, angle) -> None:
    local = QPointF(*point)
    QApplication.sendEvent(
        stage,
        QWheelEvent(
            local,
            stage.mapToGlobal(local),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            NONE,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def steps(desk) -> list[str]:
    return [step.label for step in desk.session.history.steps]


def test_left_drag_orbits_and_is_one_step(desk, opened) -> None:
    stage, before = opened.stage, len(steps(desk))
    side = stage.square.side
    drag(stage, (200, 200), (220, 200), (200 + side // 4, 200 - side // 8))
    view = desk.session.state.view
    assert view.yaw == pytest.approx(-45, abs=1)
    assert view.pitch == pytest.approx(-22.5, abs=1)
    assert steps(desk)[before:] == ["Orbit"]
    desk.session.undo()
    assert desk.session.state.view == View()


def test_middle_and_shift_drags_pan_with_the_mouse(desk, opened) -> None:
    stage = opened.stage
    side = stage.square.side
    for button, keys in ((MIDDLE, NONE), (LEFT, SHIFT)):
        desk.session.change("Back", view=View())
        drag(stage, (150, 150), (170, 180), button=button, keys=keys)
        view = desk.session.state.view
        assert (view.pan_x, view.pan_y) == pytest.approx((20 / side, 30 / side))
        assert (view.yaw, view.pitch) == (0, 0)


def test_escape_takes_a_drag_back(desk, opened) -> None:
    before = steps(desk)
    drag(opened.stage, (200, 200), (260, 220), release=False)
    assert desk.session.state.view.yaw != 0
    QTest.keyClick(opened.stage, Qt.Key.Key_Escape)
    assert desk.session.state.view == View()
    assert steps(desk) == before
    move(opened.stage, (300, 300))
    assert desk.session.state.view == View()


def test_a_click_is_no_step(desk, opened) -> None:
    before = steps(desk)
    QTest.mouseClick(opened.stage, LEFT, NONE, QPoint(120, 130))
    assert steps(desk) == before


def test_undo_during_a_drag_ends_it(desk, opened) -> None:
    drag(opened.stage, (200, 200), (260, 220), release=False)
    desk.session.undo()
    move(opened.stage, (300, 240))
    assert desk.session.state.view == View()
    assert not desk.session.in_gesture


def test_the_point_under_the_cursor_stays_while_the_wheel_zooms(desk, opened) -> None:
    stage = opened.stage
    source = desk.session.avatar.handle.source_camera
    cursor = (310, 120)
    at = stage.share(QPointF(*cursor))
    origin = source.position
    # The point of space that the cursor shows: along the ray through it.
    axes, lens = source.cam2world[:3, :3], source.intrinsics
    ray = axes @ [(at[0] - lens[0, 2]) / lens[0, 0], (at[1] - lens[1, 2]) / lens[1, 1], 1.0]
    point = (origin + 2.0 * ray)[None]
    for angle in (120, 240, -120):
        wheel(stage, cursor, angle)
        where, _ = desk.session.state.view.camera(source).project(point)
        assert where[0] == pytest.approx(at, abs=1e-4)
    assert desk.session.state.view.zoom == pytest.approx(1.0015**240)
    assert steps(desk)[-2:] != ["Zoom", "Zoom"]


def test_pinch_zooms(desk, opened) -> None:
    local = QPointF(200, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        local,
        local,
        opened.stage.mapToGlobal(local),
        0.25,
        QPointF(),
    )
    QApplication.sendEvent(opened.stage, event)
    assert desk.session.state.view.zoom == pytest.approx(1.25)


def test_two_fingers_on_a_screen_zoom_and_pan_and_do_not_orbit(desk, opened) -> None:
    """By real touches: the toolkit makes a mouse of the first finger and a pinch of both."""
    stage, screen = opened.stage, QTest.createTouchDevice()
    middle = stage.rect().center()

    def touch(*places: QPoint, kind: str) -> None:
        touches = QTest.touchEvent(stage, screen)
        for finger, place in enumerate(places):
            getattr(touches, kind)(finger, place, stage)
        touches.commit()
        QApplication.processEvents()

    def spread(apart: int, down: int = 0) -> tuple[QPoint, QPoint]:
        return middle + QPoint(-apart, down), middle + QPoint(apart, down)

    before = steps(desk)
    touch(spread(40)[0], kind="press")
    touch(spread(45)[0], kind="move")
    assert desk.session.in_gesture
    touch(*spread(45), kind="press")
    for apart in range(50, 110, 10):
        touch(*spread(apart), kind="move")
    view = desk.session.state.view
    assert view.zoom > 1.5 and (view.yaw, view.pitch) == (0.0, 0.0)
    for down in range(0, 60, 10):
        touch(*spread(100, down), kind="move")
    assert desk.session.state.view.pan_y > view.pan_y + 0.05
    touch(*spread(100, 50), kind="release")
    assert not desk.session.in_gesture and steps(desk) == [*before, "Zoom"]
    assert desk.session.state.view.yaw == 0.0


def test_double_click_brings_the_point_to_the_middle(desk, opened) -> None:
    stage = opened.stage
    at = stage.share(QPointF(100, 300))
    QTest.mouseDClick(stage, LEFT, NONE, QPoint(100, 300))
    view = desk.session.state.view
    assert (view.pan_x, view.pan_y) == pytest.approx((0.5 - at[0], 0.5 - at[1]))


def test_keys(desk, opened) -> None:
    stage = opened.stage
    for key, yaw, pitch in (
        (Qt.Key.Key_Left, 5, 0),
        (Qt.Key.Key_Up, 5, -5),
        (Qt.Key.Key_Right, 0, -5),
        (Qt.Key.Key_Down, 0, 0),
    ):
        QTest.keyClick(stage, key)
        view = desk.session.state.view
        assert (view.yaw, view.pitch) == (yaw, pitch)
    QTest.keyClick(stage, Qt.Key.Key_Plus)
    assert desk.session.state.view.zoom == pytest.approx(1.1)
    QTest.keyClick(stage, Qt.Key.Key_Minus)
    assert desk.session.state.view.zoom == pytest.approx(1.0)
    desk.session.change("x", view=View("front", yaw=30, zoom=2))
    QTest.keyClick(stage, Qt.Key.Key_Home)
    assert desk.session.state.view == View()


def test_pitch_stops_where_the_camera_does(desk, opened) -> None:
    for _ in range(40):
        QTest.keyClick(opened.stage, Qt.Key.Key_Down)
    assert desk.session.state.view.pitch == 85
    QTest.keyClick(opened.stage, Qt.Key.Key_Up)
    assert desk.session.state.view.pitch == 80


def test_hiding_during_a_drag_ends_the_gesture(desk, opened) -> None:
    drag(opened.stage, (200, 200), (260, 220), release=False)
    opened.hide()
    assert not desk.session.in_gesture
    assert desk.session.state.view.yaw != 0
