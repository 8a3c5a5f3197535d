"""The playhead: plays the timeline over the session's pose, or shows one moment of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from studio.session.channels import read_channel
from studio.session.curves import Curve
from studio.session.timeline import Timeline
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.timeline.store import TimelineStore

_TICK_MS = 16


class Playing(QObject):
    """One for a desk; see ``playing_of``.

    While it plays or stands at a moment, the timeline is shown; a change of pose or view by the
    person at a standing playhead shows the session again, so that what is changed is seen.
    """

    moved = Signal(float)
    """Where the playhead stands, seconds."""
    state_changed = Signal()
    """Playing, recording or being shown began or ended."""

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(desk)
        self._desk, self._clock = desk, clock
        self.store = TimelineStore(desk.session)
        self.seconds = 0.0
        self.playing = self.recording = self.shown = False
        self._began = self._from = self._back = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        desk.closing.connect(self._timer.stop)
        session = desk.session
        listen(self, session.timeline_changed, lambda _: self._on_timeline())
        listen(self, session.pose_changed, lambda _: self._on_session())
        listen(self, session.view_changed, lambda _: self._on_session())
        listen(self, session.avatar_changed, lambda a: self.stop() if a is None else None)

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

    def value(self, channel: str) -> float:
        """What a channel has at the playhead, in what is shown."""
        curve = self.timeline.curve(channel)
        if curve.keys:
            return curve.at(self.seconds)
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
        if state.avatar is None:
            return
        before, self.shown = self.shown, True
        pose, view = timeline.at(self.seconds, state.pose, state.view)
        turns = any(moves_camera(curve) for curve in timeline.curves)
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


def moves_camera(curve: Curve) -> bool:
    """Whether a curve moves the camera."""
    return curve.channel.startswith("camera.")


def playing_of(desk: Desk) -> Playing:
    """The desk's playhead, made when first asked for."""
    found = desk.findChild(Playing)
    return found if isinstance(found, Playing) else Playing(desk)
