"""The panel shows what the picture shows, tinted, and the session's pose again afterwards."""

from __future__ import annotations

import pytest

from models.pose import Pose
from studio.session.pose_parts import PARTS
from studio.ui.pose.pose_panel import PosePanel
from tests.studio.ui.panel_fixtures import PATIENCE_MS, show


@pytest.fixture
def panel(desk, open_avatar, qtbot) -> PosePanel:
    open_avatar()
    desk.posing.set("jawOpen", 0.25)
    panel = PosePanel(desk)
    show(qtbot, panel)
    return panel


def bar(panel, name):
    return panel.rows[name][1].bars[name]


DRIVEN = Pose.neutral().with_blendshapes({"jawOpen": 0.75, "mouthSmileLeft": 0.5})


def test_driven_values_are_shown_and_cannot_be_set_by_hand(desk, panel, qtbot):
    desk.live.drive(DRIVEN, frozenset({"jaw"}))
    qtbot.waitUntil(lambda: bar(panel, "jawOpen").amount == 0.75, timeout=PATIENCE_MS)
    assert bar(panel, "jawOpen").live and not bar(panel, "jawOpen").isEnabled()
    # What is not armed shows what the person sets.
    assert not bar(panel, "mouthSmileLeft").live
    assert bar(panel, "mouthSmileLeft").amount == 0.0 and bar(panel, "mouthSmileLeft").isEnabled()
    desk.posing.set("mouthSmileLeft", 0.4)
    assert bar(panel, "mouthSmileLeft").amount == pytest.approx(0.4)
    desk.live.drive(None)
    assert bar(panel, "jawOpen").amount == pytest.approx(0.25)
    assert bar(panel, "jawOpen").isEnabled() and not bar(panel, "jawOpen").live


def test_a_played_timeline_is_shown_and_stays_editable(desk, panel, qtbot):
    desk.live.play(DRIVEN)
    qtbot.waitUntil(lambda: bar(panel, "mouthSmileLeft").amount == 0.5, timeout=PATIENCE_MS)
    assert bar(panel, "mouthSmileLeft").live and bar(panel, "mouthSmileLeft").isEnabled()
    desk.live.play(None)
    assert bar(panel, "mouthSmileLeft").amount == 0.0


def test_every_armed_control_is_locked(desk, panel, qtbot):
    desk.live.drive(DRIVEN, frozenset(PARTS))
    qtbot.waitUntil(lambda: not panel.gaze.pad.isEnabled(), timeout=PATIENCE_MS)
    assert not any(control.isEnabled() for part in panel._controls().values() for control in part)
    desk.live.drive(None)
    assert all(control.isEnabled() for part in panel._controls().values() for control in part)
