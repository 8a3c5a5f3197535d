"""Actions as values, and the ``QAction`` objects made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.ui.icons import icon


class Needs(Enum):
    """What must be so for an action to be possible."""

    NOTHING = "nothing"
    AVATAR = "avatar"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True)
class Action:
    """Something the person can do.

    Attributes:
        id: unique, such as ``file.open``; the ``QAction`` has it as its object name.
        text: for menus and the palette, translated; an ellipsis when more is asked first.
        run: does it.
        shortcut: keys in Qt's portable notation, the first is shown.
        icon: of ``studio.ui.icons``, may be empty.
        needs: when it is possible.
        checked: for switches: how it stands now; ``run`` toggles it.
        about: what menus say behind the text: to what it would be done now.
        line: whether menus have a line above it.
        category: the menu it belongs to, translated.
        submenu: title of the submenu that it lies in, translated; empty for none.
    """

    id: str
    text: str
    run: Callable[[], object]
    shortcut: str | Sequence[str] = ()
    icon: str = ""
    needs: Needs = Needs.NOTHING
    checked: Callable[[], bool] | None = None
    about: Callable[[], str] | None = None
    line: bool = False
    submenu: str = ""
    category: str = ""

    @property
    def shortcuts(self) -> tuple[str, ...]:
        """All shortcuts."""
        if isinstance(self.shortcut, str):
            return (self.shortcut,) if self.shortcut else ()
        return tuple(self.shortcut)


class ActionSet(QObject):
    """The window's actions: one list for menus, palette, shortcut sheet and tooltips."""

    def __init__(self, window: QWidget, possible: Callable[[Needs], bool]) -> None:
        """``possible`` tells whether what an action needs is there."""
        super().__init__(window)
        self._window, self._possible = window, possible
        self._actions: dict[str, Action] = {}
        self._made: dict[str, QAction] = {}
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)

    def add(self, actions: Sequence[Action]) -> None:
        """Add actions at the end of the list. Raises ``ValueError`` for an id that is taken."""
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"two actions are called {action.id}")
            self._actions[action.id] = action
            self._made[action.id] = self._make(action)
        self.refresh()

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def __getitem__(self, name: str) -> QAction:
        """The ``QAction`` of an action. Raises ``KeyError``."""
        return self._made[name]

    def refresh(self) -> None:
        """Enable what is possible now, and tick what is on."""
        for action in self:
            made = self._made[action.id]
            made.setEnabled(self._possible(action.needs))
            if action.checked is not None:
                made.setChecked(action.checked())
            if action.about is not None:
                made.setText(f"{action.text} {action.about().replace('&', '&&')}".rstrip())

    def refresh_soon(self) -> None:
        """Refresh once the events that wait are done, however often this is called before."""
        self._soon.start()

    def _make(self, action: Action) -> QAction:
        made = QAction(action.text, self._window)
        made.setObjectName(action.id)
        made.setShortcuts([QKeySequence(keys) for keys in action.shortcuts])
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        made.setMenuRole(QAction.MenuRole.NoRole)
        made.setToolTip(_tooltip(action.text, action.shortcuts))
        if action.icon:
            made.setIcon(icon(action.icon))
        made.setCheckable(action.checked is not None)
        made.triggered.connect(lambda: self._run(action))
        self._window.addAction(made)
        return made

    def _run(self, action: Action) -> None:
        try:
            action.run()
        finally:
            self.refresh()


def find_action(widget: QWidget, name: str) -> QAction | None:
    """The window's action of this id, for a panel's button; None in a widget on its own.

    A widget in a floating dock finds the actions of the window that the dock belongs to.
    """
    top = widget
    while (above := top.parentWidget()) is not None:
        top = above
    found = top.findChild(QAction, name)
    return found if isinstance(found, QAction) else None


def _tooltip(text: str, shortcuts: Sequence[str]) -> str:
    """The text and the first shortcut as this system writes it."""
    plain = text.rstrip("…").replace("&", "")
    if not shortcuts:
        return plain
    return f"{plain} ({shown_keys(shortcuts[0])})"


def shown_keys(shortcut: str) -> str:
    """A shortcut as this system writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
