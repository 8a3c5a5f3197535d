"""Stop, play, record, loop, and where the playhead stands."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from studio.ui.controls.buttons import icon_button
from studio.ui.controls.shortcuts import with_shortcut
from studio.ui.drive.driving import Driving
from studio.ui.icons import icon
from studio.ui.timeline.playing import Playing
from studio.ui.timeline.tracks_paint import clock_text


class Transport(QWidget):
    """Buttons for what the Drive menu has, and the clock."""

    def __init__(self, playing: Playing, driving: Driving, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing, self._driving = playing, driving
        self._hints: dict[QToolButton, tuple[str, str]] = {}
        self.stop = self._button("ph.stop", self.tr("Stop and go back"), "timeline.stop")
        self.play = self._button("ph.play", self.tr("Play or pause"), "timeline.play")
        self.record = self._button("ph.record", self.tr("Record a take"), "drive.record", on=True)
        self.record.setIcon(icon("ph.record", "danger"))
        self.loop = self._button("ph.repeat", self.tr("Loop"), "timeline.loop", on=True)
        self.time = QLabel()
        self.time.setAccessibleName(self.tr("Playhead"))
        self.stop.clicked.connect(lambda _down: playing.stop())
        self.play.clicked.connect(lambda _down: playing.toggle())
        self.record.clicked.connect(lambda _down: self._record())
        self.loop.clicked.connect(lambda _down: playing.toggle_loop())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for button in self._hints:
            layout.addWidget(button)
        layout.addSpacing(6)
        layout.addWidget(self.time)
        playing.moved.connect(self.show_time)

    def refresh(self, *, opened: bool) -> None:
        """Show what is going on; without an avatar nothing can."""
        playing, timeline = self._playing, self._playing.timeline
        some = opened and timeline.duration > 0.0
        self.play.setIcon(icon("ph.pause" if playing.playing else "ph.play"))
        self.loop.setChecked(timeline.loop is not None)
        self.record.setChecked(self._driving.recording)
        self.play.setEnabled(some)
        self.loop.setEnabled(some)
        self.stop.setEnabled(playing.playing or playing.shown or playing.seconds > 0.0)
        self.record.setEnabled(opened)
        self.show_time(playing.seconds)

    def show_hints(self) -> None:
        """Tooltips with the shortcuts, which the window knows."""
        for button, (hint, action) in self._hints.items():
            button.setToolTip(with_shortcut(self, hint, action))

    def show_time(self, seconds: float) -> None:
        """Show where the playhead stands."""
        whole = clock_text(self._playing.timeline.duration, 1)
        self.time.setText(f"{clock_text(seconds, 1)} / {whole}")

    def _button(self, glyph: str, hint: str, action: str, *, on: bool = False) -> QToolButton:
        button = icon_button(glyph, hint, checkable=on)
        self._hints[button] = hint, action
        return button

    def _record(self) -> None:
        self._driving.record()
        self.record.setChecked(self._driving.recording)
