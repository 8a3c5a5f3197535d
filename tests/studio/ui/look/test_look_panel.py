"""The look panel changes the look, and shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog

from studio.session.look import BackgroundKind, Branch, ViewMode
from studio.ui.look.look_panel import LookPanel
from tests.studio.ui.panel_fixtures import drag, show, steps


@pytest.fixture
def panel(desk, qtbot) -> LookPanel:
    panel = LookPanel(desk)
    show(qtbot, panel)
    return panel


@pytest.fixture
def look(desk):
    return lambda: desk.session.state.look


def choose(box, data):
    index = box.findData(data)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_all_view_modes_and_backgrounds_can_be_chosen(panel, look):
    for mode in ViewMode:
        choose(panel.mode, mode)
        assert look().mode == mode
    for kind in set(BackgroundKind) - {BackgroundKind.IMAGE}:
        choose(panel.background.kind, kind)
        assert look().background == kind


def test_undo_is_shown(desk, panel, look):
    choose(panel.mode, ViewMode.DEPTH)
    desk.session.undo()
    assert panel.mode.currentData() == ViewMode.FINAL


def test_an_image_is_asked_for_and_cancel_changes_nothing(desk, panel, look):
    choose(panel.background.kind, BackgroundKind.IMAGE)
    dialog = panel.background.findChild(QFileDialog)
    dialog.reject()
    dialog.setParent(None)
    assert panel.background.kind.currentData() == BackgroundKind.PHOTO and steps(desk) == []
    choose(panel.background.kind, BackgroundKind.IMAGE)
    dialog = panel.background.findChild(QFileDialog)
    dialog.fileSelected.emit("/pictures/beach.jpg")
    dialog.reject()
    assert look().image == "/pictures/beach.jpg" and len(steps(desk)) == 1
    assert panel.background.image.text() == "beach.jpg"


def test_the_colour_follows_the_dialog_in_one_step_and_cancel_takes_it_back(desk, panel, look):
    choose(panel.background.kind, BackgroundKind.COLOUR)
    for accepted in (True, False):
        panel.background.colour.click()
        dialog = panel.background.findChild(QColorDialog)
        dialog.setCurrentColor(QColor("#112233"))
        dialog.setCurrentColor(QColor("#445566" if accepted else "#778899"))
        assert look().colour == ("#445566" if accepted else "#778899")
        dialog.accept() if accepted else dialog.reject()
        dialog.setParent(None)
        assert look().colour == "#445566"
    assert steps(desk) == ["Background: Colour", "Background colour"]
    assert panel.background.colour.text() == "#445566"


def test_the_lens_is_the_photos_until_it_is_changed(desk, panel, look, open_avatar, qtbot):
    open_avatar(fov=25.0)
    assert panel.fov.amount == pytest.approx(25.0) and panel.fov.caption == "photo"
    drag(panel.fov, QPoint(50, 9), QPoint(60, 9), QPoint(80, 9))
    assert look().fov > 25.5 and panel.fov.caption == ""
    assert steps(desk)[-1] == "Field of view"
    qtbot.mouseDClick(panel.fov, Qt.MouseButton.LeftButton)
    assert look().fov is None and panel.fov.amount == pytest.approx(25.0)


def test_quality_is_typed_within_its_range(desk, panel, look, qtbot):
    for bar, text, value in (
        (panel.resolution, "1000", 992),
        (panel.resolution, "99999", 2048),
        (panel.samples, "4", 4),
        (panel.samples, "0", 1),
    ):
        bar.edit(text)
        qtbot.keyClick(bar.editor, Qt.Key.Key_Return)
        assert value in (look().resolution, look().samples)
    qtbot.mouseDClick(panel.resolution, Qt.MouseButton.LeftButton)
    assert look().resolution == desk.settings.full_resolution


def test_branches_are_switched_where_they_count_and_say_why_not(desk, panel, look, qtbot):
    boxes = panel.branches.boxes
    boxes[Branch.APPEARANCE].click()
    assert Branch.APPEARANCE not in look().branches and steps(desk) == ["Appearance off"]
    assert not boxes[Branch.EXPRESSION].isEnabled()
    assert "this avatar has none" in boxes[Branch.EXPRESSION].toolTip()
    assert "Expression" in panel.branches.note.text()
    choose(panel.mode, ViewMode.DEPTH)
    assert not boxes[Branch.CANONICAL].isEnabled() and "Final" in panel.branches.note.text()


def test_sections_count_and_reset(desk, panel, look):
    changed = replace(look(), resolution=1024, samples=8, fov=30.0)
    desk.session.change("Look", look=changed)
    quality = next(section for section, _ in panel.sections if section.title == "Quality")
    assert quality.count == 2
    quality.reset_button.click()
    assert (look().resolution, look().samples, look().fov) == (512, 2, 30.0)


def test_changes_from_elsewhere_make_no_step(desk, panel, look):
    changed = replace(look(), mode=ViewMode.RIG, background=BackgroundKind.COLOUR, samples=5)
    desk.session.change("Look", look=changed)
    assert panel.mode.currentData() == ViewMode.RIG and panel.samples.amount == 5
    assert steps(desk) == ["Look"]
