"""The drive panel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.drive.arm import ALL
from studio.drive.calibration import Calibration
from studio.drive.settings import STEADINESS
from studio.ui.controls.scroll import scrolled
from studio.ui.controls.section import Section
from studio.ui.controls.shortcuts import with_shortcut
from studio.ui.desk import Desk
from studio.ui.drive.arm_box import ArmBox
from studio.ui.drive.channel_table import ChannelTable
from studio.ui.drive.choice import CAMERA_KINDS, NETWORK_KINDS
from studio.ui.drive.driving import Driving, driving_of
from studio.ui.drive.live_status import LiveStatus
from studio.ui.drive.monitor import Monitor
from studio.ui.drive.phase import Phase
from studio.ui.drive.source_box import SourceBox
from studio.ui.drive.transfer_box import TransferBox
from studio.ui.icons import icon

if TYPE_CHECKING:
    from studio.drive.pipeline import Driven

_TELL_MS = 250
_PICTURE_MS = 66


class DrivePanel(QWidget):
    """Source, monitor, transfer, arming and channels of live driving."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.driving: Driving = driving_of(desk)
        self.driving.restore()
        self.source = SourceBox(self.driving)
        self.monitor = Monitor()
        self._make_buttons()
        self.live = LiveStatus(self.driving)
        self._tell = QTimer(self, interval=_TELL_MS)
        self._tell.timeout.connect(self._tell_on)
        # Pictures of a quick camera are drawn no more often than this.
        self._soon = QTimer(self, singleShot=True, interval=_PICTURE_MS)
        self._soon.timeout.connect(self._show_picture)
        self._make_sections()
        self._lay_out()
        driving = self.driving
        driving.state_changed.connect(self.refresh)
        driving.settings_changed.connect(self._show_settings)
        driving.choice_changed.connect(self.refresh)
        driving.arrived.connect(self._on_driven)
        self._show_settings()
        self.refresh()

    def refresh(self) -> None:
        """Show what is going on."""
        driving = self.driving
        idle = driving.phase is Phase.IDLE
        text, glyph = (self.tr("Start"), "ph.play") if idle else (self.tr("Stop"), "ph.stop")
        self.start.setText(text)
        self.start.setIcon(icon(glyph, "on_accent" if idle else "text"))
        self.start.setProperty("primary", idle)
        self.start.style().polish(self.start)
        open_ = self._desk.session.avatar is not None
        self.start.setEnabled(open_ and not (idle and driving.choice.missing))
        self.source.setEnabled(idle)
        running = driving.phase is Phase.RUNNING
        self.rest.setEnabled(running)
        self.record.setEnabled(self.start.isEnabled())
        self.record.setText(self.tr("End take") if driving.recording else self.tr("Record"))
        self.record.setIcon(icon("ph.stop" if driving.recording else "ph.record", "danger"))
        self.monitor.expect_pictures(driving.choice.kind in CAMERA_KINDS)
        if not running:
            self.monitor.clear(self._idle_text())
            self._soon.stop()
        self._tell_on()
        (self._tell.start if running and self.isVisible() else self._tell.stop)()

    def showEvent(self, event: QShowEvent) -> None:
        self._show_hints()
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._tell.stop()
        self._soon.stop()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "table"):
            self.live.show_status()

    def _make_buttons(self) -> None:
        self.start, self.rest, self.record = QPushButton(), QPushButton(), QPushButton()
        self.rest.setText(self.tr("My rest face"))
        self.rest.setIcon(icon("ph.user-focus"))
        for button in (self.start, self.rest, self.record):
            # A click must not take Space away from playing.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.start.clicked.connect(lambda _down: self.driving.toggle())
        self.rest.clicked.connect(lambda _down: self.driving.rest())
        self.record.clicked.connect(lambda _down: self.driving.record())

    def _make_sections(self) -> None:
        self.transfer = Section(self.tr("Transfer"))
        self.transfer_box = TransferBox(self.driving, self._desk.session)
        self.transfer.rows.addWidget(self.transfer_box)
        self.armed = Section(self.tr("Armed"))
        self.arm_box = ArmBox()
        self.arm_box.changed.connect(self._arm)
        self.armed.rows.addWidget(self.arm_box)
        self.channels = Section(self.tr("Coefficients"))
        self.table = ChannelTable(self.driving, self._desk.notice.emit)
        self.channels.rows.addWidget(self.table)
        self.channels.set_open(False)
        self.transfer.reset_asked.connect(self._reset_transfer)
        self.channels.reset_asked.connect(self._reset_channels)
        self.armed.reset_asked.connect(self._arm_all)

    def _lay_out(self) -> None:
        inside = QWidget()
        stack = QVBoxLayout(inside)
        stack.setContentsMargins(0, 0, 8, 8)
        stack.setSpacing(8)
        stack.addWidget(self.source)
        buttons = QGridLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.start, 0, 0, 1, 2)
        buttons.addWidget(self.rest, 1, 0)
        buttons.addWidget(self.record, 1, 1)
        stack.addLayout(buttons)
        stack.addWidget(self.monitor)
        stack.addWidget(self.live)
        for section in (self.transfer, self.armed, self.channels):
            stack.addWidget(section)
        stack.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 0, 0)
        layout.addWidget(scrolled(inside, bar=True))

    def _show_settings(self) -> None:
        settings = self.driving.settings
        self.arm_box.show_parts(settings.parts)
        self.armed.set_count(len(ALL) - len(settings.parts))
        how, usual = settings.calibration, Calibration()
        self.channels.set_count(len(how.channels))
        names = ("relative", "yaw", "gaze", "shift", "neck_share", "lips_meet", "scale_locked")
        changed = sum(getattr(how, name) != getattr(usual, name) for name in (*names, "limited"))
        self.transfer.set_count(changed + (settings.steadiness != STEADINESS))

    def _reset_transfer(self) -> None:
        settings = self.driving.settings
        how = replace(Calibration(), channels=settings.calibration.channels)
        new = replace(settings, calibration=how, steadiness=STEADINESS)
        self.driving.transfer.change(self.tr("Reset the transfer"), new)

    def _reset_channels(self) -> None:
        settings = self.driving.settings
        how = replace(settings.calibration, channels={})
        new = replace(settings, calibration=how)
        self.driving.transfer.change(self.tr("Reset the coefficients"), new)

    def _arm_all(self) -> None:
        self._arm(ALL)

    def _arm(self, parts: frozenset[str]) -> None:
        settings = replace(self.driving.settings, parts=parts)
        self.driving.transfer.change(self.tr("Arm"), settings)

    def _idle_text(self) -> str:
        if self._desk.session.avatar is None:
            return self.tr("Open an avatar to drive it.")
        if self.driving.phase is Phase.OPENING:
            return self.tr("Opening…")
        if self.driving.choice.kind in NETWORK_KINDS:
            return self.tr("Start, then send to this computer.")
        missing = {
            "camera": self.tr("Plug in a camera, or choose another source."),
            "file": self.tr("Choose a file to drive with."),
        }
        return missing.get(self.driving.choice.missing, self.tr("Start to see yourself here."))

    def _on_driven(self, driven: Driven) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _show_picture(self) -> None:
        driven = self.driving.newest
        if driven is not None:
            text = self.tr("This source has no picture.")
            self.monitor.show_seen(driven.sample.seen, driven.present, text)
            self.live.show_status()

    def _tell_on(self) -> None:
        self.live.show_status()
        self.live.show_figures()

    def _show_hints(self) -> None:
        for button, action, hint in (
            (self.start, "drive.start_stop", self.tr("Start or stop driving")),
            (self.rest, "drive.rest_face", self.tr("This is my rest face")),
            (self.record, "drive.record", self.tr("Record a take, or end it")),
        ):
            button.setToolTip(with_shortcut(self, hint, action))
