"""Session events for widgets: connected while the widget lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from studio.session.event import Event

Value = TypeVar("Value")


def listen(widget: QObject, event: Event[Value], callback: Callable[[Value], object]) -> None:
    """Call ``callback`` on ``event`` until ``widget`` is destroyed."""
    disconnect = event.connect(callback)
    widget.destroyed.connect(lambda: disconnect())
