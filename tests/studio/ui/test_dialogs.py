"""Preferences, theme, first start, log, undo list, webcam."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTextBrowser,
    QWidget,
)

from studio.engine import webcam
from studio.engine.faults import Fault
from studio.session.settings import Settings, load_settings
from studio.ui.about import About
from studio.ui.build_overlay import BuildOverlay
from studio.ui.consent import Consent
from studio.ui.history_panel import DETAIL, HistoryPanel
from studio.ui.log_panel import LogPanel
from studio.ui.preferences import Preferences, grouped_fields
from studio.ui.theme import tokens
from studio.ui.webcam_still import WebcamStill
from studio.ui.welcome import welcome


def named(dialog, kind, name):
    return next(w for w in dialog.findChildren(kind) if w.accessibleName() == name)


def test_preferences_show_every_field_that_has_a_group(window):
    dialog = Preferences(window.desk, window)
    names = {widget.accessibleName() for widget in dialog.findChildren(QWidget)}
    for fields in grouped_fields().values():
        for field in fields.values():
            assert field.title in names and field.description
    assert "consent_shown" not in {n for group in grouped_fields().values() for n in group}
    dialog.deleteLater()


def test_a_preference_is_kept_and_used_at_once(window):
    dialog = Preferences(window.desk, window)
    steps = named(dialog, QSpinBox, "Undo steps")
    assert (steps.minimum(), steps.maximum(), steps.value()) == (10, 2000, 200)
    steps.setValue(50)
    assert window.desk.session.history.limit == 50
    assert load_settings()[0].undo_limit == 50
    size = named(dialog, QSpinBox, "Full resolution")
    size.setValue(500)
    assert size.value() == load_settings()[0].full_resolution == 512
    reset = next(b for b in dialog.findChildren(QPushButton) if "Restore" in b.text())
    reset.click()
    assert steps.value() == Settings().undo_limit == load_settings()[0].undo_limit
    assert window.desk.settings.consent_shown
    dialog.deleteLater()


def test_whatever_takes_the_keyboard_has_a_name(window, avatar_file, wait):
    do = window.commands
    window.desk.failed.emit(Fault("It broke.", "Mend it.", "Traceback"))
    for show in (
        *(do.open_preferences, do.open_shortcuts, do.open_about),
        *(do.open_webcam, do.open_log, do.open_palette),
    ):
        show()
    skipped = ("qt_", "QScroll")
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.objectName().startswith(skipped)
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
    ]
    assert nameless == []
    for dialog in list(do._open_dialogs.values()):
        dialog.reject()


def test_theme_changes_live(window):
    assert tokens().dark and window.palette().window().color().name() == tokens().window
    window.actions_list["theme.light"].trigger()
    assert not tokens().dark and window.palette().window().color().name() == tokens().window
    assert window.actions_list["theme.light"].isChecked()
    assert not window.actions_list["theme.dark"].isChecked()
    window.actions_list["theme.dark"].trigger()


def test_theme_follows_the_desktop(window, monkeypatch):
    window.desk.change_settings(theme="system")
    hints = QGuiApplication.styleHints()
    monkeypatch.setattr("studio.ui.theme.system_scheme", lambda: Qt.ColorScheme.Light, raising=True)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not tokens().dark
    monkeypatch.setattr("studio.ui.theme.system_scheme", lambda: Qt.ColorScheme.Dark)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert tokens().dark


def test_new_sessions_begin_as_the_preferences_say(make_window):
    window = make_window(auto_blink=True, samples=4, full_resolution=1024)
    state = window.desk.session.state
    assert state.behaviour.auto_blink and (state.look.samples, state.look.resolution) == (4, 1024)
    assert not window.desk.session.modified and not window.desk.session.history.can_undo


def test_first_start_shows_the_notice_once(window, wait):
    window.desk.change_settings(consent_shown=False)
    welcome(window, None, None, False)
    notice = window.findChild(Consent)
    assert notice.isVisible() and any(
        "agreed" in label.text() for label in notice.findChildren(QLabel)
    )
    sample = next(b for b in notice.findChildren(QPushButton) if "sample" in b.text())
    sample.click()
    assert load_settings()[0].consent_shown
    wait(lambda: window.desk.session.avatar is not None)
    assert window.desk.session.avatar.name == "sample portrait"


def test_a_file_given_at_the_start_is_opened(window, avatar_file, wait):
    welcome(window, None, avatar_file, False)
    assert window.findChild(Consent) is None
    wait(lambda: window.desk.session.avatar is not None)


def test_history_panel_jumps(opened, qtbot):
    panel = HistoryPanel(opened.desk)
    qtbot.addWidget(panel)
    panel.resize(200, 300)
    panel.show()
    view = panel.findChild(QListView)
    opened.desk.posing.set("jawOpen", 0.8)
    opened.desk.posing.set("browInnerUp", 0.8)
    labels = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
    assert labels == ["Start", "Open anna", "Jaw open", "Inner brows up"]
    details = [view.model().index(row, 0).data(DETAIL) for row in range(4)]
    assert details == ["", "", "0.80", "0.80"]
    place = view.visualRect(view.model().index(2, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.desk.session.history.position == 2 == view.currentIndex().row()
    assert opened.desk.session.state.pose.coefficient("browInnerUp") != pytest.approx(0.8)


def test_log_panel_shows_details_and_copies(window, qtbot):
    panel = LogPanel(window.book)
    qtbot.addWidget(panel)
    window.desk.notice.emit("Saved anna.")
    window.desk.failed.emit(Fault("It broke.", "Mend it.", "Traceback here"))
    lines = panel.findChild(QListWidget)
    assert lines.count() == 2 and "Saved anna." in lines.item(0).text()
    lines.setCurrentRow(1)
    assert "Traceback here" in panel.text()
    copy = next(b for b in panel.findChildren(QPushButton) if b.text() == "Copy")
    copy.click()
    assert "It broke. Mend it." in QGuiApplication.clipboard().text()


def test_about_names_licences(window):
    about = About(window)
    text = about.findChild(QTextBrowser).toPlainText()
    assert "CC0-1.0" in text and "Google LLC" in text
    about.deleteLater()


class FakeCamera:
    """Stands for ``cv2.VideoCapture``."""

    opened = True
    released = 0

    def __init__(self, number):
        self.number = number

    def isOpened(self):
        return self.opened

    def set(self, name, value):
        return True

    def read(self):
        frame = np.zeros((48, 64, 3), np.uint8)
        frame[:, :, 0] = 200
        return True, frame

    def release(self):
        type(self).released += 1


@pytest.fixture
def camera(monkeypatch):
    """A camera that shows blue."""
    monkeypatch.setattr(FakeCamera, "opened", True)
    monkeypatch.setattr(FakeCamera, "released", 0)
    fake = types.SimpleNamespace(
        VideoCapture=FakeCamera, CAP_PROP_FRAME_WIDTH=3, CAP_PROP_FRAME_HEIGHT=4
    )
    monkeypatch.setitem(sys.modules, "cv2", fake)
    device = webcam.WebcamDevice(0, "Camera")
    monkeypatch.setattr("studio.ui.webcam_still.webcam_devices", lambda: [device])
    return FakeCamera


def test_webcam_takes_a_still_after_the_countdown(window, camera, wait, monkeypatch):
    dialog = WebcamStill(window)
    taken = []
    dialog.taken.connect(taken.append)
    dialog.open()
    wait(lambda: dialog._take.isEnabled())
    dialog._second.setInterval(10)
    dialog._take.click()
    wait(lambda: taken)
    assert taken[0].shape == (48, 64, 3) and taken[0][0, 0].tolist() == [0, 0, 200]
    assert camera.released == 1 and not dialog.isVisible()
    dialog.deleteLater()


def test_webcam_that_cannot_be_opened_says_so(window, camera, wait, monkeypatch):
    monkeypatch.setattr(camera, "opened", False)
    dialog = WebcamStill(window)
    dialog.open()
    wait(lambda: "cannot be opened" in dialog._view.accessibleName())
    assert not dialog._take.isEnabled()
    dialog.reject()
    dialog.deleteLater()


def test_tab_stays_in_the_build_overlay(opened, qtbot):
    overlay = opened.findChild(BuildOverlay)
    overlay.begin("Building")
    for key in [Qt.Key.Key_Tab] * 6 + [Qt.Key.Key_Backtab] * 6:
        qtbot.keyClick(opened.focusWidget(), key)
        assert overlay.isAncestorOf(opened.focusWidget())
    overlay.end()
