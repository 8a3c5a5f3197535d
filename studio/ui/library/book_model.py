"""The library as a list model; files can be dragged out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QDateTime,
    QLocale,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QUrl,
)

from studio.ui.library.shelf import Book

Index = QModelIndex | QPersistentModelIndex
BOOK = Qt.ItemDataRole.UserRole


class BookModel(QAbstractListModel):
    """Books in their order, those that match the search."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._all: list[Book] = []
        self._books: list[Book] = []
        self._words = ""

    @property
    def books(self) -> list[Book]:
        """Those that are shown."""
        return list(self._books)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to search."""
        return not self._all

    def fill(self, books: Sequence[Book]) -> None:
        """Show other books."""
        self._all = list(books)
        self._sieve()

    def search(self, words: str) -> None:
        """Show those whose path has all the words."""
        self._words = words
        self._sieve()

    def _sieve(self) -> None:
        self.beginResetModel()
        self._books = [book for book in self._all if book.matches(self._words)]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._books)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        book = self._books[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return book.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(book)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{book.name}, {self.kind(book)}"
        return book if role == BOOK else None

    def kind(self, book: Book) -> str:
        """What it is, for people."""
        if not book.exists:
            return self.tr("missing")
        return self.tr("project") if book.file.kind == "project" else self.tr("avatar")

    def _tip(self, book: Book) -> str:
        if not book.exists:
            return self.tr("{0}\nis no longer there").format(book.path)
        when = QDateTime.fromSecsSinceEpoch(int(book.file.opened))
        text = QLocale().toString(when, QLocale.FormatType.ShortFormat)
        return self.tr("{0}\nlast opened {1}").format(book.path, text)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self._books[index.row()].exists:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        books = [self._books[index.row()] for index in indexes]
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(book.path)) for book in books if book.exists])
        return mime

    def supportedDragActions(self) -> Qt.DropAction:
        # The file stays where it is: a file manager gets a copy.
        return Qt.DropAction.CopyAction
