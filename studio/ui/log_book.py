"""What happened since the window opened."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QObject, Signal

from studio.engine.events import DeviceChanged, FrameFailed
from studio.engine.faults import Fault
from studio.ui.desk import Desk

_LIMIT = 2000


@dataclass(frozen=True)
class LogEntry:
    """A line of the log.

    Attributes:
        kind: ``note``, ``warning`` or ``fault``; sentence: what happened.
        details: to copy, may be empty; when: seconds since the epoch.
    """

    kind: Literal["note", "warning", "fault"]
    sentence: str
    details: str = ""
    when: float = field(default_factory=time.time)


class LogBook(QObject):
    """Collects what the desk tells, also while no panel shows it."""

    added = Signal(object)
    cleared = Signal()
    fault_seen = Signal(object)
    """A ``Fault`` to show; the same one again in a row is told once."""
    warned = Signal(str)
    """A sentence to show until it is seen."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[LogEntry] = []
        self._last: str | None = None
        desk.notice.connect(self.note)
        desk.warning.connect(self.warn)
        desk.failed.connect(self.fault)
        desk.frame_failed.connect(self._frame_failed)
        desk.device_changed.connect(self._device_changed)

    def note(self, sentence: str) -> None:
        """Add a line that is no error."""
        self._last = None
        self._add(LogEntry("note", sentence))

    def warn(self, sentence: str) -> None:
        """Add a warning."""
        self._add(LogEntry("warning", sentence))
        self.warned.emit(sentence)

    def fault(self, fault: Fault) -> None:
        """Add a fault. A broken picture fails again with each movement: repeats are one line."""
        if fault.sentence == self._last:
            return
        self.record(fault)
        self.fault_seen.emit(fault)

    def record(self, fault: Fault) -> None:
        """Add a fault that is shown elsewhere."""
        self._last = fault.sentence
        text = f"{fault.sentence} {fault.remedy}".strip()
        self._add(LogEntry("fault", text, fault.details))

    def forget_repeats(self) -> None:
        """Tell the next fault even when it is the same as the last."""
        self._last = None

    def clear(self) -> None:
        """Remove all lines."""
        self.entries.clear()
        self.cleared.emit()

    def _add(self, entry: LogEntry) -> None:
        self.entries.append(entry)
        del self.entries[:-_LIMIT]
        self.added.emit(entry)

    def _frame_failed(self, event: FrameFailed) -> None:
        # The viewport shows it in the picture's place.
        if event.fault.sentence != self._last:
            self.record(event.fault)

    def _device_changed(self, event: DeviceChanged) -> None:
        if event.sentence:
            self.warn(event.sentence)
