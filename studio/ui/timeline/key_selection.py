"""Which keys are chosen, in tracks and curve editor alike, and what is done to them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from studio.session.curves import Curve, Easing
from studio.session.timeline import Timeline
from studio.ui.timeline import key_edits
from studio.ui.timeline.key_edits import KeyName, Keys
from studio.ui.timeline.playing import Playing

_NONE: Keys = frozenset()


class KeySelection(QObject):
    """A set of keys by channel and time; each command is one step.

    Attributes:
        keys: those that are chosen and there.
    """

    changed = Signal()

    def __init__(self, playing: Playing) -> None:
        super().__init__(playing)
        self._playing = playing
        self._copied: tuple[Curve, ...] = ()
        self._before: tuple[Timeline, Keys] | None = None
        self.keys: Keys = _NONE

    def choose(self, keys: Iterable[KeyName]) -> None:
        """Choose these and no others."""
        chosen = frozenset(keys)
        if chosen != self.keys:
            self.keys = chosen
            self.changed.emit()

    def press(self, key: KeyName, *, more: bool) -> None:
        """A key is pressed: choose it, or with ``more`` add or take it from those chosen."""
        if more:
            self.choose(self.keys ^ {key})
        elif key not in self.keys:
            self.choose({key})

    def prune(self) -> None:
        """Forget keys that are not there any more, unless they are being dragged."""
        if self._before is None:
            self.choose(self.keys & key_edits.all_keys(self._timeline))

    def remove(self) -> None:
        """Remove what is chosen."""
        if self.keys:
            keys, self.keys = self.keys, _NONE
            label = self.tr("Delete key") if len(keys) == 1 else self.tr("Delete keys")
            self._playing.store.change(label, key_edits.without_keys(self._timeline, keys))
            self.changed.emit()

    def ease(self, easing: Easing, keys: Keys | None = None) -> None:
        """Another easing from the chosen keys on, or from others."""
        wanted = self.keys if keys is None else keys
        timeline = key_edits.eased_keys(self._timeline, wanted, easing)
        self._playing.store.change(self.tr("Easing"), timeline)

    def copy(self) -> None:
        """Remember the chosen keys for ``paste``."""
        if self.keys:
            self._copied = key_edits.copied_keys(self._timeline, self.keys)

    def cut(self) -> None:
        """Copy and remove."""
        self.copy()
        self.remove()

    @property
    def can_paste(self) -> bool:
        """Whether something was copied."""
        return bool(self._copied)

    def paste(self) -> None:
        """Lay copied keys in at the playhead; those of a single channel in the chosen one."""
        if self._copied:
            playing = self._playing
            timeline, keys = key_edits.pasted_keys(
                playing.timeline, self._copied, playing.seconds, playing.channel
            )
            playing.store.change(self.tr("Paste keys"), timeline)
            self.choose(keys)

    def choose_all(self, channel: str | None = None) -> None:
        """Choose all keys, or all of a channel."""
        self.choose(key_edits.all_keys(self._timeline, channel))

    # Dragging

    @property
    def dragging(self) -> bool:
        """Whether the chosen keys are being dragged."""
        return self._before is not None

    def begin_drag(self) -> None:
        """Begin to move the chosen keys: one step until ``end_drag``."""
        self._before = self._timeline, self.keys
        self._playing.store.begin(self._label)

    def drag(self, seconds: float, value: float = 0.0) -> None:
        """Move them by so much from where they were; by a value, those of the edited channel."""
        if self._before is not None:
            timeline, keys = self._before
            moved, self.keys = key_edits.moved_keys(
                timeline, keys, seconds, value, self._playing.channel
            )
            self._playing.store.change(self._label, moved)
            self.changed.emit()

    def end_drag(self, *, keep: bool) -> None:
        """Let go, or put them back."""
        if self._before is not None:
            before, self._before = self._before[1], None
            self._playing.store.end(keep=keep)
            if not keep:
                self.choose(before)
            self.prune()

    @property
    def _label(self) -> str:
        return self.tr("Move key") if len(self.keys) == 1 else self.tr("Move keys")

    @property
    def _timeline(self) -> Timeline:
        return self._playing.timeline
