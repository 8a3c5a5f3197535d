"""Which frames are asked for, and which are shown."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from studio.engine.events import FrameReady
from studio.session.look import BackgroundKind, ViewMode
from studio.session.state import Behaviour, OpenAvatar
from studio.session.view import View
from studio.ui.viewport import frame_pump
from tests.studio.ui.viewport.conftest import PATIENCE_MS, Portrait


def full(viewport) -> int:
    return min(viewport.stage.square.side, 512)


def frames(viewport) -> list[FrameReady]:
    seen: list[FrameReady] = []
    viewport.shown.connect(seen.append)
    return seen


@pytest.mark.parametrize(
    "change",
    [
        lambda state: {"view": state.view.orbited(10, 0)},
        lambda state: {"pose": state.pose.with_blendshapes({"jawOpen": 0.5})},
        lambda state: {"look": replace(state.look, background=BackgroundKind.BLURRED)},
        lambda state: {"behaviour": Behaviour(auto_blink=True)},
    ],
)
def test_every_change_gets_a_quick_frame_and_one_at_rest(desk, opened, settle, change) -> None:
    seen = frames(opened)
    desk.session.change("Change", **change(desk.session.state))
    settle()
    sizes = [frame.size for frame in seen]
    assert sizes[0] == 128
    assert sizes[-1] == full(opened)
    assert not seen[0].request.quality.final
    assert seen[-1].request.quality.final
    for part in change(desk.session.state):
        if part != "behaviour":
            assert getattr(seen[-1].request, part) == getattr(desk.session.state, part)


def test_an_older_frame_never_replaces_a_newer_one(desk, opened, portrait) -> None:
    seen = frames(opened)
    shown = opened.grab_picture()
    newest = opened._frame

    def late(stamp) -> FrameReady:
        picture = np.zeros((8, 8, 3), np.uint8)
        return FrameReady(stamp, newest.request, picture, 8, False, {"render": 1.0}, "cpu")

    desk.frame_ready.emit(late(newest.stamp - 1))
    assert seen == []
    assert opened.grab_picture() == shown
    desk.frame_ready.emit(late(newest.stamp + 1))
    assert [frame.size for frame in seen] == [8]


def test_a_frame_of_another_avatar_is_dropped(desk, opened, portrait, settle) -> None:
    seen = frames(opened)
    portrait.gate = threading.Semaphore(0)
    desk.session.change("Turn", view=View(yaw=10))
    assert portrait.begun.acquire(timeout=20)
    other = Portrait()
    desk.session.open_avatar(OpenAvatar(other, "berta"))
    portrait.gate.release(100)
    settle()
    assert seen
    assert all(frame.request.avatar is other for frame in seen)


def test_only_the_newest_of_many_changes_is_rendered(desk, opened, portrait, settle) -> None:
    portrait.gate = threading.Semaphore(0)
    before = len(portrait.sizes)
    for yaw in range(1, 40):
        desk.session.change("Turn", view=View(yaw=yaw))
    portrait.gate.release(100)
    settle()
    assert len(portrait.sizes) - before <= 4
    assert opened._frame.request.view.yaw == 39


def test_nothing_is_rendered_while_hidden(desk, opened, portrait, settle) -> None:
    opened.hide()
    before = len(portrait.sizes)
    desk.session.change("Turn", view=View(yaw=10))
    assert not opened.pump._rest.isActive()
    assert len(portrait.sizes) == before
    opened.show()
    settle()
    assert opened._frame.request.view.yaw == 10


def test_resizing_asks_for_as_many_pixels_as_are_seen(desk, opened, settle) -> None:
    opened.resize(330, 380)
    settle()
    assert opened._frame.size == opened.stage.square.side < 400
    desk.session.change(
        "Look", look=replace(desk.session.state.look, resolution=192, mode=ViewMode.DEPTH)
    )
    settle()
    assert opened._frame.size == 192


def test_device_pixels_count(desk, opened, settle, monkeypatch) -> None:
    monkeypatch.setattr(type(opened.stage), "devicePixelRatioF", lambda self: 1.5)
    desk.session.change("Look", look=replace(desk.session.state.look, resolution=1024))
    opened.resize(440, 400)
    settle()
    points = min(opened.stage.width(), opened.stage.height())
    assert opened._frame.size == round(1.5 * points)


def test_a_frame_that_fails_is_told_and_the_picture_stays(
    desk, opened, portrait, qtbot, settle
) -> None:
    shown = opened.grab_picture()
    portrait.fault = RuntimeError("no memory")
    desk.session.change("Turn", view=View(yaw=10))
    qtbot.waitUntil(opened.stage.fault.isVisible, timeout=PATIENCE_MS)
    assert opened.grab_picture() == shown
    settle()
    portrait.fault = None
    opened.stage.fault._again.click()
    qtbot.waitUntil(lambda: not opened.stage.fault.isVisible(), timeout=PATIENCE_MS)
    settle()
    assert opened._frame.request.view.yaw == 10


def test_undoing_the_opening_clears_the_picture(desk, opened) -> None:
    desk.session.undo()
    assert opened.grab_picture().isNull()


def test_a_blink_is_shown_at_full_size_and_ends_with_open_eyes(
    desk, opened, qtbot, settle, monkeypatch
) -> None:
    class Soon(frame_pump.Blinks):
        @staticmethod
        def _schedule(chance):
            yield 0.3
            yield 1e4

    pump = opened.pump
    pump._blinks, pump._began = Soon(), frame_pump.time.monotonic()
    seen = frames(opened)
    desk.session.change("Blink", behaviour=Behaviour(auto_blink=True))
    qtbot.waitUntil(
        lambda: pump._now > 0.7 and not pump.waiting and seen[-1].request.blink == 0,
        timeout=PATIENCE_MS,
    )
    lids = [frame for frame in seen if frame.request.blink > 0]
    assert lids
    assert all(frame.size == full(opened) for frame in lids)
    assert seen[-1].request.quality.final


def test_preferences_apply_at_once(desk, opened, settle) -> None:
    desk.change_settings(interactive_resolution=64)
    seen = frames(opened)
    desk.session.change("Turn", view=View(yaw=10))
    settle()
    assert seen[0].size == 64
