"""Keyboard commands on chosen keyframes, the same in tracks and curve editor."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence

from studio.ui.timeline.key_selection import KeySelection


def key_command(selection: KeySelection, event: QKeyEvent) -> Callable[[], object] | None:
    """Copy, cut or paste; None when the event is none of them, or there is nothing to do it to."""
    standard = QKeySequence.StandardKey
    if event.matches(standard.Paste) and selection.can_paste:
        return selection.paste
    if not selection.keys:
        return None
    if event.matches(standard.Copy):
        return selection.copy
    return selection.cut if event.matches(standard.Cut) else None


def is_claimed(selection: KeySelection, event: QEvent) -> bool:
    """Whether a key means keyframes here; it is then not taken for a shortcut of the window."""
    claimed = (
        event.type() == QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and key_command(selection, event) is not None
    )
    if claimed:
        event.accept()
    return claimed
