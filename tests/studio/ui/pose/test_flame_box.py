"""FLAME's sliders: from a drag to the picture, and what the box says about the avatar."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from studio.engine.pacer import Quality
from studio.engine.renderer import Renderer
from studio.engine.request import FrameRequest
from studio.session.state import OpenAvatar
from studio.ui.pose.flame_box import FlameBox
from studio.ui.pose.pose_tools import mirror_pose
from tests.models.animate.made_up_flame import expressive
from tests.studio.ui.panel_fixtures import drag, show

SIZE = 128


@pytest.fixture
def box(desk, qtbot) -> FlameBox:
    box = FlameBox(desk)
    show(qtbot, box)
    return box


def test_a_drag_changes_the_picture(desk, box, sample_avatar):
    desk.session.open_avatar(OpenAvatar(expressive(sample_avatar), "anna"))
    assert box.show_avatar(desk.session.avatar.handle)

    def picture():
        rendered = Renderer("cpu", lambda _: None).render(
            FrameRequest.of(desk.session.state, Quality(SIZE))
        )
        return rendered.picture.astype(int)

    still = picture()
    bar = box.bars[3]
    start = bar.rect().center()
    drag(bar, start, start + QPoint(5, 0), start + QPoint(bar.width() // 2, 0))
    assert desk.posing.pose.expression[3] > 1.5
    moved = (np.abs(picture() - still) > 12).any(-1)
    assert 10 < moved.sum() < 0.2 * SIZE * SIZE
    desk.session.undo()
    np.testing.assert_array_equal(picture(), still)
    assert "adds to" in box._note.text()
    box._shape[0].edited.emit(2.0)
    assert (np.abs(picture() - still) > 12).any(-1).sum() > 50
    desk.session.undo()
    np.testing.assert_array_equal(picture(), still)


def test_an_avatar_without_components_is_told_from_one_that_shows_them(box, open_avatar):
    avatar = open_avatar(head="flame")
    assert box.show_avatar(avatar) and "adds to" in box._note.text()
    avatar.expression_mirror = None
    assert box.show_avatar(avatar) and "build it again" in box._note.text()


def test_mirroring_tells_what_stays(desk, open_avatar):
    told: list[str] = []
    desk.notice.connect(told.append)
    open_avatar()
    desk.posing.set_expression(2, 1.0)
    mirror_pose(desk)
    assert len(told) == 1 and "left as it is" in told[0]
    open_avatar(head="flame")
    desk.posing.set_expression(2, 1.0)
    mirror_pose(desk)
    assert len(told) == 1 and desk.posing.pose.expression[97] == 1.0
