"""The viewport: bar and stage, fed with frames by the pump."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.engine.events import FrameFailed, FrameReady
from studio.session.view import View
from studio.ui.desk import Desk
from studio.ui.pixels import image_of
from studio.ui.viewport.compare import Compare
from studio.ui.viewport.frame_pump import FramePump
from studio.ui.viewport.scene import Shown
from studio.ui.viewport.stage import Stage
from studio.ui.viewport.view_bar import ViewBar


class Viewport(QWidget):
    """Shows the avatar; mouse and keys turn, shift and zoom it."""

    shown = Signal(object)
    """A ``FrameReady`` whose picture was handed to the screen's surface."""
    split_changed = Signal(bool)
    hud_changed = Signal(bool)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = desk.session
        self.bar = ViewBar(desk, self)
        self.stage = Stage(desk.session, self)
        self.compare = Compare(desk, self)
        self.pump = FramePump(desk, self)
        self._frame: FrameReady | None = None
        self._photo_of: object = None
        self._hud_on = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.stage, 1)
        self._connect(desk)
        self._show_comparison()

    def _connect(self, desk: Desk) -> None:
        stage = self.stage
        stage.pixels_changed.connect(self._on_pixels)
        stage.hud_wanted.connect(self.toggle_hud)
        stage.handle.moved.connect(self.compare.move)
        stage.hint.pressed.connect(self.reset_view)
        stage.fault.retry.connect(self.pump.ask)
        stage.compass.chosen.connect(self._turn_to)
        self.bar.split_wanted.connect(self.set_split)
        self.bar.hud_wanted.connect(self.toggle_hud)
        self.compare.changed.connect(self._show_comparison)
        self.pump.arrived.connect(self._on_frame)
        self.pump.failed.connect(self._on_failure)
        self.pump.cleared.connect(self._clear)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The stage takes it. With a focus proxy, Tab would pass the bar by."""
        self.stage.setFocus(event.reason())

    # For menus and others

    def reset_view(self) -> None:
        """Go back to the photo's view."""
        self.stage.navigation.go(self.tr("Source view"), View())

    @property
    def split_on(self) -> bool:
        """Whether the photo is compared with the picture."""
        return self.compare.on

    def set_split(self, on: bool) -> None:
        """Compare with the source photo, or stop."""
        before = self.compare.on
        self.compare.switch(on)
        if self.compare.on != before:
            self.split_changed.emit(self.compare.on)

    @property
    def hud_on(self) -> bool:
        """Whether the numbers show."""
        return self._hud_on

    def toggle_hud(self) -> None:
        """Show or hide the numbers."""
        self._hud_on = not self._hud_on
        self.stage.hud.setVisible(self._hud_on and self._frame is not None)
        if self._frame is not None:
            self.stage.hud.tell(self._frame, self.stage.square.side)
        self.bar.show_switches(split=self.compare.on, hud=self._hud_on)
        self.hud_changed.emit(self._hud_on)

    def grab_picture(self) -> QImage:
        """A copy of the newest frame; null when there is none."""
        return QImage() if self._frame is None else image_of(self._frame.picture)

    # What arrives

    def _on_pixels(self, side: int) -> None:
        self.pump.set_pixels(side)
        self._show_comparison()

    def _on_frame(self, event: FrameReady) -> None:
        self._frame = event
        stage = self.stage
        stage.fault.tell(None)
        stage.scene.show_picture(Shown(event.stamp, event.picture, event.nearest))
        asked = event.request
        # With the picture, not with the mouse, which is quicker.
        stage.compass.point(asked.view.camera(asked.avatar.source_camera, asked.look.fov))
        stage.compass.show()
        stage.hud.setVisible(self._hud_on)
        stage.hud.tell(event, stage.square.side)
        self.shown.emit(event)

    def _on_failure(self, event: FrameFailed) -> None:
        self.stage.fault.tell(event.fault)
        self.stage.arrange()

    def _clear(self) -> None:
        self._frame = None
        self.stage.scene.show_picture(None)
        self.stage.hud.hide()
        self.stage.compass.hide()
        self.stage.fault.tell(None)

    # What is so

    def _turn_to(self, view: object) -> None:
        if isinstance(view, View):
            self.stage.navigation.go(self.tr("Turn"), view)

    def _show_comparison(self) -> None:
        compare, stage = self.compare, self.stage
        avatar = self._session.avatar
        wanted = avatar.handle if compare.on and avatar is not None else None
        if wanted is not self._photo_of:
            self._photo_of = wanted
            stage.scene.set_photo(compare.photo())
        stage.scene.compare(compare.comparison())
        stage.handle.setVisible(compare.on)
        stage.handle.place(compare.edge, stage.area(), compare.meets)
        stage.hint.setVisible(compare.on and not compare.meets)
        self.bar.show_switches(split=compare.on, hud=self._hud_on)
