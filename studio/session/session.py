"""The session: one door through which everything that is open changes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from models.pose import Pose
from studio.session.event import Event
from studio.session.history import History, Step
from studio.session.look import Look
from studio.session.on_disk import OnDisk
from studio.session.project import OpenedProject, SavedProject
from studio.session.state import Behaviour, OpenAvatar, State, shape_beyond
from studio.session.view import View

MERGE_SECONDS = 1.0
"""Changes with the same key that follow each other more quickly become one step."""

_PARTS = tuple(item.name for item in fields(State))
_TOLD = (*_PARTS, "history", "title")


class Session:
    """State, history and events. Belongs to one thread (the window's).

    Every change goes through ``change``; the events of the parts that differ are emitted after
    the whole state is in place. ``history_changed`` says that undo list or position changed,
    ``title_changed`` that the title or the unsaved mark did.
    """

    def __init__(
        self, *, undo_limit: int = 200, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.avatar_changed: Event[OpenAvatar | None] = Event()
        self.shape_changed: Event[tuple[float, ...]] = Event()
        self.pose_changed: Event[Pose] = Event()
        self.view_changed: Event[View] = Event()
        self.look_changed: Event[Look] = Event()
        self.behaviour_changed: Event[Behaviour] = Event()
        self.presets_changed: Event[Mapping[str, Pose]] = Event()
        self.timeline_changed: Event[Mapping[str, Any] | None] = Event()
        self.driving_changed: Event[Mapping[str, Any] | None] = Event()
        self.history_changed: Event[History] = Event()
        self.title_changed: Event[str] = Event()
        self._clock = clock
        self._state = State()
        self._on_disk = OnDisk(self._state)
        self._gesture: str | None = None
        self._gesture_step: Step | None = None
        self._untold: set[str] = set()
        self._telling = False
        self._title = self.title
        self.history = History(self._state, undo_limit)

    @property
    def state(self) -> State:
        """Everything as it is now."""
        return self._state

    @property
    def avatar(self) -> OpenAvatar | None:
        """What is open."""
        return self._state.avatar

    @property
    def project(self) -> Path | None:
        """The project's file, None while it was never saved."""
        return self._on_disk.project_of(self._state.avatar)

    def change(self, label: str, *, merge: str | None = None, **parts: Any) -> bool:
        """Change parts of the state by name: ``session.change("Smile", pose=pose)``.

        Args:
            label: for the undo list.
            merge: changes with the same key within a second become one step, as typing or wheel
                clicks do. Inside a gesture everything is one step anyway.
            parts: fields of ``State``.

        Returns:
            False when nothing differs from before; no step is made then.

        Raises:
            TypeError: for a part that the state does not have.
        """
        state = replace(self._state, **parts)
        if state == self._state:
            return False
        step = Step(label, state, merge, self._clock())
        if self._may_amend(step):
            self.history.amend(replace(step, label=self.history.current.label))
        else:
            self.history.push(step if self._gesture is None else replace(step, label=self._gesture))
        if self._gesture is not None:
            self._gesture_step = self.history.current
        self._become(state)
        return True

    def _may_amend(self, step: Step) -> bool:
        last = self.history.current
        if self._gesture is not None:
            return last is self._gesture_step
        recent = step.time - last.time <= MERGE_SECONDS
        same = step.merge is not None and step.merge == last.merge
        kept = self._on_disk.state_of(self._state.avatar)
        return same and recent and not self.history.can_redo and last.state is not kept

    def begin(self, label: str) -> None:
        """Begin a gesture (a mouse drag): all changes until ``end`` are one step of this name."""
        self.end()
        self._gesture, self._gesture_step = label, None

    def end(self) -> None:
        """End the gesture; one that changed nothing in the end leaves no step."""
        step, self._gesture, self._gesture_step = self._gesture_step, None, None
        if step is None or step is not self.history.current:
            return
        # Whatever follows is a step of its own.
        self.history.amend(replace(step, merge=None))
        before = self.history.steps[self.history.position - 1].state
        if before == step.state:
            self.history.drop()
            self._state = before
            self.history_changed.emit(self.history)

    def cancel(self) -> None:
        """End the gesture and take back what it did (Escape during a drag)."""
        step = self._gesture_step
        self._gesture, self._gesture_step = None, None
        if step is not None and step is self.history.current:
            self.history.drop()
            self._become(self.history.current.state)

    @property
    def in_gesture(self) -> bool:
        """Whether something is being dragged."""
        return self._gesture is not None

    @contextlib.contextmanager
    def gesture(self, label: str) -> Iterator[None]:
        """``begin`` and ``end`` around a block; what it raises takes the changes back."""
        self.begin(label)
        try:
            yield
        except BaseException:
            self.cancel()
            raise
        self.end()

    def undo(self) -> bool:
        """Take the last step back; False when there is none."""
        self.end()
        return self.history.can_undo and self._jump(self.history.position - 1)

    def redo(self) -> bool:
        """Do the step again that was undone last; False when there is none."""
        self.end()
        return self.history.can_redo and self._jump(self.history.position + 1)

    def jump(self, index: int) -> None:
        """Go to a step of the undo list. Raises ``IndexError`` when there is none."""
        self.end()
        self._jump(index)

    def _jump(self, index: int) -> bool:
        self._become(self.history.jump(index))
        return True

    def _become(self, state: State) -> None:
        """Make ``state`` the current one, then tell which parts changed.

        A change that a listener makes is told after this one, so that whoever listens hears the
        newest value last.
        """
        before, self._state = self._state, state
        self._untold.update(n for n in _PARTS if getattr(before, n) != getattr(state, n))
        self._untold.update(("history", "title"))
        if self._telling:
            return
        self._telling = True
        errors: list[Exception] = []
        try:
            while self._untold:
                name = min(self._untold, key=_TOLD.index)
                self._untold.discard(name)
                try:
                    self._tell(name)
                except Exception as error:
                    errors.append(error)
        finally:
            self._telling = False
        if errors:
            raise errors[0]

    def _tell(self, name: str) -> None:
        if name == "history":
            self.history_changed.emit(self.history)
        elif name == "title":
            self._tell_title()
        else:
            event: Event[Any] = getattr(self, f"{name}_changed")
            event.emit(getattr(self._state, name))

    def open_avatar(self, avatar: OpenAvatar) -> None:
        """Show another avatar in its source pose and view; undo brings the former one back.

        An avatar that has a file, opened when nothing was unsaved, leaves nothing unsaved. The
        project that was open stays with its avatar: saving does not write the new one over it.
        """
        clean = not self.modified and avatar.path is not None
        self.end()
        pose = getattr(avatar.handle, "source_pose", Pose.neutral())
        self.change(f"Open {avatar.name}", avatar=avatar, shape=(), pose=pose, view=View())
        if clean:
            self._on_disk.opened = self._state
            self._tell_title()

    def avatar_saved(
        self,
        avatar: OpenAvatar,
        path: Path,
        sha256: str,
        handle: Any = None,
        shape: tuple[float, ...] = (),
    ) -> None:
        """Note that ``avatar`` now has a file, in all steps; makes no step itself.

        ``avatar_changed`` follows with a new value of the same handle. When the file holds the
        person changed by ``shape``, as ``handle`` does, that one takes the avatar's place, and all
        steps change it by so much less: they look as before.
        """
        handle = avatar.handle if handle is None else handle
        new = replace(avatar, handle=handle, path=path, sha256=sha256, copy=None, name=path.stem)

        def renamed(state: State) -> State:
            if state.avatar is not avatar:
                return state
            return replace(state, avatar=new, shape=shape_beyond(state.shape, shape))

        self.history.rewrite(renamed)
        self._on_disk.avatar_saved(avatar, new, renamed)
        self._become(renamed(self._state))

    def open_project(self, opened: OpenedProject, *, recovered: bool = False) -> None:
        """Replace everything by a project; the undo list begins anew.

        What was ``recovered`` after a crash counts as unsaved.
        """
        self._gesture, self._gesture_step = None, None
        self.history = History(opened.state, self.history.limit)
        self._on_disk.put(opened.path, opened.state)
        if recovered:
            self._on_disk.saved = State()
        self._become(opened.state)

    def project_saved(self, saved: SavedProject) -> None:
        """Note that the state from which saving began is now in a file."""
        self._on_disk.put(saved.path, saved.state)
        if saved.avatar_path is not None and saved.state.avatar is not None:
            self.avatar_saved(saved.state.avatar, saved.avatar_path, saved.sha256)
        self._tell_title()

    @property
    def modified(self) -> bool:
        """Whether something would be lost by closing.

        A view alone counts only in a project that has a file.
        """
        now, saved = self._state, self._on_disk.state_of(self._state.avatar)
        if now.avatar is not None and now.avatar.path is None:
            return True
        if self.project is None:
            saved = replace(saved, view=now.view)
        return now != saved

    @property
    def title(self) -> str:
        """For the window: the project's or avatar's name, with a star while unsaved."""
        avatar = self._state.avatar
        project = self.project
        if project is not None:
            name = project.stem
        else:
            name = "Untitled" if avatar is None else avatar.name
        return f"{name}{'*' if self.modified else ''}"

    def _tell_title(self) -> None:
        if self.title != self._title:
            self._title = self.title
            self.title_changed.emit(self._title)
