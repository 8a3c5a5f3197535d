"""The bar over the picture: view modes, view presets, comparison and numbers."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from studio.session.look import Look, ViewMode
from studio.session.view import VIEW_PRESETS, View
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.listen import listen
from studio.ui.viewport.head_icon import head_icon
from studio.ui.viewport.texts import mode_texts, view_texts

_ICON = QSize(18, 18)


class ViewBar(QFrame):
    """Shows and changes view and view mode; asks for comparison and numbers by signals."""

    split_wanted = Signal(bool)
    hud_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = desk.session
        self.modes = self._mode_button()
        self.presets = {name: self._preset_button(name) for name in VIEW_PRESETS}
        self.zoom = self._button(self.tr("Zoom; click for 100 %"))
        self.zoom.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.zoom.setMinimumWidth(52)
        self.zoom.clicked.connect(self._unzoom)
        self.split = self._button(self.tr("Compare with the photo"), icon("ph.square-half"))
        self.split.setCheckable(True)
        self.split.clicked.connect(self.split_wanted)
        self.hud = self._button(self.tr("Numbers (H)"), icon("ph.gauge"))
        self.hud.setCheckable(True)
        self.hud.clicked.connect(lambda _: self.hud_wanted.emit())
        self._lay_out()
        listen(self, desk.session.view_changed, self._show_view)
        listen(self, desk.session.look_changed, self._show_look)
        listen(self, desk.session.avatar_changed, lambda _: self._show_avatar())
        self._show_view(desk.session.state.view)
        self._show_look(desk.session.state.look)
        self._show_avatar()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(2)
        row.addWidget(self.modes)
        row.addStretch(1)
        for button in self.presets.values():
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.zoom, self.split, self.hud):
            row.addWidget(button)

    def _button(self, text: str, image: QIcon | None = None) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setIconSize(_ICON)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if image is not None:
            button.setIcon(image)
        return button

    def _mode_button(self) -> QToolButton:
        button = self._button(self.tr("View mode"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(icon("ph.stack"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu, group = QMenu(button), QActionGroup(button)
        menu.setToolTipsVisible(True)
        for mode, (name, meaning) in mode_texts().items():
            action = QAction(name, group)
            action.setCheckable(True)
            action.setToolTip(meaning)
            action.setData(mode)
            menu.addAction(action)
            if mode in (ViewMode.FINAL, ViewMode.COMPENSATION, ViewMode.OPACITY):
                menu.addSeparator()
        group.triggered.connect(lambda action: self.set_mode(ViewMode(action.data())))
        button.setMenu(menu)
        # As wide as its widest text, so that nothing beside it moves.
        widths = []
        for name, _ in mode_texts().values():
            button.setText(name)
            widths.append(button.sizeHint().width())
        button.setFixedWidth(max(widths))
        return button

    def _preset_button(self, name: str) -> QToolButton:
        title, meaning = view_texts()[name]
        preset = VIEW_PRESETS[name]
        image = icon("ph.image-square") if preset == View() else head_icon(preset.yaw)
        keys = " (Home)" if preset == View() else ""
        button = self._button(f"{title}{keys}: {meaning}", image)
        button.setAccessibleName(title)
        button.setCheckable(True)
        button.clicked.connect(lambda _: self.set_view(name))
        return button

    # What the person does

    def set_mode(self, mode: ViewMode) -> None:
        """Show this view mode."""
        label = mode_texts()[mode][0]
        self._session.change(label, look=replace(self._session.state.look, mode=mode))

    def set_view(self, name: str) -> None:
        """Show one of ``VIEW_PRESETS``."""
        self._session.change(view_texts()[name][0], view=VIEW_PRESETS[name])
        # A click toggled the button, also where nothing changed.
        self._show_view(self._session.state.view)

    def _unzoom(self) -> None:
        view = replace(self._session.state.view, zoom=1.0, pan_x=0.0, pan_y=0.0)
        self._session.change(self.tr("Zoom"), view=view)

    # What is so

    def show_switches(self, *, split: bool, hud: bool) -> None:
        """Whether comparison and numbers are on."""
        self.split.setChecked(split)
        self.hud.setChecked(hud)

    def _show_view(self, view: View) -> None:
        now = (view.base, view.yaw, view.pitch)
        for name, button in self.presets.items():
            preset = VIEW_PRESETS[name]
            button.setChecked(now == (preset.base, preset.yaw, preset.pitch))
        self.zoom.setText(f"{100 * view.zoom:.0f} %")

    def _show_look(self, look: Look) -> None:
        self.modes.setText(mode_texts()[look.mode][0])
        for action in self.modes.menu().actions():
            action.setChecked(action.data() == look.mode)

    def _show_avatar(self) -> None:
        there = self._session.avatar is not None
        for button in (self.modes, self.zoom, self.split, *self.presets.values()):
            button.setEnabled(there)
