"""The window as a whole: start page, keyboard, panels, faults, closing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QMessageBox, QPushButton

from studio.engine.faults import Fault
from studio.ui.app import faults_go_to
from studio.ui.drive.choice import SourceKind
from studio.ui.drive.driving import driving_of
from studio.ui.fault_box import FaultBox


def test_nothing_is_open_at_first(window):
    assert window.start_page.isVisible() and not window.docks.isVisible()
    assert window.windowTitle() == "Untitled[*] - Triptych"
    assert not window.documents.has_unsaved
    assert not window.actions_list["file.save"].isEnabled()
    assert window.actions_list["file.open"].isEnabled()
    buttons = window.start_page.findChildren(QPushButton)
    assert [button.text() for button in buttons] == ["Open…", "Sample portrait", "From webcam…"]


def test_an_avatar_opens_into_the_docks(opened):
    assert opened.docks.isVisible() and not opened.start_page.isVisible()
    assert opened.windowTitle() == "anna[*] - Triptych" and not opened.isWindowModified()
    assert opened.actions_list["file.save"].isEnabled()


def test_undo_and_redo_by_keyboard(opened, qtbot):
    session = opened.desk.session
    before = session.state.pose
    opened.desk.posing.set("mouthSmileLeft", 0.5)
    assert opened.isWindowModified()
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.state.pose == before and not opened.isWindowModified()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(opened, Qt.Key.Key_Z, both)
    assert session.state.pose.coefficient("mouthSmileLeft") == pytest.approx(0.5)


def test_undo_of_opening_leads_back_to_the_start_page(opened):
    opened.actions_list["edit.undo"].trigger()
    assert opened.start_page.isVisible() and opened.actions_list["edit.redo"].isEnabled()
    opened.actions_list["edit.redo"].trigger()
    assert opened.docks.isVisible()


def test_every_panel_can_be_made_and_hidden(opened):
    for panel in opened.docks.panels:
        assert opened.docks.reveal(panel.name).isVisible()
        opened.actions_list[f"panel.{panel.name}"].trigger()
        assert not opened.docks.is_shown(panel.name)
    assert not [entry for entry in opened.book.entries if "opening the panel" in entry.sentence]
    opened.docks.reset_layout()
    assert all(opened.docks.is_shown(panel.name) for panel in opened.docks.panels)


def test_a_panel_that_cannot_be_made_says_so(opened, monkeypatch):
    monkeypatch.setattr(opened.docks._docks["log"], "_make", lambda: 1 / 0)
    monkeypatch.setattr(opened.docks._docks["log"], "_content", None)
    opened.docks.reveal("log")
    assert "opening the panel Log" in opened.book.entries[-1].sentence


def test_layout_is_kept(make_window, avatar_file, wait):
    first = make_window()
    first.documents.open(avatar_file)
    wait(lambda: first.desk.session.avatar is not None)
    first.docks.toggle("planes")
    first.docks._docks["planes"].hide()
    first.leave()
    make_window().leave()  # Nobody sees the docks of this one.
    second = make_window()
    second.documents.open(avatar_file)
    wait(second.docks.isVisible)
    assert not second.docks.is_shown("planes") and second.docks.is_shown("pose")


def test_an_error_in_a_slot_is_shown_and_the_window_stays(opened, qtbot, capsys):
    def broken() -> None:
        raise KeyError("nose")

    button = QPushButton("x", opened)
    button.clicked.connect(broken)
    with qtbot.captureExceptions(), faults_go_to(opened):
        button.click()
    assert "KeyError" in opened.book.entries[-1].sentence
    assert "broken" in opened.book.entries[-1].details
    assert opened.findChild(FaultBox).isVisible() and opened.isVisible()
    capsys.readouterr()


def test_banner_copies_details_and_can_be_dismissed(window, qtbot):
    fault = Fault("The disk is full.", "Free some space.", "Traceback ...")
    window.desk.failed.emit(fault)
    banner = window.centralWidget().layout().itemAt(0).widget()
    assert banner.isVisible() and banner.fault == fault
    copy = next(b for b in banner.findChildren(QPushButton) if "Copy" in b.text())
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "Traceback" in QGuiApplication.clipboard().text()
    window.desk.failed.emit(fault)
    assert [entry.kind for entry in window.book.entries] == ["fault"]
    banner.dismissed.emit()
    window.desk.failed.emit(fault)
    assert len(window.book.entries) == 2


def test_a_mistake_is_forgotten_when_one_goes_on(opened):
    opened.desk.failed.emit(Fault("The clipboard holds no pose."))
    banner = next(box for box in opened.findChildren(FaultBox) if box.fault is not None)
    opened.desk.posing.set("jawOpen", 0.3)
    assert banner.fault is None
    opened.desk.failed.emit(Fault("The worker stopped.", "Go on.", "Traceback"))
    opened.desk.posing.set("jawOpen", 0.6)
    assert banner.fault is not None


def test_dropping_a_file_opens_it(window, avatar_file, wait):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(avatar_file))])
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(50, 50), copy, data, left, none))
    wait(lambda: window.desk.session.avatar is not None)


def dropped(window, data: QMimeData) -> bool:
    """Drop something; whether the window takes it at all."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    how = (Qt.DropAction.CopyAction, data, left, none)
    enter = QDragEnterEvent(QPoint(50, 50), *how)
    enter.ignore()
    window.dragEnterEvent(enter)
    if enter.isAccepted():
        window.dropEvent(QDropEvent(QPointF(50, 50), *how))
    return enter.isAccepted()


def urls(*addresses: QUrl) -> QMimeData:
    data = QMimeData()
    data.setUrls(list(addresses))
    return data


def test_what_cannot_be_opened_is_told_in_a_sentence(window, tmp_path, wait):
    text = QMimeData()
    text.setText("only words")
    assert not dropped(window, text)
    assert dropped(window, urls(QUrl("https://example.org/face.jpg")))
    wait(lambda: window.book.entries)
    assert "on the web" in window.book.entries[-1].sentence
    assert dropped(window, urls(QUrl.fromLocalFile(str(tmp_path / "walk.mp4"))))
    wait(lambda: "walk.mp4 moves an avatar" in window.book.entries[-1].sentence)


def test_a_dropped_film_is_ready_to_drive(opened, tmp_path, wait):
    film, other = tmp_path / "walk.mp4", tmp_path / "notes.txt"
    assert dropped(opened, urls(*(QUrl.fromLocalFile(str(path)) for path in (other, film))))
    choice = driving_of(opened.desk).choice
    wait(lambda: driving_of(opened.desk).choice.path == film)
    assert driving_of(opened.desk).choice.kind is SourceKind.VIDEO != choice.kind
    assert [entry.sentence for entry in opened.book.entries][-2:] == [
        "One of 2 files is opened: walk.mp4",
        "walk.mp4 is ready to drive the avatar: press Start.",
    ]


def test_paste_takes_pictures_paths_and_poses(window, avatar_file, wait):
    clipboard, session = QGuiApplication.clipboard(), window.desk.session
    paste = window.actions_list["edit.paste"]
    picture = QImage(40, 30, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.red)
    clipboard.setImage(picture)
    paste.trigger()
    wait(lambda: session.avatar is not None)
    assert session.avatar.path is None
    window.documents.new()
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    clipboard.setText(f'"{avatar_file}"')
    paste.trigger()
    wait(lambda: session.avatar is not None and session.avatar.path == avatar_file)
    clipboard.setText('{"blendshapes": {"jawOpen": 1.0}}')
    paste.trigger()
    clipboard.setText("hello")
    paste.trigger()
    assert window.book.entries[-1].kind == "fault"


def test_closing_asks_about_unsaved_work(opened):
    opened.desk.posing.set("jawOpen", 0.9)
    opened.close()
    box = opened.findChild(QMessageBox, "unsaved")
    assert opened.isVisible() and "anna" in box.text()
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert opened.isVisible()
    opened.close()
    box = opened.findChildren(QMessageBox, "unsaved")[-1]
    box.button(QMessageBox.StandardButton.Discard).click()
    assert not opened.isVisible()


def test_closing_asks_nothing_when_all_is_saved(opened, state_folder):
    opened.close()
    assert not opened.isVisible() and list((state_folder / "recovery").iterdir()) == []
