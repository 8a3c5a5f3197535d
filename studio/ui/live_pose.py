"""What is shown instead of the session's pose for a moment: a driven pose, a played timeline."""

from __future__ import annotations

from dataclasses import replace

from models.pose import Pose
from studio.session.event import Event
from studio.session.pose_parts import PARTS, taking
from studio.session.state import State
from studio.session.view import View

_ALL = frozenset(PARTS)


class LivePose:
    """Lies over the session's state, makes no steps; belongs to the window's thread.

    The session's pose stays what the person set: it is what a driven face rests in.
    """

    def __init__(self) -> None:
        self.changed: Event[LivePose] = Event()
        self._driven: Pose | None = None
        self._parts = _ALL
        self._played: Pose | None = None
        self._view: View | None = None
        self._recording = False
        self._made: tuple[Pose, Pose] | None = None

    @property
    def active(self) -> bool:
        """Whether something else than the session's pose is shown."""
        return self._driven is not None or self._played is not None

    @property
    def driven_parts(self) -> frozenset[str]:
        """The parts of the face that a performer moves just now."""
        return self._parts if self._driven is not None else frozenset()

    @property
    def shown_parts(self) -> frozenset[str]:
        """The parts of which something else than the session's pose is shown."""
        return _ALL if self._played is not None else self.driven_parts

    def drive(self, pose: Pose | None, parts: frozenset[str] = _ALL) -> None:
        """Show a driven pose, of which ``parts`` count; None for none."""
        if pose is self._driven and parts == self._parts:
            return
        self._driven, self._parts = pose, parts
        self._tell()

    def play(self, pose: Pose | None, view: View | None = None, *, recording: bool = False) -> None:
        """Show the timeline, over what is driven, or while ``recording`` below it."""
        if pose is None and self._played is None and self._view is None:
            return
        self._played, self._view, self._recording = pose, view, recording
        self._made = None
        # While a take is recorded the next driven pose, which comes soon, shows this one too.
        if not recording or self._driven is None:
            self._tell()

    def pose(self, base: Pose) -> Pose:
        """The pose that is shown over the session's."""
        if self._made is None or self._made[0] is not base:
            self._made = base, self._over(base)
        return self._made[1]

    def over(self, state: State) -> State:
        """The state that is shown."""
        if not self.active:
            return state
        return replace(state, pose=self.pose(state.pose), view=self._view or state.view)

    def _over(self, base: Pose) -> Pose:
        below = base if self._played is None else self._played
        if self._driven is None or (self._played is not None and not self._recording):
            return below
        return taking(below, self._driven, self._parts)

    def _tell(self) -> None:
        self._made = None
        self.changed.emit(self)
