"""The chosen channel: which, its value at the playhead, and how its keys ease."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QSizePolicy, QWidget

from studio.session.curves import Easing
from studio.ui.controls.buttons import icon_button
from studio.ui.controls.value_bar import ValueBar
from studio.ui.timeline import edits
from studio.ui.timeline.channel_names import channel_names, channel_span
from studio.ui.timeline.playing import Playing

_NEAR = 1e-3
_CHANNEL, _VALUE, _EASING = 104, 64, 84
"""Least widths."""


class KeyBar(QWidget):
    """A change of the value sets a key at the playhead."""

    key_chosen: Callable[[], int | None]
    """Tells which key is chosen elsewhere."""

    def __init__(self, playing: Playing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing = playing
        self.key_chosen = lambda: None
        self.channel = QComboBox()
        self.channel.setAccessibleName(self.tr("Channel"))
        self.channel.setEditable(True)
        self.channel.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.channel.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.channel.setMinimumWidth(_CHANNEL)
        for channel, name in channel_names().items():
            self.channel.addItem(name, channel)
        completer = QCompleter(self.channel.model(), self.channel)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.channel.setCompleter(completer)
        self.channel.activated.connect(
            lambda row: self._playing.choose(str(self.channel.itemData(row)))
        )
        self.value = ValueBar(channel_span(playing.channel), self.tr("Value at the playhead"))
        self.value.setToolTip(self.tr("Changing it sets a key at the playhead"))
        self.value.setMinimumWidth(_VALUE)
        self.value.edited.connect(self._edit)
        self.value.drag_began.connect(lambda: playing.store.begin(self.tr("Set key")))
        self.value.drag_ended.connect(lambda: playing.store.end())
        self.value.drag_cancelled.connect(lambda: playing.store.end(keep=False))
        self.easing = QComboBox()
        self.easing.setAccessibleName(self.tr("Easing from the key on"))
        self.easing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.easing.setMinimumWidth(_EASING)
        self.easing.setToolTip(self.tr("How the curve goes on from the key"))
        for easing, text in (
            (Easing.IN_OUT, self.tr("In and out")),
            (Easing.IN, self.tr("In")),
            (Easing.OUT, self.tr("Out")),
            (Easing.LINEAR, self.tr("Linear")),
            (Easing.HOLD, self.tr("Hold")),
        ):
            self.easing.addItem(text, easing.value)
        self.easing.activated.connect(self._ease)
        self.key = icon_button("ph.diamond", self.tr("Set a key"))
        self.key.clicked.connect(lambda _down: playing.key_channel())
        self.camera = icon_button("ph.video-camera", self.tr("Key the camera"))
        self.camera.clicked.connect(lambda _down: playing.key_camera())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.channel, 3)
        layout.addWidget(self.value, 2)
        layout.addWidget(self.key)
        layout.addWidget(self.camera)
        layout.addWidget(self.easing, 2)
        playing.channel_changed.connect(lambda _channel: self.refresh())

    def refresh(self) -> None:
        """Show channel, value and easing."""
        channel = self._playing.channel
        with QSignalBlocker(self.channel):
            row = self.channel.findData(channel)
            if row != self.channel.currentIndex() and not self.channel.view().isVisible():
                self.channel.setCurrentIndex(row)
                self._show_begin()
        self.value.span = channel_span(channel)
        self.value.show_amount(self._playing.value(channel))
        index = self._index()
        self.easing.setEnabled(index is not None)
        if index is not None:
            easing = self._playing.timeline.curve(channel).keys[index].easing
            self.easing.setCurrentIndex(self.easing.findData(easing.value))

    def _show_begin(self) -> None:
        """Of a long name the beginning, not the end."""
        line = self.channel.lineEdit()
        if line is not None:
            line.setCursorPosition(0)

    def _index(self) -> int | None:
        """The chosen key, or else the one at the playhead."""
        keys = self._playing.timeline.curve(self._playing.channel).keys
        chosen = self.key_chosen()
        if chosen is not None and chosen < len(keys):
            return chosen
        near = [n for n, key in enumerate(keys) if abs(key.seconds - self._playing.seconds) < _NEAR]
        return near[0] if near else None

    def _edit(self, value: float) -> None:
        self._playing.put_key(value)
        self.refresh()

    def _ease(self, row: int) -> None:
        index = self._index()
        if index is None:
            return
        timeline, channel = self._playing.timeline, self._playing.channel
        easing = Easing(self.easing.itemData(row))
        self._playing.store.change(
            self.tr("Easing"), edits.eased_key(timeline, channel, index, easing)
        )
