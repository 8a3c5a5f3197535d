"""The preset panel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QMessageBox, QVBoxLayout, QWidget

from models.errors import BadInput
from models.pose import PRESETS, Pose
from studio.session.presets import Preset, all_presets, keep_in_project, remove_from_project
from studio.ui.controls.buttons import icon_button
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.listen import listen
from studio.ui.presets.preset_form import PresetForm
from studio.ui.presets.preset_grid import PresetGrid
from studio.ui.presets.thumbnails import Thumbnails
from studio.ui.presets.titles import title

_SHAPE_MS = 400
"""How long a changed person must stay the same before pictures are made anew."""
_STRENGTH = Span(0.0, 1.0, 0.0, 1.5, rest=1.0)


class PresetPanel(QWidget):
    """Named poses as pictures of the open avatar. A click applies one at the strength above.

    While the pose is still what a preset made of it, the strength changes that preset.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._applied: tuple[Preset, Pose] | None = None
        self._applying = False
        self._strength_before = 1.0
        self._renamed: Preset | None = None
        self.grid = PresetGrid()
        self._thumbnails = Thumbnails(desk, self.grid.show_picture)
        thumbnails = self._thumbnails
        self.destroyed.connect(lambda: thumbnails.close())
        self.strength = ValueBar(_STRENGTH, self.tr("Strength of presets"), self.tr("Strength"))
        self.strength.setToolTip(self.tr("How much of a preset is applied; double click is all"))
        self.strength.show_amount(1.0)
        self.save = icon_button("ph.plus", self.tr("Save the pose as a preset"))
        self.form = PresetForm()
        self._lay_out()
        self._connect()

    def save_pose(self) -> None:
        """Ask for the name under which the pose is kept."""
        self._renamed = None
        self.form.open_for("", "user", self._taken())

    def apply(self, preset: Preset) -> None:
        """Apply a preset at the current strength."""
        posing = self._desk.posing
        self._applying = True
        try:
            posing.apply_preset(title(preset), preset.pose, self.strength.amount)
        finally:
            self._applying = False
        self._applied = preset, posing.pose

    def rename(self, preset: Preset) -> None:
        """Ask for another name; built-in presets keep theirs."""
        if preset.owner != "built-in":
            self._renamed = preset
            self.form.open_for(preset.name, preset.owner, self._taken(), renaming=True)

    def remove(self, preset: Preset) -> None:
        """Remove an own preset; one in the user's file is asked about, as undo cannot help."""
        if preset.owner == "project":
            remove_from_project(self._desk.session, preset.name)
        elif preset.owner == "user" and self._sure(preset):
            self._try(lambda: self._desk.presets.remove(preset.name))
            self.refresh()

    def refresh(self) -> None:
        """Show the presets there are, and have missing pictures made."""
        presets = all_presets(self._desk.session, self._desk.presets)
        self.grid.show_presets(presets, self._thumbnails.picture)
        self._want_pictures()

    def menu(self, preset: Preset) -> QMenu:
        """What can be done with a preset."""
        menu = QMenu(self)
        menu.addAction(self.tr("Apply")).triggered.connect(lambda: self.apply(preset))
        own = preset.owner != "built-in"
        actions = (
            ("ph.pencil-simple", self.tr("Rename"), self.rename, own),
            ("ph.floppy-disk", self.tr("Replace by the pose"), self._replace, own),
            ("ph.trash", self.tr("Delete"), self.remove, own),
        )
        menu.addSeparator()
        for glyph, text, call, enabled in actions:
            action = menu.addAction(icon(glyph), text)
            action.triggered.connect(lambda _on, call=call: call(preset))
            action.setEnabled(enabled)
        return menu

    def showEvent(self, event: QShowEvent) -> None:
        self._want_pictures()
        super().showEvent(event)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.setContentsMargins(0, 0, 8, 0)
        top.addWidget(self.strength, 1)
        top.addWidget(self.save)
        self._hint = QLabel(self.tr("Open an avatar to see its presets."))
        self._hint.setProperty("dim", True)
        self._hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.form)
        layout.addWidget(self._hint)
        layout.addWidget(self.grid, 1)

    def _connect(self) -> None:
        session = self._desk.session
        self.strength.drag_began.connect(self._begin_strength)
        self.strength.drag_ended.connect(session.end)
        self.strength.drag_cancelled.connect(self._cancel_strength)
        self.strength.edited.connect(self._set_strength)
        self.strength.reset_asked.connect(lambda: self._set_strength(1.0))
        self.save.clicked.connect(lambda _down: self.save_pose())
        self.form.kept.connect(self._keep)
        self.grid.chosen.connect(self.apply)
        self.grid.rename_asked.connect(self.rename)
        self.grid.remove_asked.connect(self.remove)
        self.grid.menu_asked.connect(self._open_menu)
        listen(self, session.presets_changed, lambda _presets: self.refresh())
        listen(self, session.pose_changed, self._forget_applied)
        listen(self, session.avatar_changed, lambda _avatar: self._show_avatar())
        # Pictures of a person that still changes would never be done.
        self._reshaped = QTimer(self, singleShot=True, interval=_SHAPE_MS)
        self._reshaped.timeout.connect(self._want_pictures)
        listen(self, session.shape_changed, lambda _shape: self._reshaped.start())
        self._show_avatar()
        self.refresh()

    def _show_avatar(self) -> None:
        avatar = self._desk.session.avatar
        self._hint.setVisible(avatar is None)
        if avatar is None or not self._thumbnails.belong_to(avatar.handle):
            self._thumbnails.want(None, ())
            self.grid.forget_pictures()
        self._want_pictures()

    def _want_pictures(self) -> None:
        avatar = self._desk.session.avatar
        if avatar is not None and self.isVisible():
            presets = all_presets(self._desk.session, self._desk.presets)
            poses = (preset.pose for preset in presets)
            self._thumbnails.want(avatar.handle, poses, self._desk.session.state.shape)

    def _begin_strength(self) -> None:
        self._strength_before = self.strength.amount
        if self._applied is not None:
            name = title(self._applied[0])
            self._desk.session.begin(self.tr("Preset {0}").format(name))

    def _cancel_strength(self) -> None:
        applied = self._applied
        self._desk.session.cancel()
        self.strength.show_amount(self._strength_before)
        if applied is not None:
            self._applied = applied[0], self._desk.posing.pose

    def _set_strength(self, strength: float) -> None:
        self.strength.show_amount(strength)
        if self._applied is not None:
            self.apply(self._applied[0])

    def _forget_applied(self, pose: Pose) -> None:
        """The pose is no longer what a preset made of it: the strength leaves it alone."""
        if self._applied is not None and not self._applying and pose != self._applied[1]:
            self._applied = None
            self.grid.clearSelection()

    def _keep(self, name: str, owner: str) -> None:
        if name in PRESETS:
            self.form.show_fault(self.tr("That is the name of a built-in preset."))
            return
        former, pose = self._renamed, self._desk.posing.pose
        if former is not None:
            pose = former.pose
        if former is not None and former.name == name:
            self.form.hide()
        elif self._put(name, owner, pose, former):
            self.form.hide()
            self.refresh()
            self.grid.scroll_to(name)

    def _put(self, name: str, owner: str, pose: Pose, former: Preset | None) -> bool:
        def work() -> None:
            if owner == "user":
                self._desk.presets.put(name, pose)
                if former is not None:
                    self._desk.presets.remove(former.name)
                return
            label = self.tr("Keep preset {0}").format(name)
            with self._desk.session.gesture(label):
                keep_in_project(self._desk.session, name, pose)
                if former is not None:
                    remove_from_project(self._desk.session, former.name)

        return self._try(work)

    def _taken(self) -> dict[str, frozenset[str]]:
        return {
            "user": frozenset(self._desk.presets.poses),
            "project": frozenset(self._desk.session.state.presets),
        }

    def _replace(self, preset: Preset) -> None:
        self._put(preset.name, preset.owner, self._desk.posing.pose, None)
        self.refresh()

    def _sure(self, preset: Preset) -> bool:
        answer = QMessageBox.question(
            self,
            self.tr("Delete preset"),
            self.tr("Delete “{0}” for all projects? This cannot be undone.").format(preset.name),
        )
        return answer == QMessageBox.StandardButton.Yes

    def _open_menu(self, preset: Preset, at: QPoint) -> None:
        menu = self.menu(preset)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _try(self, call: Callable[[], object]) -> bool:
        try:
            call()
        except BadInput as error:
            self.form.show_fault(str(error))
            if self.form.isHidden():
                self._desk.notice.emit(str(error))
            return False
        return True
