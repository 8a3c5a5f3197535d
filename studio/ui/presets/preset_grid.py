"""The grid of presets: mouse and keyboard, no session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QWidget

from models.pose import Pose
from studio.session.presets import Preset
from studio.ui.presets.card_delegate import PICTURE_ROLE, PRESET_ROLE, CardDelegate, card_height
from studio.ui.presets.titles import hint, title

_NARROWEST = 78
_GROUND = "QListWidget { background: transparent; border: none; }"


class PresetGrid(QListWidget):
    """Cards that fill the width. A click, Return or Space chooses."""

    chosen = Signal(object)
    rename_asked = Signal(object)
    remove_asked = Signal(object)
    menu_asked = Signal(object, QPoint)
    """A preset, and where on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._delegate = CardDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setStyleSheet(_GROUND)
        self.setAccessibleName(self.tr("Presets"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(PRESET_ROLE)))

    def show_presets(
        self, presets: Sequence[Preset], picture: Callable[[Pose], QImage | None]
    ) -> None:
        """Replace the cards; the current one stays current by its name.

        ``picture`` gives the picture of a pose, None while there is none.
        """
        current = self.current_preset()
        self.clear()
        for preset in presets:
            item = QListWidgetItem(title(preset))
            item.setData(PRESET_ROLE, preset)
            item.setData(PICTURE_ROLE, picture(preset.pose))
            item.setToolTip(hint(preset))
            self.addItem(item)
            if current is not None and (preset.name, preset.owner) == (current.name, current.owner):
                self.setCurrentItem(item)

    def forget_pictures(self) -> None:
        """Show no pictures."""
        for item in self._items():
            item.setData(PICTURE_ROLE, None)

    def show_picture(self, pose: Pose, picture: QImage) -> None:
        """Show a pose's picture on its cards."""
        for item in self._items():
            if item.data(PRESET_ROLE).pose == pose:
                item.setData(PICTURE_ROLE, picture)

    def current_preset(self) -> Preset | None:
        """Where the keyboard is."""
        item = self.currentItem()
        return None if item is None else cast(Preset, item.data(PRESET_ROLE))

    def item_of(self, name: str) -> QListWidgetItem | None:
        """The card of a preset's name."""
        return next((item for item in self._items() if item.data(PRESET_ROLE).name == name), None)

    def scroll_to(self, name: str) -> None:
        """Bring a preset's card into sight."""
        item = self.item_of(name)
        if item is not None:
            self.setCurrentItem(item)
            self.scrollToItem(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        preset = self.current_preset()
        signals = {
            Qt.Key.Key_Return: self.chosen,
            Qt.Key.Key_Enter: self.chosen,
            Qt.Key.Key_Space: self.chosen,
            Qt.Key.Key_F2: self.rename_asked,
            Qt.Key.Key_Delete: self.remove_asked,
        }
        signal = signals.get(Qt.Key(event.key()))
        if preset is not None and signal is not None:
            signal.emit(preset)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        # One pixel less: a row as wide as the view would wrap.
        room = self.viewport().width() - 1
        columns = max(1, room // _NARROWEST)
        width = room // columns
        self._delegate.card = QSize(width, card_height(width, self.fontMetrics().height()))
        self.setGridSize(self._delegate.card)

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _ask_menu(self, at: QPoint) -> None:
        item = self.itemAt(at)
        if item is not None:
            self.menu_asked.emit(item.data(PRESET_ROLE), self.viewport().mapToGlobal(at))
