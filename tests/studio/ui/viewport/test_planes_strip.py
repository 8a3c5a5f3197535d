from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from studio.engine import jobs
from studio.engine.job import Job
from studio.engine.planes import PlanePictures
from studio.session.state import OpenAvatar
from studio.ui.viewport.plane_group import EmptyGroup
from studio.ui.viewport.plane_names import PLANES, branch_texts
from studio.ui.viewport.plane_zoom import PlaneZoom
from studio.ui.viewport.planes_strip import PlanesStrip
from tests.studio.ui.viewport.conftest import Portrait

EMPTY = frozenset({"expression", "compensation"})


def pictures() -> PlanePictures:
    random = np.random.default_rng(0)
    made = {name: random.integers(0, 256, (3, 32, 32, 3), np.uint8) for name in branch_texts()}
    return PlanePictures(made, EMPTY)


@pytest.fixture
def drawn(monkeypatch) -> list[object]:
    """Avatars whose planes were asked for."""
    asked: list[object] = []

    def planes(avatar) -> Job:
        asked.append(avatar)
        if getattr(avatar, "fault", None) is not None:

            def work(context):
                raise avatar.fault

            return Job("Drawing", work, doing="drawing the planes")
        return Job("Drawing", lambda context: pictures())

    monkeypatch.setattr(jobs, "planes", planes)
    return asked


@pytest.fixture
def strip(desk, qtbot, drawn) -> PlanesStrip:
    strip = PlanesStrip(desk)
    qtbot.addWidget(strip)
    strip.resize(1500, 160)
    return strip


def test_all_planes_show_and_empty_branches_say_so(desk, strip, qtbot, drawn) -> None:
    strip.show()
    assert strip.message.isVisible()
    desk.session.open_avatar(OpenAvatar(Portrait(), "anna"))
    qtbot.waitUntil(lambda: bool(strip.images))
    assert not strip.message.isVisible()
    assert set(strip.groups) == set(branch_texts())
    for branch, group in strip.groups.items():
        assert set(group.tiles) == set(PLANES) and group.isVisible() == (branch not in EMPTY)
    note = strip.findChild(EmptyGroup)
    assert note.isVisible() and note.names.text() == "Expression\nCompensation"
    assert len(drawn) == 1


def test_nothing_is_drawn_while_the_strip_is_hidden(desk, strip, qtbot, drawn) -> None:
    desk.session.open_avatar(OpenAvatar(Portrait(), "anna"))
    assert drawn == []
    strip.show()
    qtbot.waitUntil(lambda: bool(strip.images))


def test_another_avatar_gets_its_own_planes(desk, strip, qtbot, drawn) -> None:
    strip.show()
    avatars = [Portrait(), Portrait()]
    for avatar in avatars:
        desk.session.open_avatar(OpenAvatar(avatar, "someone"))
    qtbot.waitUntil(lambda: bool(strip.images))
    assert drawn == avatars


def test_a_fault_is_told_in_the_strip(desk, strip, qtbot) -> None:
    strip.show()
    avatar = Portrait()
    avatar.fault = RuntimeError("broken")
    desk.session.open_avatar(OpenAvatar(avatar, "anna"))
    qtbot.waitUntil(lambda: "drawing the planes" in strip.message.text())
    assert strip.message.isVisible()


def test_pressing_a_tile_enlarges_that_plane(desk, strip, qtbot) -> None:
    strip.show()
    desk.session.open_avatar(OpenAvatar(Portrait(), "anna"))
    qtbot.waitUntil(lambda: bool(strip.images))
    QTest.keyClick(strip.groups["fused"].tiles["ZY"], Qt.Key.Key_Space)
    zoom = strip.findChild(PlaneZoom)
    assert zoom.isVisible()
    assert (zoom.branch.currentData(), zoom.plane.currentData()) == ("fused", "ZY")
    assert zoom.image == strip.images["fused", "ZY"]
    assert zoom.branch.findData("expression") == -1
    zoom.plane.setCurrentIndex(0)
    assert zoom.image == strip.images["fused", "XY"]


def test_the_canvas_zooms_about_the_cursor_and_tells_the_texel(desk, strip, qtbot) -> None:
    strip.show()
    desk.session.open_avatar(OpenAvatar(Portrait(), "anna"))
    qtbot.waitUntil(lambda: bool(strip.images))
    strip.groups["canonical"].tiles["XY"].click()
    zoom = strip.findChild(PlaneZoom)
    canvas = zoom.canvas
    point = QPointF(canvas.width() * 0.6, canvas.height() * 0.4)
    before = canvas.share(point)
    canvas._scale(3.0, point)
    after = canvas.share(point)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    assert canvas.zoom == 3.0
    QTest.mouseMove(canvas, point.toPoint())
    colour = zoom.image.pixelColor(int(after.x() * 32), int(after.y() * 32))
    assert f"{colour.red() / 127.5 - 1:+.2f}" in zoom.under.text()
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert canvas.zoom == 1.0


@pytest.mark.parametrize(
    ("width", "height", "least"),
    [
        *((width, 170, 45) for width in (680, 800, 805, 806, 807)),
        (874, 340, 125),
        (330, 700, 90),
        (1500, 160, 110),
    ],
)
def test_tiles_grow_until_all_groups_fill_the_dock(
    desk, strip, qtbot, width, height, least
) -> None:
    strip.resize(width, height)
    strip.show()
    desk.session.open_avatar(OpenAvatar(Portrait(), "anna"))
    qtbot.waitUntil(lambda: bool(strip.images))
    note = strip.findChild(EmptyGroup)
    qtbot.waitUntil(lambda: note.isVisible() and note.y() > 0)
    assert note.x() in {8, *(g.geometry().right() + 17 for g in strip.groups.values())}
    inside = strip.viewport().rect()
    tiles = [strip.groups[b].tiles[p] for b in strip.groups if b not in EMPTY for p in PLANES]
    for tile in (*tiles, note):
        corner = tile.mapTo(strip.viewport(), tile.rect().bottomRight())
        assert corner.x() <= inside.right() and corner.y() <= inside.bottom()
    assert {tile.width() for tile in tiles} == {tile.height() for tile in tiles}
    assert tiles[0].width() >= least
    assert not strip.verticalScrollBar().maximum()


def test_a_dock_that_is_too_small_scrolls(desk, strip, qtbot) -> None:
    strip.resize(300, 90)
    strip.show()
    desk.session.open_avatar(OpenAvatar(Portrait(), "anna"))
    qtbot.waitUntil(lambda: strip.verticalScrollBar().maximum() > 0)
    assert not strip.horizontalScrollBar().maximum()
