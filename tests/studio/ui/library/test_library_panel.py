from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from studio.session.settings import Settings
from studio.session.state import OpenAvatar
from studio.ui import reveal as reveal_module
from studio.ui.desk import Desk
from studio.ui.library import library_panel
from studio.ui.library.library_panel import LibraryPanel


@pytest.fixture
def desk(qapp, tmp_path, monkeypatch) -> Iterator[Desk]:
    monkeypatch.setenv("TRIPTYCH_STATE", str(tmp_path / "state"))
    desk = Desk(Settings(device="cpu"))
    yield desk
    assert desk.close()


def png() -> bytes:
    image = QImage(16, 16, QImage.Format.Format_RGB888)
    image.fill(QColor("#c03020"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data)


@pytest.fixture
def files(desk, tmp_path) -> list[Path]:
    """Most recent first: a project, an avatar, and one that is gone."""
    found = []
    for name, kind, there in (
        ("gone.avatar", "avatar", False),
        ("anna.avatar", "avatar", True),
        ("film.triptych", "project", True),
    ):
        path = tmp_path / name
        if there:
            path.write_text("x")
        desk.recent.add(path, kind, png())
        found.insert(0, path)
    return found


@pytest.fixture
def panel(desk, qtbot) -> LibraryPanel:
    panel = LibraryPanel(desk)
    qtbot.addWidget(panel)
    panel.resize(320, 500)
    return panel


@pytest.fixture
def filled(panel, files, qtbot) -> LibraryPanel:
    panel.show()
    qtbot.waitUntil(lambda: len(panel.model.books) == 3)
    return panel


def rows(panel) -> list[str]:
    return [book.name for book in panel.model.books]


def choose(panel, row) -> QPoint:
    index = panel.model.index(row)
    panel.view.setCurrentIndex(index)
    return panel.view.visualRect(index).center()


def test_an_empty_library_says_what_it_is_for(panel) -> None:
    panel.show()
    assert panel.message.isVisible()
    assert panel.message.text().startswith("Avatars and projects")


def test_most_recent_first_with_pictures_and_missing_ones_marked(filled) -> None:
    assert rows(filled) == ["film", "anna", "gone"]
    books = filled.model.books
    assert [book.exists for book in books] == [True, True, False]
    assert all(book.image.width() == 16 for book in books)
    assert [filled.model.kind(book) for book in books] == ["project", "avatar", "missing"]
    grey = filled.view.grab().toImage()
    spots = [grey.pixelColor(choose(filled, row) - QPoint(0, 30)) for row in (1, 2)]
    assert spots[0].saturationF() * spots[0].valueF() > spots[1].saturationF() * spots[1].valueF()


def test_what_is_opened_later_comes_to_the_front(desk, filled, tmp_path, qtbot) -> None:
    path = tmp_path / "berta.avatar"
    path.write_text("x")
    desk.recent.add(path, "avatar")
    qtbot.waitUntil(lambda: rows(filled)[0] == "berta")


def test_search_sieves_by_all_words(filled) -> None:
    filled.search.setText("AVATAR ann")
    assert rows(filled) == ["anna"]
    filled.search.setText("nobody")
    assert rows(filled) == [] and filled.message.text() == "Nothing matches."
    filled.search.clear()
    assert len(rows(filled)) == 3 and not filled.message.isVisible()


def test_double_click_and_enter_open(filled, files, qtbot) -> None:
    at = choose(filled, 1)
    port = filled.view.viewport()
    with qtbot.waitSignal(filled.open_requested) as told:
        QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [files[1]]
    choose(filled, 0)
    with qtbot.waitSignal(filled.open_requested) as told:
        QTest.keyClick(filled.view, Qt.Key.Key_Return)
    assert told.args == [files[0]]
    filled.search.setText("anna")
    with qtbot.waitSignal(filled.open_requested) as told:
        QTest.keyClick(filled.search, Qt.Key.Key_Return)
    assert told.args == [files[1]]


def test_a_missing_file_is_not_opened_but_told(desk, filled, qtbot) -> None:
    choose(filled, 2)
    with qtbot.assertNotEmitted(filled.open_requested), qtbot.waitSignal(desk.notice) as told:
        QTest.keyClick(filled.view, Qt.Key.Key_Return)
    assert "gone.avatar" in told.args[0]


def test_delete_forgets_the_entry_and_keeps_the_file(desk, filled, files, qtbot) -> None:
    choose(filled, 1)
    QTest.keyClick(filled.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: rows(filled) == ["film", "gone"])
    assert files[1].exists()
    assert files[1] not in [file.path for file in desk.recent.files]


def test_files_can_be_dragged_out_but_missing_ones_cannot(filled, files) -> None:
    model = filled.model
    mime = model.mimeData([model.index(0), model.index(2)])
    assert [Path(url.toLocalFile()) for url in mime.urls()] == [files[0]]
    dragged = [
        bool(model.flags(model.index(row)) & Qt.ItemFlag.ItemIsDragEnabled) for row in range(3)
    ]
    assert dragged == [True, True, False]
    assert model.supportedDragActions() == Qt.DropAction.CopyAction
    assert filled.view.dragEnabled()


def test_menu_shows_the_file_in_its_folder(filled, files, monkeypatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(library_panel, "reveal", shown.append)
    menu = filled.menu(filled.model.books[1])
    texts = {action.text(): action for action in menu.actions() if action.text()}
    texts["Show in file manager"].trigger()
    assert shown == [files[1]]
    assert not filled.menu(filled.model.books[2]).actions()[0].isEnabled()


def test_reveal_opens_the_folder(tmp_path, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(reveal_module.sys, "platform", "linux")
    monkeypatch.setattr(
        reveal_module.QDesktopServices, "openUrl", lambda url: asked.append(url.toLocalFile())
    )
    reveal_module.reveal(tmp_path / "a b.avatar")
    assert asked == [str(tmp_path)]


def test_an_open_avatar_without_a_file_is_named(desk, panel) -> None:
    panel.show()
    assert not panel.unsaved.isVisible()
    avatar = OpenAvatar(object(), "anna")
    desk.session.open_avatar(avatar)
    assert panel.unsaved.isVisible()
    assert "anna" in panel.unsaved.findChild(QLabel).text()
    desk.session.avatar_saved(avatar, Path("/faces/anna.avatar"), "")
    assert not panel.unsaved.isVisible()


@pytest.mark.parametrize(("width", "columns"), [(248, 2), (140, 1), (480, 3)])
def test_cards_fill_the_width(filled, width, columns) -> None:
    filled.resize(width, 600)
    view = filled.view
    view.doItemsLayout()
    places = [view.visualRect(filled.model.index(row)) for row in range(3)]
    assert len({place.x() for place in places}) == columns
    assert view.gridSize().width() > 0.4 * width / columns
