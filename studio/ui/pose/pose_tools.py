"""What the pose panel does to the whole pose, as a line of buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.errors import BadInput
from studio.engine.faults import Fault
from studio.ui.controls.buttons import icon_button
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.pose.random_menu import RandomForm, random_button


class PoseTools(QWidget):
    """Mirror, reset, the photo's pose, random, copy, paste."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        buttons = (
            ("mirror", "ph.arrows-left-right", self.tr("Mirror the pose"), self.mirror_pose),
            ("photo", "ph.image-square", self.tr("Pose of the photo"), self.pose_of_photo),
            ("reset", "ph.arrow-counter-clockwise", self.tr("Reset all"), self.reset_all),
        )
        for name, glyph, hint, call in buttons:
            button = icon_button(glyph, hint)
            button.setObjectName(name)
            # Clicked says whether the button is down, which none of these wants to know.
            button.clicked.connect(lambda _down, call=call: call())
            layout.addWidget(button)
            if name == "photo":
                self.photo = button
        self.random_form = RandomForm(desk)
        self.random = random_button(self.random_form, self.tr("Random face"))
        self.random.setObjectName("random")
        layout.addWidget(self.random)
        layout.addStretch(1)
        for name, glyph, hint, call in (
            ("copy", "ph.copy", self.tr("Copy the pose as JSON"), self.copy_pose),
            ("paste", "ph.clipboard-text", self.tr("Paste a pose"), self.paste_pose),
        ):
            button = icon_button(glyph, hint)
            button.setObjectName(name)
            button.clicked.connect(lambda _down, call=call: call())
            layout.addWidget(button)
        listen(self, desk.session.avatar_changed, lambda _avatar: self._show_avatar())
        self._show_avatar()

    def mirror_pose(self) -> None:
        """Exchange left and right."""
        self._try(self._desk.posing.mirror)

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

    def _try(self, call: Callable[[], None]) -> None:
        try:
            call()
        except BadInput as error:
            self._desk.failed.emit(Fault(str(error)))

    def _show_avatar(self) -> None:
        has = self._desk.session.avatar is not None
        self.photo.setEnabled(has)
        hint = self.tr("Pose of the photo")
        self.photo.setToolTip(hint if has else self.tr("{0}: open an avatar first").format(hint))
