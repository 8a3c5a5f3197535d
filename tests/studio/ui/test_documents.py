"""Opening, building and saving through the window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QToolButton

from studio.session.recovery import find_recoverable
from studio.ui.build_overlay import BuildOverlay
from studio.ui.notice_bar import NoticeBar


@pytest.fixture
def photo(tmp_path):
    """Make a file that stands for a photo; its name says what happens."""

    def make(name: str):
        path = tmp_path / name
        path.write_bytes(b"photo")
        return path

    return make


def choose(window, path) -> None:
    """Answer the open file dialog."""
    dialog = window.findChildren(QFileDialog)[-1]
    dialog.fileSelected.emit(str(path))
    dialog.close()


def test_save_and_reopen(opened, tmp_path, wait):
    session, project = opened.desk.session, tmp_path / "anna.triptych"
    opened.desk.posing.set("mouthSmileLeft", 0.75)
    before = session.state
    opened.actions_list["file.save"].trigger()
    choose(opened, project)
    wait(lambda: session.project == project)
    assert not opened.isWindowModified() and project.is_file()
    opened.documents.new()
    assert session.avatar is None and opened.start_page.isVisible()
    opened.documents.open(project)
    wait(lambda: session.avatar is not None)
    after = session.state
    assert (after.pose, after.view, after.look) == (before.pose, before.view, before.look)
    assert [file.path for file in opened.desk.recent.files][0] == project
    wait(lambda: opened.desk.recent.files[0].thumbnail is not None)


def test_another_avatar_asks_about_the_project_it_leaves(opened, tmp_path, wait):
    session, project, other = opened.desk.session, tmp_path / "film.triptych", tmp_path / "b.avatar"
    other.write_text("avatar")
    opened.documents.save()
    choose(opened, project)
    wait(lambda: session.project == project)
    opened.desk.posing.set("jawOpen", 0.5)
    opened.documents.open(other)
    question = opened.findChild(QMessageBox, "unsaved")
    question.button(QMessageBox.StandardButton.Discard).click()
    wait(lambda: session.avatar.path == other)
    assert session.project is None
    session.undo()
    assert session.project == project and opened.isWindowModified()


def test_a_photo_becomes_an_avatar_without_a_file(window, photo, wait, tmp_path):
    session, overlay = window.desk.session, window.findChild(BuildOverlay)
    window.documents.open(photo("bert.jpg"))
    assert overlay.isVisible()
    wait(lambda: session.avatar is not None)
    assert not overlay.isVisible() and session.avatar.name == "bert"
    assert window.isWindowModified()
    # What the build warns of stays in sight and in the log.
    assert window.findChild(NoticeBar).sentences == ("hat",)
    assert [entry.sentence for entry in window.book.entries if entry.kind == "warning"] == ["hat"]
    # Kept at once, so that a crash loses nothing.
    wait(lambda: list(window.keep_folder.glob("session.triptych")))
    window.actions_list["file.save_avatar"].trigger()
    choose(window, tmp_path / "kept.avatar")
    wait(lambda: session.avatar.path is not None)
    assert (tmp_path / "kept.avatar").read_text() == "avatar"


def test_faces_are_chosen_by_their_pictures(window, photo, wait, qtbot):
    overlay = window.findChild(BuildOverlay)
    window.documents.open(photo("group.jpg"))
    buttons = overlay.findChildren(QToolButton)
    wait(lambda: len(_faces(overlay)) == 3)
    buttons = _faces(overlay)
    assert [b.accessibleName() for b in buttons] == ["Face 1", "Face 2", "Face 3"]
    buttons[1].click()
    wait(lambda: window.desk.session.avatar is not None)


def _faces(overlay):
    found = overlay.findChildren(QToolButton)
    return [b for b in found if b.accessibleName().startswith("Face") and b.isVisible()]


@pytest.mark.parametrize(
    ("name", "sentence"), [("wall.jpg", "No face was found"), ("broken.jpg", "cannot be read")]
)
def test_what_went_wrong_is_said_with_a_remedy(window, photo, wait, name, sentence):
    overlay = window.findChild(BuildOverlay)
    window.documents.open(photo(name))
    wait(lambda: overlay._fault.isVisible())
    fault = overlay._fault.fault
    assert sentence in fault.sentence and name in fault.sentence
    assert fault.remedy or "use another copy" in fault.sentence
    assert window.book.entries[-1].kind == "fault" and window.desk.session.avatar is None
    overlay.cancelled.emit()
    assert not overlay.isVisible() and window.start_page.isVisible()


def test_cancel_ends_a_build(window, photo, wait):
    overlay = window.findChild(BuildOverlay)
    window.documents.open(photo("endless.jpg"))
    wait(lambda: overlay._bar.maximum() > 0 and overlay._stages.isVisible())
    overlay.cancelled.emit()
    assert not overlay.isVisible()
    wait(lambda: not window.desk.engine.busy)
    assert window.desk.session.avatar is None
    assert list(window.keep_folder.glob("*.avatar")) == []


def test_closing_during_a_build_asks_nothing(window, photo, wait):
    overlay = window.findChild(BuildOverlay)
    window.documents.open(photo("endless.jpg"))
    wait(lambda: overlay._stages.isVisible())
    window.close()
    assert not window.isVisible() and not window.desk.engine.child.running


def test_an_avatar_that_was_never_saved_is_asked_about(window, photo, avatar_file, wait):
    session = window.desk.session
    window.documents.open(photo("bert.jpg"))
    wait(lambda: session.avatar is not None)
    window.documents.open(avatar_file)
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Cancel).click()
    assert session.avatar.name == "bert"
    window.documents.open(avatar_file)
    window.findChildren(QMessageBox, "unsaved")[-1].button(
        QMessageBox.StandardButton.Discard
    ).click()
    wait(lambda: session.avatar.name == "anna")


def test_a_missing_avatar_is_asked_for(opened, tmp_path, avatar_file, wait):
    session, project = opened.desk.session, tmp_path / "p.triptych"
    opened.actions_list["file.save"].trigger()
    choose(opened, project)
    wait(lambda: session.project == project)
    opened.documents.new()
    moved = avatar_file.rename(tmp_path / "elsewhere.avatar")
    opened.documents.open(project)
    wait(lambda: opened.findChild(QMessageBox, "locate"))
    box = opened.findChild(QMessageBox, "locate")
    assert "anna.avatar" in box.informativeText()
    box.defaultButton().click()
    choose(opened, moved)
    wait(lambda: session.avatar is not None)
    assert session.avatar.path == moved


def test_a_vanished_file_leaves_everything_as_it_was(opened, tmp_path, wait):
    overlay = opened.findChild(BuildOverlay)
    opened.documents.open(tmp_path / "gone.avatar")
    wait(lambda: overlay._fault.isVisible())
    assert "gone.avatar" in overlay._fault.fault.sentence
    assert opened.desk.session.avatar.name == "anna"


def test_a_picture_is_exported_in_full_resolution(opened, tmp_path, wait):
    opened.actions_list["file.export"].trigger()
    choose(opened, tmp_path / "still.png")
    wait(lambda: (tmp_path / "still.png").is_file())
    wait(lambda: any("still.png" in entry.sentence for entry in opened.book.entries))


def test_saving_into_a_folder_that_is_gone_is_a_fault(opened, tmp_path, wait):
    opened.desk.posing.set("jawOpen", 0.9)
    opened.actions_list["file.save"].trigger()
    (tmp_path / "file").write_text("")
    choose(opened, tmp_path / "file" / "x.triptych")
    wait(lambda: any(entry.kind == "fault" for entry in opened.book.entries))
    assert opened.isVisible() and opened.isWindowModified()


def test_autosave_keeps_and_clears(opened, tmp_path, wait):
    session_file = opened.keep_folder / "session.triptych"
    assert opened.keeper.save() is None
    opened.desk.posing.set("jawOpen", 0.9)
    assert opened.keeper.save() is not None
    wait(session_file.is_file)
    # Ours is locked: no other window offers it.
    assert find_recoverable() == []
    opened.desk.session.undo()
    assert not session_file.exists()
