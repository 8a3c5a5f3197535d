"""Asks the engine for frames whenever something that shows has changed, and takes the newest."""

from __future__ import annotations

import math
import time
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from studio.engine.events import FrameFailed, FrameReady
from studio.engine.live import Blinks
from studio.engine.pacer import Pacer, Quality
from studio.engine.request import FrameRequest
from studio.session.settings import Settings
from studio.session.state import OpenAvatar
from studio.ui.desk import Desk
from studio.ui.listen import listen

_SMALLEST = 16
_BLINK_TICK_MS = 25
_LIVE_REST = 0.4
"""Seconds without a new live pose after which the picture is at rest."""


class FramePump(QObject):
    """Low resolution while something moves, full resolution at rest, blinks in between.

    ``set_pixels`` says how large the picture is on the screen; nothing is asked for before that.
    """

    arrived = Signal(object)
    """A ``FrameReady`` that is newer than all before it."""
    failed = Signal(object)
    """A ``FrameFailed``; the picture before it stays valid."""
    cleared = Signal()
    """Nothing is open any more."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._handle: Any = None
        self._pixels = 0
        self._asked = self._shown = 0
        settings, look = desk.settings, desk.session.state.look
        self.pacer = Pacer(
            samples=look.samples,
            interactive=settings.interactive_resolution,
            rest_seconds=settings.rest_delay_ms / 1000,
        )
        self._blinks = Blinks()
        self._began = time.monotonic()
        self._rest = self._timer(self._on_rest)
        self._lids = self._timer(self._on_lids)
        self._connect()
        self._on_avatar(desk.session.avatar)

    def _timer(self, callback: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(callback)
        return timer

    def _connect(self) -> None:
        desk, session = self._desk, self._desk.session
        desk.frame_ready.connect(self._on_frame)
        desk.frame_failed.connect(self._on_failure)
        desk.settings_changed.connect(self._on_settings)
        listen(self, session.avatar_changed, self._on_avatar)
        listen(self, session.shape_changed, lambda _: self.ask())
        listen(self, session.pose_changed, lambda _: self.ask())
        listen(self, session.view_changed, lambda _: self.ask())
        listen(self, desk.live.changed, lambda _: self._on_live())
        listen(self, session.look_changed, lambda _: self._on_look())
        listen(self, session.behaviour_changed, lambda _: self._on_behaviour())

    def set_pixels(self, side: int) -> None:
        """Device pixels along a side of the picture; 0 while it cannot be seen."""
        if side != self._pixels:
            self._pixels = side
            self._fit()
            self.ask()
            self._plan_blink()

    def ask(self) -> None:
        """Something moved: ask for a quick frame now and for a full one at rest."""
        if self._visible:
            self._request(self.pacer.moved())
            self._plan_rest()

    @property
    def waiting(self) -> bool:
        """Whether a frame is on its way, or due at rest."""
        return self._asked > self._shown or self._rest.isActive()

    @property
    def asked(self) -> int:
        """Stamp of the newest request."""
        return self._asked

    @property
    def _visible(self) -> bool:
        return self._handle is not None and self._pixels >= _SMALLEST

    def _request(self, quality: Quality) -> None:
        live = self._desk.live
        # Who is driven or played blinks as the performer does.
        blinks = self._blinking and not live.active
        blink = self._blinks.amount(self._now) if blinks else 0.0
        shown = live.over(self._desk.session.state)
        request = FrameRequest.of(shown, quality, blink=blink)
        self._asked = self._desk.engine.request_frame(request)

    def _fit(self) -> None:
        look = self._desk.session.state.look
        self.pacer.full = max(_SMALLEST, min(self._pixels, look.resolution))
        self.pacer.samples = look.samples

    # What changes

    def _on_avatar(self, avatar: OpenAvatar | None) -> None:
        handle = None if avatar is None else avatar.handle
        if handle is self._handle:
            return
        self._handle = handle
        if handle is None:
            self._desk.engine.drop_frames()
            self._rest.stop()
            self._lids.stop()
            self.cleared.emit()
            return
        self.ask()
        self._plan_blink()

    def _on_live(self) -> None:
        self.pacer.follow(self._desk.live.active)
        self.ask()

    def _on_look(self) -> None:
        self._fit()
        self.ask()

    def _on_behaviour(self) -> None:
        self.ask()
        self._plan_blink()

    def _on_settings(self, settings: Settings) -> None:
        self.pacer.interactive = settings.interactive_resolution
        self.pacer.rest_seconds = settings.rest_delay_ms / 1000

    # Rest

    def _plan_rest(self) -> None:
        due = self.pacer.rest_in()
        if due is None:
            self._rest.stop()
        else:
            # Between two driven poses nothing rests: a full picture would hold up the next.
            live = _LIVE_REST if self._desk.live.active else 0.0
            self._rest.start(math.ceil(1000 * max(due, live)))

    def _on_rest(self) -> None:
        if self.pacer.rest_in() == 0 and self._visible:
            self._request(self.pacer.rested())
        else:
            self._plan_rest()

    # Blinks

    @property
    def _now(self) -> float:
        return time.monotonic() - self._began

    @property
    def _blinking(self) -> bool:
        return self._desk.session.state.behaviour.auto_blink

    def _plan_blink(self) -> None:
        if self._blinking and self._visible:
            self._lids.start(math.ceil(1000 * self._blinks.next_in(self._now)))
        else:
            self._lids.stop()

    def _on_lids(self) -> None:
        """Ask for a frame of a blink, or for the picture after it.

        Each waits for the one before, or slow ones would never be shown. Lids move in a picture
        at rest, so its size stays: it would be seen to soften.
        """
        if self.waiting:
            self._lids.start(_BLINK_TICK_MS)
            return
        moving = self._blinks.next_in(self._now) == 0.0
        self._request(Quality(self.pacer.full, self.pacer.samples, final=not moving))
        if moving:
            self._lids.start(_BLINK_TICK_MS)
        else:
            self._plan_blink()

    # What arrives

    def _on_frame(self, event: FrameReady) -> None:
        if event.stamp <= self._shown or event.request.avatar is not self._handle:
            return
        self._shown = event.stamp
        if not event.nearest:
            self.pacer.measured(event.request.quality, event.made_ms)
        self.arrived.emit(event)

    def _on_failure(self, event: FrameFailed) -> None:
        if event.stamp <= self._shown or event.request.avatar is not self._handle:
            return
        self._shown = event.stamp
        self.failed.emit(event)
