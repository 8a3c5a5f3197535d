"""What the pose panel does to the whole pose, as a line of buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from models.errors import BadInput
from studio.engine.faults import Fault
from studio.ui.controls.buttons import icon_button
from studio.ui.controls.shortcuts import with_shortcut
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.pose.random_menu import RandomForm, random_button


class PoseTools(QWidget):
    """Mirror, reset, the photo's pose, random, copy, paste."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._hints: dict[QToolButton, tuple[str, str]] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        mirror = self._button(
            "ph.arrows-left-right",
            self.tr("Mirror left and right"),
            "pose.mirror",
            self.mirror_pose,
        )
        self.photo = self._button(
            "ph.user-focus", self.tr("As in the photo"), "pose.source", self.pose_of_photo
        )
        reset = self._button(
            "ph.arrow-counter-clockwise", self.tr("Reset all"), "pose.reset", self.reset_all
        )
        self.random_form = RandomForm(desk)
        hint = self.tr("Randomise")
        self.random = random_button(self.random_form, hint)
        self._hints[self.random] = hint, "pose.random"
        copy = self._button("ph.copy", self.tr("Copy pose"), "edit.copy_pose", self.copy_pose)
        paste = self._button(
            "ph.clipboard-text", self.tr("Paste pose"), "edit.paste", self.paste_pose
        )
        for button in (mirror, self.photo, reset, self.random):
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addWidget(copy)
        layout.addWidget(paste)
        listen(self, desk.session.avatar_changed, lambda _avatar: self._show_avatar())
        self._show_avatar()

    def mirror_pose(self) -> None:
        """Exchange left and right."""
        mirror_pose(self._desk)

    def pose_of_photo(self) -> None:
        """What the face did in the photo."""
        self._desk.posing.reset_to_source()

    def reset_all(self) -> None:
        """Everything at rest."""
        self._desk.posing.reset()

    def randomise(self) -> None:
        """The next random face."""
        self.random.click()

    def copy_pose(self) -> None:
        """Put the pose on the clipboard."""
        QGuiApplication.clipboard().setText(self._desk.posing.copy())
        self._desk.notice.emit(self.tr("The pose is on the clipboard."))

    def paste_pose(self) -> None:
        """Take the pose from the clipboard."""
        self._try(lambda: self._desk.posing.paste(QGuiApplication.clipboard().text()))

    def showEvent(self, event: QShowEvent) -> None:
        self._show_hints()
        super().showEvent(event)

    def _button(
        self, glyph: str, hint: str, action: str, call: Callable[[], object]
    ) -> QToolButton:
        button = icon_button(glyph, hint)
        # Clicked says whether the button is down, which none of these wants to know.
        button.clicked.connect(lambda _down: call())
        self._hints[button] = hint, action
        return button

    def _try(self, call: Callable[[], None]) -> None:
        try:
            call()
        except BadInput as error:
            self._desk.failed.emit(Fault(str(error)))

    def _show_avatar(self) -> None:
        self.photo.setEnabled(self._desk.session.avatar is not None)
        self._show_hints()

    def _show_hints(self) -> None:
        for button, (hint, action) in self._hints.items():
            button.setToolTip(with_shortcut(self, hint, action))
        if not self.photo.isEnabled():
            hint = self._hints[self.photo][0]
            self.photo.setToolTip(self.tr("{0}: open an avatar first").format(hint))


def mirror_pose(desk: Desk) -> None:
    """Exchange left and right, and say what had to stay as it is."""
    left = desk.posing.mirror()
    if left:
        desk.notice.emit(left)
