"""The pose panel while something else than the session's pose is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from models.pose import Pose
from studio.ui.controls.value_control import ValueControl
from studio.ui.desk import Desk
from studio.ui.listen import listen

_INTERVAL_MS = 66
"""Numbers that change more often than this cannot be read."""


class LiveValues(QObject):
    """Shows a driven or played pose, tinted; what a performer moves cannot be set by hand then.

    What is not armed stays editable, and so does everything while the timeline is shown.
    """

    def __init__(
        self,
        desk: Desk,
        panel: QWidget,
        show: Callable[[Pose], object],
        controls: Mapping[str, Sequence[QWidget]],
    ) -> None:
        """``show`` shows a pose in ``panel``; ``controls`` are those of each part of the face."""
        super().__init__(panel)
        self._desk, self._panel, self._show, self._controls = desk, panel, show, controls
        self._tinted = self._locked = frozenset[str]()
        self._soon = QTimer(self, singleShot=True, interval=_INTERVAL_MS)
        self._soon.timeout.connect(self.refresh)
        listen(panel, desk.session.pose_changed, lambda _pose: self.refresh())
        listen(panel, desk.live.changed, lambda _live: self._on_live())

    def refresh(self) -> None:
        """Show the pose that the picture shows."""
        self._tint(self._desk.live.shown_parts, self._desk.live.driven_parts)
        self._show(self._desk.live.pose(self._desk.session.state.pose))

    def _on_live(self) -> None:
        if not self._desk.live.active:
            self._soon.stop()
            self.refresh()
        elif self._panel.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _tint(self, tinted: frozenset[str], locked: frozenset[str]) -> None:
        if (tinted, locked) == (self._tinted, self._locked):
            return
        self._tinted, self._locked = tinted, locked
        for part, controls in self._controls.items():
            for control in controls:
                control.setEnabled(part not in locked)
                if isinstance(control, ValueControl):
                    control.show_live(part in tinted)
