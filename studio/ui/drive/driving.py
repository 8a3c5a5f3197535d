"""Drives the open avatar: starts and stops sources and feeds the live pose."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from models.errors import BadInput
from models.pose import Pose
from studio.drive.live_drive import LiveDrive
from studio.drive.opening import Opener, motion_file
from studio.drive.settings import DriveSettings
from studio.engine.events import FrameReady
from studio.engine.faults import Fault
from studio.session.state import OpenAvatar
from studio.ui.desk import Desk
from studio.ui.drive.choice import SourceChoice, opener_of
from studio.ui.drive.closers import Closers
from studio.ui.drive.meter import Meter
from studio.ui.drive.newest import Newest
from studio.ui.drive.phase import Phase
from studio.ui.drive.recording import Recording
from studio.ui.drive.transfer import Transfer
from studio.ui.timeline.playing import playing_of

if TYPE_CHECKING:
    from studio.drive.pipeline import Driven
    from studio.drive.source import MotionSource


class Driving(QObject):
    """One for a desk; see ``driving_of``.

    The session's pose is what the face rests in: presets and sliders work while it is driven.
    Frames make no steps; the pose that it had at the end is one step.

    Attributes:
        phase: what is going on. fault: what ended it last, None for nothing.
        transfer: transfer, arming, smoothing; recording: takes.
        choice: what is driven with. meter: how quickly. newest: the last ``Driven``.
    """

    state_changed = Signal()
    """Phase, recording or fault."""
    arrived = Signal(object)
    """The newest ``Driven``."""
    settings_changed = Signal()
    choice_changed = Signal()

    _over = Signal(object, object)
    _told = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk, self._playing = desk, playing_of(desk)
        self.phase = Phase.IDLE
        self.fault: Fault | None = None
        self.transfer = Transfer(desk, self)
        self.transfer.changed.connect(self._on_settings)
        self._recording = Recording(desk, self._playing, lambda: self.settings.parts, self)
        self._recording.ended.connect(self.state_changed)
        self.choice = SourceChoice()
        self._restored = False
        self.opener: Callable[[SourceChoice], Opener] = self._opens
        self.newest: Driven | None = None
        self.meter, self._mail = Meter(), Newest(self)
        self._mail.arrived.connect(self._on_driven)
        self._over.connect(self._on_over, Qt.ConnectionType.QueuedConnection)
        self._told.connect(desk.notice, Qt.ConnectionType.QueuedConnection)
        self._drive: LiveDrive | None = None
        self._base, self._closers = Pose.neutral(), Closers()
        self._run: object = None
        self._rests = {0}
        self._record_soon = False
        self._left: tuple[Pose, Pose] | None = None
        desk.closing.connect(self.close)
        desk.frame_ready.connect(self._on_frame)
        desk.closing.connect(desk.session.pose_changed.connect(self._on_base))
        desk.closing.connect(desk.session.avatar_changed.connect(self._on_avatar))

    @property
    def settings(self) -> DriveSettings:
        """Transfer, arming and smoothing as they count now."""
        return self.transfer.settings

    @property
    def recording(self) -> bool:
        """Whether a take is recorded."""
        return self._recording.on

    @property
    def source(self) -> MotionSource | None:
        """What is driven with, None until it is open."""
        return None if self._drive is None else self._drive.source

    # Commands

    def choose(self, choice: SourceChoice) -> None:
        """Drive with something else, from the next start on."""
        if choice != self.choice:
            self.choice = choice
            self.choice_changed.emit()

    def restore(self) -> None:
        """Begin with what was set before the last close."""
        if self._restored:
            return
        from studio.ui.drive.kept import kept

        self._restored = True
        choice, settings = kept()
        self.transfer.begin_with(settings)
        self.choose(choice if self.choice == SourceChoice() else self.choice)

    def toggle(self) -> None:
        """Start or stop."""
        (self.start if self.phase is Phase.IDLE else self.stop)()

    def start(self) -> None:
        """Open the chosen source and drive the avatar with it."""
        avatar = self._desk.session.avatar
        if avatar is None or self.phase is not Phase.IDLE:
            return
        self.restore()
        self.fault, self._run = None, object()
        self._rests = {self.settings.rest}
        self._base = self._rest_pose()
        self.meter.clear()
        self._mail.clear()
        self._playing.stop()
        self._drive = LiveDrive(
            self._closers.opening(self.opener(self.choice)),
            avatar.handle,
            self.settings,
            self._mail.put,
            partial(self._tell_over, self._run),
            base=self._base,
        )
        self._phase(Phase.OPENING)

    def stop(self) -> None:
        """End it; the pose that it had is kept as one step."""
        self.record(False)
        self.accent(None)
        drive, self._drive, self._run = self._drive, None, None
        if drive is not None:
            self._closers.stop(drive)
        self._mail.clear()
        self._keep_pose()
        self._desk.live.drive(None)
        self.newest = None
        if self.phase is not Phase.IDLE:
            self._phase(Phase.IDLE)

    def rest(self) -> None:
        """ "This is my rest face." """
        if self._drive is None:
            self._desk.notice.emit(self.tr("Start driving first: the rest face is what is seen."))
            return
        settings = self.settings
        new = max(settings.rest, *self._rests) + 1
        self._rests.add(new)
        self.transfer.change(self.tr("My rest face"), replace(settings, rest=new))
        self._desk.notice.emit(self.tr("Your face now is the rest face."))

    def accent(self, preset: Pose | None) -> None:
        """Show a preset over the performance until another, the same again, or None."""
        shown = self.transfer.accent
        wanted = None if preset is shown else preset
        if wanted is not shown:
            self.transfer.show_accent(wanted)

    def record(self, on: bool | None = None, *, at_once: bool = False) -> None:
        """Begin or end a take; without ``on``, the other of both. Starts driving if need be.

        A take that ends is in the timeline soon, or ``at_once`` when the window must know.
        """
        on = not (self.recording or self._record_soon) if on is None else on
        self._record_soon = on and self.phase is not Phase.RUNNING
        if self._record_soon:
            self.start()
        if on == self.recording or self._drive is None or self._record_soon:
            return
        if on:
            self._recording.begin(self._drive)
        else:
            self._recording.end(at_once=at_once)
        self.state_changed.emit()

    def close(self) -> None:
        """End all threads, and keep what was set."""
        self.stop()
        if self._restored:
            from studio.ui.drive.kept import keep

            try:
                keep(self.choice, self.settings)
            except BadInput as error:
                self._desk.notice.emit(str(error))
        self._closers.join()

    # What happens

    def _opens(self, choice: SourceChoice) -> Opener:
        """What opens a choice for the open avatar."""
        avatar, flame = self._desk.session.avatar, self._desk.settings.flame_file
        handle = None if avatar is None else avatar.handle
        opens = partial(motion_file, avatar=handle, flame=flame, tell=self._told.emit)
        return opener_of(choice, opens)

    def _tell_over(self, run: object, fault: Fault | None) -> None:
        # In the driving thread; the window may have been closed meanwhile.
        with contextlib.suppress(RuntimeError):
            self._over.emit(run, fault)

    def _on_over(self, run: object, fault: Fault | None) -> None:
        if run is not self._run:
            return
        self.fault = fault
        if fault is not None:
            self._desk.failed.emit(fault)
        self.stop()
        self.state_changed.emit()

    def _on_settings(self) -> None:
        settings = self.settings
        if self._drive is not None:
            # Rest faces of former runs are gone: what was seen is not kept.
            if settings.rest != self._drive.settings.rest and settings.rest in self._rests:
                self._drive.rest(settings.rest)
            self._drive.settings = settings
        self.settings_changed.emit()

    def _on_driven(self, driven: Driven) -> None:
        if self._drive is None:
            return
        self.newest = driven
        if self.phase is Phase.OPENING:
            self._phase(Phase.RUNNING)
            if self._record_soon:
                self.record(True)
        self._desk.live.drive(driven.pose, self.settings.parts)
        if driven.present:
            self._count(driven)
        self.arrived.emit(driven)

    def _count(self, driven: Driven) -> None:
        self.meter.pose_came(
            self._desk.live.pose(self._desk.session.state.pose),
            driven.sample.arrived,
            driven.dropped,
            self._mail.replaced,
            driven.milliseconds,
        )

    def _on_frame(self, event: FrameReady) -> None:
        if self._drive is not None:
            self.meter.picture_came(event.request.pose, event.made_ms)

    def _on_base(self, pose: Pose) -> None:
        avatar = self._desk.session.avatar
        if self._drive is not None and avatar is not None:
            self._base = pose
            self._drive.retarget(avatar.handle, pose)

    def _on_avatar(self, avatar: OpenAvatar | None) -> None:
        if avatar is None:
            self.stop()
        self._on_base(self._desk.session.state.pose)

    # What is kept

    def _rest_pose(self) -> Pose:
        """The pose to rest in: the session's, unless that is what driving left there."""
        pose = self._desk.session.state.pose
        return self._left[1] if self._left is not None and self._left[0] == pose else pose

    def _keep_pose(self) -> None:
        base = self._desk.session.state.pose
        if self.newest is None or self._desk.session.avatar is None:
            return
        pose = self._desk.live.pose(base)
        self._left = pose, self._base
        self._desk.session.change(self.tr("Drive"), pose=pose)

    def _phase(self, phase: Phase) -> None:
        self.phase = phase
        self.state_changed.emit()


def driving_of(desk: Desk) -> Driving:
    """What drives the desk's avatar, made when first asked for."""
    found = desk.findChild(Driving)
    return found if isinstance(found, Driving) else Driving(desk)
