"""What of a session is in files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.session.state import OpenAvatar, State, same_avatar


@dataclass
class OnDisk:
    """The states that were last saved or opened.

    Attributes:
        saved: of the project, or the empty one; opened: of an avatar's file opened since.
        project: the project's file, None while it was never saved; owner: the avatar it shows.
    """

    saved: State = field(default_factory=State)
    opened: State | None = None
    project: Path | None = None
    owner: OpenAvatar | None = None

    def put(self, project: Path | None, saved: State) -> None:
        """A project was saved or opened in this state."""
        self.saved, self.opened = saved, None
        self.project, self.owner = project, saved.avatar

    def project_of(self, avatar: OpenAvatar | None) -> Path | None:
        """The file of the project that shows ``avatar``; another one is not written over."""
        return self.project if self.owner is None or same_avatar(avatar, self.owner) else None

    def state_of(self, avatar: OpenAvatar | None) -> State:
        """What was last saved or opened of ``avatar``."""
        if self.opened is not None and same_avatar(avatar, self.opened.avatar):
            return self.opened
        return self.saved

    def avatar_saved(
        self, avatar: OpenAvatar, new: OpenAvatar, renamed: Callable[[State], State]
    ) -> None:
        """``new`` has taken the place of ``avatar``, whose states are ``renamed``."""
        if same_avatar(self.owner, avatar):
            self.owner = new
        self.saved = renamed(self.saved)
        if self.opened is not None and self.opened.avatar is avatar:
            # The file is that of the person as changed.
            self.opened = replace(self.opened, avatar=new)
