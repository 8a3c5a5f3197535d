"""Presets: pictures, applying, strength, own ones."""

from __future__ import annotations

import threading

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMessageBox

from models.pose import PRESETS
from studio.session.presets import UserPresets
from studio.session.state import OpenAvatar
from studio.ui.presets.card_delegate import PICTURE_ROLE, PRESET_ROLE
from studio.ui.presets.preset_panel import PresetPanel
from tests.studio.ui.panel_fixtures import PATIENCE_MS, PanelAvatar, drag, show, steps


@pytest.fixture
def panel(desk, qtbot) -> PresetPanel:
    panel = PresetPanel(desk)
    show(qtbot, panel)
    return panel


def picture(panel, name):
    return panel.grid.item_of(name).data(PICTURE_ROLE)


def click(panel, qtbot, name):
    at = panel.grid.visualItemRect(panel.grid.item_of(name)).center()
    qtbot.mouseClick(panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)


def save(panel, qtbot, name, owner="user"):
    panel.save.click()
    qtbot.keyClicks(panel.form.name, name)
    panel.form.owner.setCurrentIndex(panel.form.owner.findData(owner))
    qtbot.keyClick(panel.form.name, Qt.Key.Key_Return)


def preset_of(panel, name):
    return panel.grid.item_of(name).data(PRESET_ROLE)


def test_pictures_are_of_the_open_avatar_and_made_anew_for_another(panel, open_avatar, qtbot):
    assert picture(panel, "smile") is None and panel._hint.isVisible()
    open_avatar()
    qtbot.waitUntil(lambda: picture(panel, "ch") is not None, timeout=PATIENCE_MS)
    bright = picture(panel, "jaw_open").pixelColor(9, 9).value()
    assert bright > picture(panel, "neutral").pixelColor(9, 9).value()
    assert not panel._hint.isVisible()
    second = open_avatar()
    assert picture(panel, "smile") is None
    qtbot.waitUntil(lambda: picture(panel, "ch") is not None, timeout=PATIENCE_MS)
    assert set(second.rendered) == set(PRESETS.values())


def test_pictures_follow_the_shape_of_the_person(panel, desk, open_avatar, qtbot):
    avatar = open_avatar(head="flame")
    qtbot.waitUntil(lambda: picture(panel, "ch") is not None, timeout=PATIENCE_MS)
    before = len(avatar.rendered)
    for change in (1.0, 2.0):
        desk.posing.set_shape(0, change)
    assert picture(panel, "ch") is not None, "the former ones stay until there are others"
    qtbot.waitUntil(lambda: len(avatar.rendered) == 2 * before, timeout=PATIENCE_MS)
    assert set(avatar.changes) == {(2.0,)}


def test_pictures_come_one_by_one_and_stop_for_another_avatar(panel, desk, qtbot):
    go = threading.Semaphore(0)

    class Slow(PanelAvatar):
        def render(self, pose, camera, **options):
            assert go.acquire(timeout=20)
            return super().render(pose, camera, **options)

    slow, quick = Slow(), PanelAvatar()
    desk.session.open_avatar(OpenAvatar(slow, "slow"))
    go.release(2)
    qtbot.waitUntil(lambda: picture(panel, "smile") is not None, timeout=PATIENCE_MS)
    assert picture(panel, "laugh") is None
    desk.session.open_avatar(OpenAvatar(quick, "quick"))
    go.release()
    qtbot.waitUntil(lambda: picture(panel, "ch") is not None, timeout=PATIENCE_MS)
    assert len(slow.rendered) == 3


def test_nothing_is_rendered_while_the_panel_is_hidden(desk, open_avatar, qtbot):
    panel = PresetPanel(desk)
    qtbot.addWidget(panel)
    avatar = open_avatar()
    qtbot.wait(50)
    assert avatar.rendered == []


def test_a_click_applies_in_one_step(desk, panel, qtbot):
    desk.posing.set("tongueOut", 1.0)
    click(panel, qtbot, "smile")
    assert desk.posing.pose.blendshapes == pytest.approx(PRESETS["smile"].blendshapes)
    assert steps(desk) == ["Tongue out", "Preset Smile"]


def test_the_strength_scales_and_a_drag_of_it_is_one_step(desk, panel, qtbot):
    panel.strength.show_amount(0.5)
    click(panel, qtbot, "angry")
    assert desk.posing.pose.coefficient("browDownLeft") == pytest.approx(0.45)
    width = panel.strength.width()
    drag(panel.strength, QPoint(10, 9), QPoint(20, 9), QPoint(10 + width // 4, 9))
    assert desk.posing.pose.coefficient("browDownLeft") == pytest.approx(0.675, abs=0.02)
    assert steps(desk) == ["Preset Angry", "Preset Angry"]


def test_the_strength_leaves_a_pose_alone_that_was_changed_since(desk, panel, qtbot):
    click(panel, qtbot, "smile")
    desk.posing.set("jawOpen", 0.5)
    changed = desk.posing.pose
    panel.strength.edited.emit(0.2)
    assert desk.posing.pose == changed
    assert panel.grid.selectedItems() == []


def test_arrow_keys_and_return_choose(desk, panel, qtbot):
    panel.grid.setCurrentItem(panel.grid.item_of("neutral"))
    qtbot.keyClick(panel.grid, Qt.Key.Key_Right)
    qtbot.keyClick(panel.grid, Qt.Key.Key_Return)
    assert steps(desk) == ["Preset Smile"]


def test_own_presets_are_kept_renamed_and_removed(desk, panel, qtbot, monkeypatch):
    desk.posing.set("jawOpen", 0.625)
    save(panel, qtbot, "My grin")
    assert not panel.form.isVisible()
    assert UserPresets().poses["My grin"].coefficient("jawOpen") == 0.625
    panel.grid.setCurrentItem(panel.grid.item_of("My grin"))
    qtbot.keyClick(panel.grid, Qt.Key.Key_F2)
    panel.form.name.setText("Grin")
    qtbot.keyClick(panel.form.name, Qt.Key.Key_Return)
    assert list(UserPresets().poses) == ["Grin"]
    panel.grid.setCurrentItem(panel.grid.item_of("Grin"))
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    qtbot.keyClick(panel.grid, Qt.Key.Key_Delete)
    assert panel.grid.item_of("Grin") is not None
    qtbot.keyClick(panel.grid, Qt.Key.Key_Delete)
    assert panel.grid.item_of("Grin") is None and not UserPresets().poses


def test_presets_of_the_project_are_undone(desk, panel, qtbot):
    save(panel, qtbot, "Scene 4", "project")
    assert panel.grid.item_of("Scene 4") is not None
    panel.rename(preset_of(panel, "Scene 4"))
    panel.form.name.setText("Scene 5")
    qtbot.keyClick(panel.form.name, Qt.Key.Key_Return)
    assert list(desk.session.state.presets) == ["Scene 5"]
    desk.session.undo()
    assert panel.grid.item_of("Scene 4") is not None and panel.grid.item_of("Scene 5") is None
    panel.remove(preset_of(panel, "Scene 4"))
    assert not desk.session.state.presets
    desk.session.undo()
    assert panel.grid.item_of("Scene 4") is not None


def test_names_that_cannot_be(desk, panel, qtbot):
    save(panel, qtbot, "smile")
    assert "built-in" in panel.form.fault.text() and panel.form.isVisible()
    panel.form.name.setText("  ")
    assert not panel.form.keep.isEnabled()
    qtbot.keyClick(panel.form.name, Qt.Key.Key_Escape)
    assert not panel.form.isVisible()


def test_the_button_says_that_a_name_is_taken(desk, panel, qtbot):
    save(panel, qtbot, "Grin")
    panel.save.click()
    panel.form.name.setText("Grin")
    assert panel.form.keep.text() == "Replace"
    panel.form.owner.setCurrentIndex(1)
    assert panel.form.keep.text() == "Save"


def test_built_in_ones_can_be_neither_renamed_nor_removed(panel):
    smile = preset_of(panel, "smile")
    enabled = {action.text(): action.isEnabled() for action in panel.menu(smile).actions()}
    assert enabled["Apply"] and not enabled["Rename"] and not enabled["Delete"]
    panel.remove(smile)
    panel.rename(smile)
    assert panel.grid.item_of("smile") is not None and not panel.form.isVisible()


def test_cards_fill_narrow_and_wide_panels(panel, qtbot):
    for width in (300, 560):
        panel.resize(width, 600)
        qtbot.wait(20)
        room, card = panel.grid.viewport().width(), panel.grid.gridSize().width()
        assert room - card < (room // card) * card <= room


def test_a_panel_that_is_gone_hears_of_no_more_pictures(desk, open_avatar, qtbot):
    panel = PresetPanel(desk)
    panel.show()
    open_avatar()
    shiboken6.delete(panel)
    qtbot.wait(100)
    assert not len(desk.session.presets_changed)
