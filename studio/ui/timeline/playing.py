"""The playhead: plays the timeline over the session's pose, or shows one moment of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from studio.session.channels import CHANNELS, read_channel
from studio.session.timeline import Timeline
from studio.ui.desk import Desk
from studio.ui.timeline.channel_names import channel_names
from studio.ui.timeline.store import TimelineStore

_TICK_MS = 16


class Playing(QObject):
    """One for a desk; see ``playing_of``.

    While it plays or stands at a moment, the timeline is shown; a change of pose or view by the
    person at a standing playhead shows the session again, so that what is changed is seen.
    """

    moved = Signal(float)
    """Where the playhead stands, seconds."""
    channel_changed = Signal(str)
    state_changed = Signal()
    """Playing, recording or being shown began or ended."""

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(desk)
        self._desk, self._clock = desk, clock
        self.store = TimelineStore(desk.session, desk.notice.emit)
        self.seconds = 0.0
        self.playing = self.recording = self.shown = False
        self.channel = "jawOpen"
        self._began = self._from = self._back = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        desk.closing.connect(self._timer.stop)
        session = desk.session
        for disconnect in (
            session.timeline_changed.connect(lambda _: self._on_timeline()),
            session.pose_changed.connect(lambda _: self._on_session()),
            session.view_changed.connect(lambda _: self._on_session()),
            session.avatar_changed.connect(lambda a: self.stop() if a is None else None),
        ):
            desk.closing.connect(disconnect)

    @property
    def began(self) -> float:
        """Where playing or recording began, seconds."""
        return self._back

    @property
    def timeline(self) -> Timeline:
        """What is played."""
        return self.store.timeline

    def toggle(self) -> None:
        """Play, or pause where it stands."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Play from the playhead, or from the beginning when it stands at the end."""
        if self.timeline.duration <= 0.0:
            return
        at_end = self.timeline.loop is None and self.seconds >= self.timeline.duration - 1e-6
        self._run(0.0 if at_end else self.seconds)

    def begin_recording(self) -> None:
        """Let the playhead run on without an end, what is there shown below the driven pose."""
        self.recording = True
        self._run(self.seconds)

    def end_recording(self) -> None:
        """Stop, and go back to where the recording began."""
        self.recording = False
        self.stop()

    def pause(self) -> None:
        """Stand still."""
        self.playing = False
        self._timer.stop()
        self.state_changed.emit()

    def stop(self) -> None:
        """Stop, go back to where playing began, and show the session again."""
        back = self._back
        self.pause()
        self._leave()
        if self.seconds != back:
            self.seconds = back
            self.moved.emit(back)

    def seek(self, seconds: float) -> None:
        """Put the playhead somewhere and show that moment."""
        self.seconds = self._back = max(0.0, seconds)
        self._began, self._from = self._clock(), self.seconds
        self._show()
        self.moved.emit(self.seconds)

    def tick(self) -> None:
        """Go on to where the clock is."""
        seconds = self._from + self._clock() - self._began
        timeline = self.timeline
        if not self.recording:
            seconds = timeline.wrapped(seconds)
            if timeline.loop is None and seconds >= timeline.duration:
                self.seconds = timeline.duration
                self._show()
                self.moved.emit(self.seconds)
                self.pause()
                return
        self.seconds = seconds
        self._show()
        self.moved.emit(seconds)

    def toggle_loop(self) -> None:
        """Play the whole again and again, or once."""
        timeline = self.timeline
        loop = (0.0, timeline.duration) if timeline.loop is None else None
        if timeline.duration > 0.0:
            self.store.change(self.tr("Loop"), replace(timeline, loop=loop))
        self._began, self._from = self._clock(), self.seconds
        self.state_changed.emit()

    def choose(self, channel: str) -> None:
        """Work with the curve of a channel."""
        if channel != self.channel:
            self.channel = channel
            self.channel_changed.emit(channel)

    def key_channel(self) -> None:
        """Key the chosen channel with what it has at the playhead."""
        self.put_key(self.value(self.channel))

    @property
    def key_label(self) -> str:
        """What keying the chosen channel is called in the undo list."""
        return self.tr("Key {0}").format(channel_names()[self.channel])

    def put_key(self, value: float) -> None:
        """Key the chosen channel at the playhead with a value."""
        timeline = self.timeline.with_keys(self.seconds, {self.channel: value})
        merge = f"key:{self.channel}:{self.seconds}"
        self.store.change(self.key_label, timeline, merge=merge)
        if not self.playing:
            self._show()

    def key_pose(self) -> None:
        """Key what of face and head the person has set or keyed before, as the panels show it."""
        pose, view = self._desk.session.state.pose, self._desk.session.state.view
        keyed = {curve.channel for curve in self.timeline.curves}
        values = {
            channel: value
            for channel in CHANNELS
            if not is_camera(channel)
            and ((value := read_channel(channel, pose, view)) or channel in keyed)
        }
        self._put(self.tr("Key the face and head"), values)

    def key_camera(self) -> None:
        """Key the camera as the viewport's view has it."""
        state = self._desk.session.state
        # Yaw and pitch of curves count from the view's base, as the view's own do.
        values = {c: read_channel(c, state.pose, state.view) for c in CHANNELS if is_camera(c)}
        self._put(self.tr("Key the camera"), values)

    def _put(self, label: str, values: dict[str, float]) -> None:
        self.store.change(label, self.timeline.with_keys(self.seconds, values))

    def value(self, channel: str) -> float:
        """What a channel has in what is shown now: timeline, driven pose, or the session."""
        state = self._desk.live.over(self._desk.session.state)
        return read_channel(channel, state.pose, state.view)

    def _run(self, seconds: float) -> None:
        self.seconds = self._from = self._back = seconds
        self._began = self._clock()
        self.playing = True
        self._show()
        self._timer.start()
        self.state_changed.emit()

    def _show(self) -> None:
        state, timeline = self._desk.session.state, self.timeline
        empty = self.recording and timeline.duration <= 0.0
        if state.avatar is None or empty:
            return
        before, self.shown = self.shown, True
        pose, view = timeline.at(self.seconds, state.pose, state.view)
        turns = any(is_camera(curve.channel) for curve in timeline.curves)
        self._desk.live.play(pose, view if turns else None, recording=self.recording)
        if not before:
            self.state_changed.emit()

    def _leave(self) -> None:
        if self.shown:
            self.shown = False
            self._desk.live.play(None)
            self.state_changed.emit()

    def _on_timeline(self) -> None:
        if self.shown:
            self._show()

    def _on_session(self) -> None:
        if self.playing:
            self._show()
        else:
            self._leave()


def is_camera(channel: str) -> bool:
    """Whether a channel moves the camera."""
    return channel.startswith("camera.")


def playing_of(desk: Desk) -> Playing:
    """The desk's playhead, made when first asked for."""
    found = desk.findChild(Playing)
    return found if isinstance(found, Playing) else Playing(desk)
