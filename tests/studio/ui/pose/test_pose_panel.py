"""The pose panel by search, mouse and keyboard, and what it shows of changes elsewhere."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMainWindow

from models.pose import ARKIT_NAMES, Pose
from studio.ui.pose.behaviour import change_behaviour
from studio.ui.pose.labels import label
from studio.ui.pose.pose_panel import PosePanel
from tests.studio.ui.panel_fixtures import drag, show, steps


@pytest.fixture
def panel(desk, qtbot) -> PosePanel:
    panel = PosePanel(desk)
    show(qtbot, panel)
    return panel


def bar(panel, name):
    return panel.rows[name][1].bars[name]


def act(menu, text):
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_every_coefficient_is_found_and_moved_by_keys_alone(desk, panel, qtbot):
    for name in ARKIT_NAMES:
        panel.focus_search()
        panel.search.setText(name)
        qtbot.keyClick(panel.search, Qt.Key.Key_Down)
        focused = QGuiApplication.focusObject()
        assert focused is bar(panel, name)
        qtbot.keyClick(focused, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        assert desk.posing.pose.coefficient(name) == pytest.approx(0.1)
        assert steps(desk)[-1] == label(name)


def test_tab_visits_all_bars(panel, qtbot):
    bars = {bar(panel, name) for name in ARKIT_NAMES}
    seen = set()
    panel.search.setFocus()
    for _ in range(150):
        focused = QGuiApplication.focusObject()
        seen.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert bars <= seen


def test_a_drag_is_one_step_and_undo_shows_the_former_value(desk, panel):
    smile = bar(panel, "mouthSmileLeft")
    drag(smile, QPoint(5, 8), QPoint(15, 8), QPoint(25, 8), QPoint(40, 8))
    assert steps(desk) == ["Smile left"]
    assert smile.amount == pytest.approx(desk.posing.pose.coefficient("mouthSmileLeft"))
    assert smile.amount > 0.2
    desk.session.undo()
    assert smile.amount == 0.0


def test_typing_and_double_click(desk, panel, qtbot):
    jaw = bar(panel, "jawOpen")
    jaw.setFocus()
    qtbot.keyClicks(jaw, ".")
    qtbot.keyClicks(jaw.editor, "35")
    qtbot.keyClick(jaw.editor, Qt.Key.Key_Return)
    assert desk.posing.pose.coefficient("jawOpen") == pytest.approx(0.35)
    qtbot.mouseDClick(jaw, Qt.MouseButton.LeftButton)
    assert desk.posing.pose.coefficient("jawOpen") == 0.0
    assert steps(desk) == ["Jaw open", "Reset Jaw open"]


def test_linked_sides_move_and_reset_together(desk, panel, qtbot):
    panel.link.click()
    qtbot.keyClick(bar(panel, "eyeBlinkLeft"), Qt.Key.Key_End)
    assert bar(panel, "eyeBlinkRight").amount == 1.0
    qtbot.mouseDClick(bar(panel, "eyeBlinkRight"), Qt.MouseButton.LeftButton)
    assert bar(panel, "eyeBlinkLeft").amount == 0.0
    panel.link.click()
    qtbot.keyClick(bar(panel, "eyeBlinkLeft"), Qt.Key.Key_End)
    assert bar(panel, "eyeBlinkRight").amount == 0.0


def test_the_link_button_shows_what_the_session_says(desk, panel):
    change_behaviour(desk.session, "Link", sides_linked=True)
    assert panel.link.isChecked()
    desk.session.undo()
    assert not panel.link.isChecked()


def test_the_menu_resets_copies_mirrors_and_swaps(desk, panel):
    desk.posing.set("mouthFrownLeft", 0.625)
    row = panel.rows["mouthFrownLeft"][1]
    act(row.menu("mouthFrownLeft"), "Copy value")
    assert QGuiApplication.clipboard().text() == "0.625"
    act(row.menu("mouthFrownLeft"), "Mirror to the right")
    assert desk.posing.pose.coefficient("mouthFrownRight") == pytest.approx(0.625)
    act(row.menu("mouthFrownLeft"), "Reset")
    act(row.menu("mouthFrownLeft"), "Swap left and right")
    assert bar(panel, "mouthFrownLeft").amount == pytest.approx(0.625)
    assert bar(panel, "mouthFrownRight").amount == 0.0
    act(row.menu("mouthFrownLeft"), "Link left and right")
    assert desk.session.state.behaviour.sides_linked


def test_changed_ones_are_marked_counted_filtered_and_reset_by_region(desk, panel):
    desk.posing.set("browInnerUp", 0.5)
    desk.posing.set("jawOpen", 0.5)
    brows, row = panel.rows["browInnerUp"]
    assert row.label.changed and brows.count == 1
    panel.only_changed.setChecked(True)
    visible = [line.text for line in (r.line for _, r in panel._visible_rows())]
    assert visible == ["Inner brows up", "Open"]
    panel.regions["brows"].reset_button.click()
    assert desk.posing.pose.coefficient("browInnerUp") == 0.0
    assert desk.posing.pose.coefficient("jawOpen") == 0.5
    assert steps(desk)[-1] == "Reset Brows"
    assert [r.line.text for _, r in panel._visible_rows()] == ["Open"]


def test_a_row_in_use_does_not_vanish_when_it_comes_to_rest(desk, panel, qtbot):
    desk.posing.set("jawOpen", 0.01)
    panel.only_changed.setChecked(True)
    bar(panel, "jawOpen").setFocus()
    qtbot.keyClick(bar(panel, "jawOpen"), Qt.Key.Key_Left)
    assert bar(panel, "jawOpen").amount == 0.0
    assert bar(panel, "jawOpen").isVisible()


def test_a_search_opens_folded_sections_for_its_time(panel, qtbot):
    mouth = panel.regions["mouth"]
    qtbot.mouseClick(mouth.header, Qt.MouseButton.LeftButton)
    assert not mouth.is_open
    panel.search.setText("smile")
    assert mouth.is_open and not panel.regions["jaw"].isVisible() and not panel.gaze.isVisible()
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert not mouth.is_open and panel.regions["jaw"].isVisible()
    qtbot.keyClick(mouth.header, Qt.Key.Key_Right)
    assert mouth.is_open


def test_nothing_found_is_said(panel):
    panel.search.setText("xyzzy")
    assert "xyzzy" in panel._nothing.text() and panel._nothing.isVisible()


def test_the_search_finds_what_is_no_coefficient(panel):
    panel.search.setText("neck")
    assert panel.neck.isVisible() and not panel.head.isVisible()
    panel.search.setText("joint angle")
    assert panel.regions["jaw"].jaw.isVisible()
    assert not panel.rows["jawOpen"][1].isVisible()


def test_changes_from_elsewhere_update_the_rows_that_differ_and_echo_nothing(desk, panel):
    rng = np.random.default_rng(3)
    updated = []
    for name, (_, row) in panel.rows.items():
        show_amount = row.bars[name].show_amount
        row.bars[name].show_amount = lambda v, n=name, f=show_amount: (updated.append(n), f(v))
        row.bars[name].edited.connect(lambda _: pytest.fail("a row asked for a change"))
    desk.session.change("Drive", pose=Pose(blendshapes=rng.random(52)))
    assert sorted(updated) == sorted(ARKIT_NAMES)
    updated.clear()
    desk.posing.set("tongueOut", 0.9)
    assert updated == ["tongueOut"]
    desk.session.undo()
    desk.session.undo()
    assert all(bar(panel, name).amount == 0.0 for name in ARKIT_NAMES)
    assert len(desk.session.history.steps) == 3


def test_the_jaw_joint_is_in_degrees(desk, panel, qtbot):
    jaw = panel.regions["jaw"].jaw
    jaw.bar.edit("18")
    qtbot.keyClick(jaw.bar.editor, Qt.Key.Key_Return)
    assert desk.posing.pose.jaw[0] == pytest.approx(np.radians(18))
    panel.regions["jaw"].reset_button.click()
    assert desk.posing.pose.jaw[0] == 0.0


def test_buttons_of_the_whole_pose(desk, panel, open_avatar):
    assert not panel.tools.photo.isEnabled() and "first" in panel.tools.photo.toolTip()
    avatar = open_avatar()
    desk.posing.set("mouthSmileLeft", 0.5)
    panel.tools.mirror_pose()
    assert desk.posing.pose.coefficient("mouthSmileRight") == 0.5
    panel.tools.copy_pose()
    assert json.loads(QGuiApplication.clipboard().text())["blendshapes"]["mouthSmileRight"] == 0.5
    panel.tools.reset_all()
    assert desk.posing.pose == Pose.neutral()
    panel.tools.paste_pose()
    assert desk.posing.pose.coefficient("mouthSmileRight") == 0.5
    panel.tools.photo.click()
    assert desk.posing.pose == avatar.source_pose


def test_tooltips_name_the_shortcut_of_the_windows_action(desk, open_avatar, qtbot):
    window = QMainWindow()
    action = QAction("As in the photo", window, shortcut="Ctrl+Shift+R")
    action.setObjectName("pose.source")
    panel = PosePanel(desk)
    window.setCentralWidget(panel)
    open_avatar()
    show(qtbot, window)
    assert panel.tools.photo.toolTip() == "As in the photo (Ctrl+Shift+R)"


def test_what_is_no_pose_is_not_pasted(desk, panel, qtbot):
    QGuiApplication.clipboard().setText("hello")
    with qtbot.waitSignal(desk.failed) as told:
        panel.tools.paste_pose()
    assert "clipboard" in told.args[0].sentence
    assert steps(desk) == []


def test_random_faces_repeat_by_seed_and_obey_the_strength(desk, panel, qtbot):
    panel.tools.randomise()
    first = desk.posing.pose
    panel.tools.randomise()
    assert desk.posing.pose != first
    form = panel.tools.random_form
    form.seed.setValue(1)
    assert desk.posing.pose == first
    form.strength.edit("0.1")
    qtbot.keyClick(form.strength.editor, Qt.Key.Key_Return)
    assert desk.posing.pose.blendshapes.max() < first.blendshapes.max()


def test_flame_components_appear_for_flame_heads_only(desk, panel, open_avatar):
    open_avatar()
    assert not panel.flame.isVisible()
    open_avatar(head="flame")
    assert panel.flame.isVisible()
    third = panel.flame.bars[2]
    third.setFocus()
    third.edited.emit(1.5)
    assert desk.posing.pose.expression[2] == pytest.approx(1.5)
    assert third.amount == pytest.approx(1.5)
    shapes = panel.flame._shape
    assert [shape.amount for shape in shapes] == [0, 0, 0] and "-1.25" in shapes[1].toolTip()
    shapes[1].edited.emit(0.75)
    assert desk.session.state.shape == (0.0, 0.75) and shapes[1].amount == 0.75
    desk.session.undo()
    assert desk.session.state.shape == () and shapes[1].amount == 0.0
    desk.session.redo()
    panel.flame.reset_button.click()
    assert desk.posing.pose.expression is None and third.amount == 0.0
    assert desk.session.state.shape == () and shapes[1].amount == 0.0


def test_nothing_listens_after_the_panel_is_gone(desk):
    before = len(desk.session.pose_changed)
    panel = PosePanel(desk)
    assert len(desk.session.pose_changed) > before
    shiboken6.delete(panel)
    assert len(desk.session.pose_changed) == before
