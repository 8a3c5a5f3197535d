"""What the library says about an open avatar that has no file yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from studio.session.state import OpenAvatar
from studio.ui.action_set import find_action
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.listen import listen


class UnsavedNote(QFrame):
    """Its name and a button that saves it; hidden while all that is open has a file."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._text = QLabel(wordWrap=True)
        self.save = QPushButton(icon("ph.floppy-disk"), self.tr("Save…"))
        self.save.setToolTip(self.tr("Save the session and its avatar"))
        self.save.clicked.connect(lambda _down: self._save())
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 6, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self.save, alignment=Qt.AlignmentFlag.AlignVCenter)
        listen(self, desk.session.avatar_changed, self._show_avatar)
        self._show_avatar(desk.session.avatar)

    def _show_avatar(self, avatar: OpenAvatar | None) -> None:
        self.setVisible(avatar is not None and avatar.path is None)
        if avatar is not None:
            self._text.setText(self.tr("{0} has no file yet.").format(avatar.name))

    def _save(self) -> None:
        action = find_action(self, "file.save")
        if action is not None:
            action.trigger()
