"""Joins a control to the session: a drag is one step, and so is each typed value."""

from __future__ import annotations

from collections.abc import Callable

from studio.session.session import Session
from studio.ui.controls.value_control import ValueControl


def edits(
    control: ValueControl,
    session: Session,
    label: str,
    change: Callable[[float], object],
    reset: Callable[[], object] | None = None,
) -> None:
    """Have ``control`` change the session.

    Args:
        control: what is dragged.
        session: whose gesture frames a drag.
        label: of the step in the undo list.
        change: makes the session's value that of its argument.
        reset: what a double click does; without it, ``change`` to the value at rest.
    """
    control.drag_began.connect(lambda: session.begin(label))
    control.drag_ended.connect(session.end)
    control.drag_cancelled.connect(session.cancel)
    control.edited.connect(change)
    rest = control.span.rest
    control.reset_asked.connect((lambda: change(rest)) if reset is None else reset)
