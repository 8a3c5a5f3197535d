"""The viewport's looks and switches, drawn by the painter."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.session.look import BackgroundKind, ViewMode
from studio.session.state import OpenAvatar
from studio.session.view import VIEW_PRESETS, View
from studio.ui.pixels import array_of
from studio.ui.theme import tokens
from studio.ui.viewport import stage as stage_module
from studio.ui.viewport.painted_view import PaintedView
from studio.ui.viewport.viewport import Viewport
from tests.studio.ui.viewport.conftest import PHOTO


def drawn(viewport) -> np.ndarray:
    """Pixels of the picture's square as the surface draws them."""
    square = viewport.stage.square
    pixels = array_of(viewport.stage.surface.grab().toImage())
    return pixels[square.top : square.top + square.side, square.left : square.left + square.side]


def test_without_opengl_a_painter_stands_in_and_the_log_says_so_once(
    desk, qtbot, caplog, monkeypatch
) -> None:
    monkeypatch.setattr(stage_module, "_told", set())
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            made = stage_module.Stage(desk.session)
            qtbot.addWidget(made)
            assert isinstance(made.surface, PaintedView)
    assert [record.getMessage() for record in caplog.records] == [
        "The picture is drawn by the processor: not in tests."
    ]


def test_the_screen_shows_the_frame_pixel_by_pixel(opened) -> None:
    assert opened._frame.size == opened.stage.square.side
    np.testing.assert_array_equal(drawn(opened), opened._frame.picture)


def test_around_the_picture_is_the_theme(opened) -> None:
    opened.resize(700, 440)
    pixels = array_of(opened.stage.surface.grab().toImage())
    wanted = [int(tokens().sunken[i : i + 2], 16) for i in (1, 3, 5)]
    assert pixels[50, 20].tolist() == wanted


def test_checker_lies_under_what_is_transparent(desk, opened, settle) -> None:
    look = replace(desk.session.state.look, background=BackgroundKind.TRANSPARENT)
    desk.session.change("Look", look=look)
    settle()
    frame, pixels = opened._frame.picture, drawn(opened)
    solid = frame[..., 3] == 255
    assert solid.any() and not solid.all()
    np.testing.assert_array_equal(pixels[solid], frame[..., :3][solid])
    below = pixels[~solid]
    assert len(np.unique(below, axis=0)) == 2


def test_raw_pixels_are_enlarged_as_squares(desk, opened, settle) -> None:
    desk.session.change("Raw", look=replace(desk.session.state.look, mode=ViewMode.RAW))
    settle()
    assert opened._frame.size == 128 < opened.stage.square.side
    colours = {tuple(pixel) for pixel in drawn(opened).reshape(-1, 3).tolist()}
    own = {tuple(pixel) for pixel in opened._frame.picture.reshape(-1, 3).tolist()}
    assert colours <= own


def test_split_shows_the_photo_on_the_left_of_the_handle(desk, opened, qtbot) -> None:
    opened.set_split(True)
    opened.compare.move(0.25)
    pixels, side = drawn(opened), opened.stage.square.side
    quarter = side // 4
    assert np.abs(pixels[:, : quarter - 1].astype(int) - PHOTO).max() <= 1
    np.testing.assert_array_equal(pixels[:, quarter + 1 :], opened._frame.picture[:, quarter + 1 :])
    handle = opened.stage.handle
    assert handle.isVisible()
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, middle + QPoint(side // 4, 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle)
    assert opened.compare.edge == pytest.approx(0.5, abs=0.02)
    QTest.keyClick(handle, Qt.Key.Key_Left)
    assert opened.compare.edge == pytest.approx(0.48, abs=0.02)


def test_split_fades_where_photo_and_picture_do_not_meet(desk, opened, settle, qtbot) -> None:
    opened.set_split(True)
    desk.session.change("Turn", view=View(yaw=20))
    settle()
    qtbot.waitUntil(lambda: opened.compare.comparison() is None)
    np.testing.assert_array_equal(drawn(opened), opened._frame.picture)
    assert opened.stage.hint.isVisible()
    opened.stage.hint.button.click()
    assert desk.session.state.view == View()
    qtbot.waitUntil(
        lambda: (
            opened.compare.comparison() is not None and opened.compare.comparison().opacity == 1.0
        )
    )
    assert not opened.stage.hint.isVisible()


def test_numbers_show_and_hide(desk, opened, settle) -> None:
    assert not opened.stage.hud.isVisible()
    QTest.keyClick(opened.stage, Qt.Key.Key_H)
    assert opened.stage.hud.isVisible() and opened.hud_on and opened.bar.hud.isChecked()
    desk.session.change("Turn", view=View(yaw=20))
    settle()
    rows = dict(opened.stage.hud.rows)
    side = opened.stage.square.side
    assert rows["Resolution"] == f"{side} × {side}"
    assert rows["Device"].startswith("CPU")
    assert rows["Frame"].endswith(" ms")
    opened.toggle_hud()
    assert not opened.stage.hud.isVisible()


def test_bar_shows_and_sets_view_and_mode(desk, opened) -> None:
    bar = opened.bar
    for name, button in bar.presets.items():
        button.click()
        assert desk.session.state.view == VIEW_PRESETS[name]
        assert [n for n, b in bar.presets.items() if b.isChecked()] == [name]
        button.click()
        assert button.isChecked()
    desk.session.change("Turn", view=View("front", yaw=3))
    assert not any(button.isChecked() for button in bar.presets.values())
    actions = {action.data(): action for action in bar.modes.menu().actions() if action.data()}
    assert set(actions) == set(ViewMode)
    for mode, action in actions.items():
        action.trigger()
        assert desk.session.state.look.mode == mode
        assert bar.modes.text() == action.text()
    desk.session.undo()
    assert actions[desk.session.state.look.mode].isChecked()


def test_compass_tells_and_turns(desk, opened, settle) -> None:
    compass = opened.stage.compass
    assert compass.angles == pytest.approx((10, 5), abs=0.1)
    tip = next(tip for tip in compass.tips() if tip.letter == "L")
    at = QPoint(round(38 + tip.place.x()), round(38 + tip.place.y()))
    QTest.mouseClick(compass, Qt.MouseButton.LeftButton, pos=at)
    assert desk.session.state.view == View("front", yaw=90)
    settle()
    assert compass.angles == pytest.approx((90, 0), abs=0.1)


def test_everything_that_takes_the_focus_has_a_name(opened) -> None:
    opened.set_split(True)
    for widget in opened.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible():
            assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_a_destroyed_viewport_listens_no_more(desk, portrait, qapp) -> None:
    session = desk.session
    viewport = Viewport(desk)
    viewport.show()
    session.open_avatar(OpenAvatar(portrait, "anna"))
    assert len(session.view_changed) > 0
    shiboken6.delete(viewport)
    assert len(session.view_changed) == len(session.avatar_changed) == 0
    assert len(session.look_changed) == len(session.behaviour_changed) == 0
    session.change("Turn", view=View(yaw=5))


def test_a_surface_that_stands_in_draws_the_same(opened) -> None:
    before = drawn(opened)
    opened.stage._fall_back("the driver gave up")
    np.testing.assert_array_equal(drawn(opened), before)
