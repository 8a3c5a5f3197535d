"""The chosen channel: which, its value at the playhead, and how its keys ease."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QSizePolicy, QWidget

from studio.session.curves import APART, Easing
from studio.ui.controls.buttons import icon_button
from studio.ui.controls.value_bar import ValueBar
from studio.ui.timeline.channel_names import channel_names, channel_span
from studio.ui.timeline.easings import easing_names
from studio.ui.timeline.key_edits import Keys, easings_of
from studio.ui.timeline.key_selection import KeySelection
from studio.ui.timeline.playing import Playing

_CHANNEL, _VALUE, _EASING = 104, 64, 84
"""Least widths."""


class KeyBar(QWidget):
    """A change of the value sets a key at the playhead."""

    def __init__(
        self, playing: Playing, selection: KeySelection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._playing, self._selection = playing, selection
        self._make_channel()
        self._make_value()
        self._make_easing()
        self.key = icon_button("ph.diamond", self.tr("Set a key"))
        self.key.clicked.connect(lambda _down: playing.key_channel())
        self.face = icon_button("ph.user", self.tr("Key the face and head"))
        self.face.clicked.connect(lambda _down: playing.key_pose())
        self.camera = icon_button("ph.video-camera", self.tr("Key the camera"))
        self.camera.clicked.connect(lambda _down: playing.key_camera())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.channel, 3)
        layout.addWidget(self.value, 2)
        for button in (self.key, self.face, self.camera):
            layout.addWidget(button)
        layout.addWidget(self.easing, 2)
        playing.channel_changed.connect(lambda _channel: self.refresh())
        selection.changed.connect(self.refresh)

    def _make_channel(self) -> None:
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

    def _make_value(self) -> None:
        playing = self._playing
        self.value = ValueBar(channel_span(playing.channel), self.tr("Value at the playhead"))
        self.value.setToolTip(self.tr("Changing it sets a key at the playhead"))
        self.value.setMinimumWidth(_VALUE)
        self.value.edited.connect(self._edit)
        self.value.drag_began.connect(lambda: playing.store.begin(playing.key_label))
        self.value.drag_ended.connect(lambda: playing.store.end())
        self.value.drag_cancelled.connect(lambda: playing.store.end(keep=False))

    def _make_easing(self) -> None:
        self.easing = QComboBox()
        self.easing.setAccessibleName(self.tr("Easing from the key on"))
        self.easing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.easing.setMinimumWidth(_EASING)
        self.easing.setToolTip(self.tr("How the curve goes on from the key"))
        for easing, text in easing_names().items():
            self.easing.addItem(text, easing.value)
        self.easing.activated.connect(self._ease)

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
        keys = self._eased
        self.easing.setEnabled(bool(keys))
        if keys:
            used = easings_of(self._playing.timeline, keys)
            row = self.easing.findData(min(used).value) if len(used) == 1 else -1
            self.easing.setCurrentIndex(row)

    def _show_begin(self) -> None:
        """Of a long name the beginning, not the end."""
        line = self.channel.lineEdit()
        if line is not None:
            line.setCursorPosition(0)

    @property
    def _eased(self) -> Keys:
        """The chosen keys, or else the one at the playhead."""
        channel, now = self._playing.channel, self._playing.seconds
        keys = self._playing.timeline.curve(channel).keys
        near = ((channel, key.seconds) for key in keys if abs(key.seconds - now) < APART)
        return self._selection.keys or frozenset(near)

    def _edit(self, value: float) -> None:
        self._playing.put_key(value)
        self.refresh()

    def _ease(self, row: int) -> None:
        self._selection.ease(Easing(self.easing.itemData(row)), self._eased)
