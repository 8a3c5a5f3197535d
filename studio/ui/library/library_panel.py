"""The library's panel: search, open, forget, show in the file manager, drag out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from models.errors import BadInput
from studio.ui.controls.search_line import SearchLine
from studio.ui.desk import Desk
from studio.ui.icons import IconLabel, icon
from studio.ui.library.book_card import NARROWEST, BookCard
from studio.ui.library.book_model import BOOK, BookModel
from studio.ui.library.shelf import Book, read_shelf
from studio.ui.library.unsaved_note import UnsavedNote
from studio.ui.listen import listen
from studio.ui.reveal import reveal


class LibraryPanel(QWidget):
    """Recent avatars and projects; what is opened or saved comes here."""

    open_requested = Signal(Path)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._reading = self._again = False
        self.search = SearchLine(self.tr("Search the library"), self.tr("Search"), self)
        self.model = BookModel(self)
        self.view = _BookView(BookCard(self.model, self), self)
        self.view.setModel(self.model)
        self.view.setAccessibleName(self.tr("Recent avatars and projects"))
        self.message = QLabel(self)
        self.message.setProperty("dim", True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.message.setWordWrap(True)
        self._nothing = self._empty_page()
        self.unsaved = UnsavedNote(desk, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.unsaved)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        column.addWidget(self._nothing, 1)
        self._connect()
        self._say()

    def _empty_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(12)
        column.addStretch(2)
        sign = IconLabel("ph.books", "faint", 40)
        column.addWidget(sign, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.message)
        column.addStretch(3)
        return page

    def _connect(self) -> None:
        listen(self, self._desk.recent.changed, lambda _: self.refresh())
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._open_first)
        self.view.opened.connect(self._open)
        self.view.removed.connect(self._remove)
        self.view.customContextMenuRequested.connect(self._show_menu)

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    def showEvent(self, event: QShowEvent) -> None:
        self.refresh()
        super().showEvent(event)

    def refresh(self) -> None:
        """Read the list again, in the background."""
        if not self.isVisible():
            return
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self._desk.submit(
            read_shelf(self._desk.recent), done=self._show, cancelled=self._ended, failed=self._fail
        )

    def _ended(self) -> None:
        self._reading = False
        if self._again:
            self.refresh()

    def _fail(self, fault: object) -> None:
        self._ended()
        self._desk.failed.emit(fault)

    def _show(self, books: list[Book]) -> None:
        current = self._current()
        self.model.fill(books)
        for row, book in enumerate(self.model.books):
            if current is not None and book.path == current.path:
                choose = QItemSelectionModel.SelectionFlag.ClearAndSelect
                self.view.selectionModel().setCurrentIndex(self.model.index(row), choose)
        self._say()
        self._ended()

    def _say(self) -> None:
        if self.model.empty:
            self.message.setText(self.tr("Avatars and projects that you open or save come here."))
        else:
            self.message.setText(self.tr("Nothing matches."))
        self.search.setVisible(not self.model.empty)
        self.view.setVisible(bool(self.model.books))
        self._nothing.setVisible(not self.model.books)

    def _search(self, words: str) -> None:
        self.model.search(words)
        self._say()

    # What the person does

    def _current(self) -> Book | None:
        book = self.view.currentIndex().data(BOOK)
        return book if isinstance(book, Book) else None

    def _open_first(self) -> None:
        if self.model.books:
            self._open(self.model.books[0])

    def _open(self, book: Book) -> None:
        if book.exists:
            self.open_requested.emit(book.path)
        else:
            self._desk.notice.emit(
                self.tr("{0} is no longer there; remove it from the library.").format(book.path)
            )

    def _remove(self, book: Book) -> None:
        try:
            self._desk.recent.remove(book.path)
        except BadInput as error:
            self._desk.notice.emit(str(error))

    def _show_menu(self, point: QPoint) -> None:
        book = self.view.indexAt(point).data(BOOK)
        if isinstance(book, Book):
            menu = self.menu(book)
            menu.popup(self.view.viewport().mapToGlobal(point))

    def menu(self, book: Book) -> QMenu:
        """What can be done with a file."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        opening = menu.addAction(icon("ph.folder-open"), self.tr("Open"))
        opening.triggered.connect(lambda: self._open(book))
        opening.setEnabled(book.exists)
        showing = menu.addAction(icon("ph.arrow-square-out"), self.tr("Show in file manager"))
        showing.triggered.connect(lambda: reveal(book.path))
        menu.addSeparator()
        removing = menu.addAction(icon("ph.trash"), self.tr("Remove from the library"))
        removing.setToolTip(self.tr("The file itself stays"))
        removing.triggered.connect(lambda: self._remove(book))
        return menu


class _BookView(QListView):
    """Cards in rows, with Enter and Delete."""

    opened = Signal(object)
    removed = Signal(object)

    def __init__(self, card: BookCard, parent: QWidget) -> None:
        super().__init__(parent)
        self._card = card
        self.setItemDelegate(card)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setStyleSheet("QListView { background: transparent; border: none; }")
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(self._open)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as there is room for, as wide as they can be."""
        # Qt keeps room for a scroll bar, and a row as wide as the rest would wrap.
        room = self.width() - self.verticalScrollBar().sizeHint().width() - 1
        self._card.set_width(room // max(1, room // NARROWEST))
        self.setGridSize(self._card.size(self.fontMetrics()))
        super().resizeEvent(event)

    def _open(self, index: QModelIndex) -> None:
        book = index.data(BOOK)
        if isinstance(book, Book):
            self.opened.emit(book)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        book = self.currentIndex().data(BOOK)
        key = event.key()
        if isinstance(book, Book) and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(book)
        elif isinstance(book, Book) and key == Qt.Key.Key_Delete:
            self.removed.emit(book)
        else:
            super().keyPressEvent(event)
