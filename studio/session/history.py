"""Undo and redo: a list of states with labels and a position in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from studio.session.state import State

_AVATARS_KEPT = 3
"""An avatar takes some hundred megabytes: steps that would keep a fourth alive are forgotten."""


@dataclass(frozen=True)
class Step:
    """A state, how it came about, and whether the next change may become part of it.

    Attributes:
        label: for the undo list, such as ``Smile left``.
        state: the state after the change.
        merge: changes with the same key may amend this step; None never.
        time: seconds on the session's clock when it was made or amended.
    """

    label: str
    state: State
    merge: str | None = None
    time: float = 0.0


class History:
    """Steps; the first is what the session began with."""

    def __init__(self, state: State, limit: int = 200) -> None:
        """Begin with ``state``; ``limit`` is the number of steps that can be undone."""
        self._steps = [Step("Start", state)]
        self._position = 0
        self.limit = max(1, limit)

    @property
    def steps(self) -> Sequence[Step]:
        """All steps, oldest first, undone ones included."""
        return tuple(self._steps)

    @property
    def position(self) -> int:
        """Index of the current step."""
        return self._position

    @property
    def current(self) -> Step:
        """The current step."""
        return self._steps[self._position]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back."""
        return self._position + 1 < len(self._steps)

    @property
    def undone_next(self) -> str:
        """Label of the step that undo takes back, empty without one."""
        return self.current.label if self.can_undo else ""

    @property
    def redone_next(self) -> str:
        """Label of the step that redo does again, empty without one."""
        return self._steps[self._position + 1].label if self.can_redo else ""

    def push(self, step: Step) -> None:
        """Add a step after the current one; steps that were undone are gone."""
        del self._steps[self._position + 1 :]
        self._steps.append(step)
        self._position += 1
        while self._position > self.limit or self._avatars() > _AVATARS_KEPT:
            del self._steps[0]
            self._position -= 1

    def amend(self, step: Step) -> None:
        """Put ``step`` in place of the current one; steps that were undone are gone."""
        del self._steps[self._position + 1 :]
        self._steps[self._position] = step

    def drop(self) -> None:
        """Forget the current step and everything after it; the first one stays."""
        if self.can_undo:
            del self._steps[self._position :]
            self._position -= 1

    def jump(self, index: int) -> State:
        """Make the step ``index`` current. Raises ``IndexError`` when there is none."""
        if not 0 <= index < len(self._steps):
            raise IndexError(f"there is no step {index}")
        self._position = index
        return self.current.state

    def rewrite(self, change: Callable[[State], State]) -> None:
        """Apply ``change`` to the state of every step."""
        self._steps = [replace(step, state=change(step.state)) for step in self._steps]

    def _avatars(self) -> int:
        return len({id(s.state.avatar) for s in self._steps if s.state.avatar is not None})
