"""The comparison with the source photo: where it lies, and how it fades when the head turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QVariantAnimation, Signal

from studio.engine.pictures import source_picture
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.viewport.placement import PhotoPlace, photo_place
from studio.ui.viewport.scene import Comparison

_FADE_MS = 160


class Compare(QObject):
    """Whether photo and picture are compared, at which line, and whether they meet."""

    changed = Signal()
    """Comparison, photo, or whether they meet."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._on = False
        self._edge = 0.5
        self._place = PhotoPlace()
        self._fade = QVariantAnimation(self)
        self._fade.setDuration(_FADE_MS)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.valueChanged.connect(lambda _: self.changed.emit())
        listen(self, desk.session.view_changed, lambda _: self._follow())
        listen(self, desk.session.avatar_changed, lambda _: self._follow())
        self._follow()

    @property
    def on(self) -> bool:
        """Whether the person asked for it and something is open."""
        return self._on and self._desk.session.avatar is not None

    @property
    def meets(self) -> bool:
        """Whether the view is the photo's, up to zoom and pan."""
        return self._now() is not None

    @property
    def edge(self) -> float:
        """Share of the picture left of which the photo shows."""
        return self._edge

    def switch(self, on: bool) -> None:
        """Begin or end comparing."""
        if on != self._on:
            self._on = on
            self._follow(fade=False)

    def move(self, edge: float) -> None:
        """Put the line elsewhere."""
        self._edge = min(max(edge, 0.0), 1.0)
        self.changed.emit()

    def comparison(self) -> Comparison | None:
        """What to draw, None when nothing is compared."""
        opacity = float(self._fade.currentValue() or 0.0)
        if not self.on or opacity <= 0.0:
            return None
        return Comparison(self._edge, self._place, opacity)

    def photo(self) -> NDArray[np.uint8] | None:
        """The open avatar's photo (S, S, 3) uint8, None while it is not needed."""
        avatar = self._desk.session.avatar
        return source_picture(avatar.handle) if self.on and avatar is not None else None

    def _now(self) -> PhotoPlace | None:
        state = self._desk.session.state
        if state.avatar is None:
            return None
        return photo_place(state.view, state.avatar.handle.source_camera)

    def _follow(self, fade: bool = True) -> None:
        place = self._now()
        if place is not None:
            self._place = place
        forward = QVariantAnimation.Direction.Forward
        wanted = forward if place is not None else QVariantAnimation.Direction.Backward
        if not fade or not self.on:
            self._fade.stop()
            self._fade.setDirection(wanted)
            self._fade.setCurrentTime(_FADE_MS if wanted == forward else 0)
        elif wanted != self._fade.direction():
            self._fade.setDirection(wanted)
            if self._fade.state() != QVariantAnimation.State.Running:
                self._fade.start()
        self.changed.emit()
