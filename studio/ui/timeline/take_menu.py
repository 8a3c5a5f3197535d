"""What can be done with a take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from studio.session.pose_parts import PARTS
from studio.session.takes import Take
from studio.session.timeline import Timeline
from studio.ui.icons import icon
from studio.ui.timeline import edits
from studio.ui.timeline.store import TimelineStore

_WEIGHTS = (1.0, 0.75, 0.5, 0.25)
_LOOPS = (1, 2, 3, 5, 10)


class TakeMenu(QObject):
    """Makes the menu; every entry is one step."""

    export_asked = Signal(str)
    rename_asked = Signal(str)

    def __init__(self, store: TimelineStore, parent: QWidget) -> None:
        super().__init__(parent)
        self._store, self._owner = store, parent

    def menu(self, name: str) -> QMenu:
        """The menu for a take of the timeline."""
        take = self._store.timeline.take(name)
        menu = QMenu(self._owner)
        muted = menu.addAction(self.tr("Muted"))
        muted.setCheckable(True)
        muted.setChecked(take.muted)
        muted.triggered.connect(lambda on: self._change(name, replace(take, muted=on)))
        self._choices(menu.addMenu(self.tr("Strength")), name, take)
        self._counts(menu.addMenu(self.tr("Play")), name, take)
        self._parts(menu.addMenu(self.tr("Moves")), name, take)
        menu.addSeparator()
        for text, by in ((self.tr("Layer up"), 1), (self.tr("Layer down"), -1)):
            menu.addAction(text).triggered.connect(
                lambda _on, by=by: self._put(
                    self.tr("Order of takes"), edits.lifted_take(self._store.timeline, name, by)
                )
            )
        whole = menu.addAction(self.tr("Take back the trimming"))
        whole.triggered.connect(lambda _on: self._change(name, take.trimmed(0.0, float("inf"))))
        menu.addSeparator()
        rename = menu.addAction(icon("ph.pencil-simple"), self.tr("Rename…"))
        rename.triggered.connect(lambda _on: self.rename_asked.emit(name))
        export = menu.addAction(icon("ph.export"), self.tr("Export…"))
        export.triggered.connect(lambda _on: self.export_asked.emit(name))
        delete = menu.addAction(icon("ph.trash"), self.tr("Delete"))
        delete.triggered.connect(lambda _on: self.delete(name))
        return menu

    def rename(self, name: str, new: str) -> None:
        """Give a take another name; one that another has changes nothing."""
        if new.strip():
            take = self._store.timeline.take(name)
            self._change(name, replace(take, name=new.strip()[:80]), self.tr("Rename {0}"))

    def delete(self, name: str) -> None:
        """Remove a take."""
        timeline = self._store.timeline.without_take(name)
        self._put(self.tr("Delete {0}").format(name), timeline)

    def _choices(self, menu: QMenu, name: str, take: Take) -> None:
        for weight in _WEIGHTS:
            self._option(
                menu,
                f"{100 * weight:.0f} %",
                take.weight == weight,
                lambda _on, weight=weight: self._change(name, replace(take, weight=weight)),
            )

    def _counts(self, menu: QMenu, name: str, take: Take) -> None:
        for loops in _LOOPS:
            text = self.tr("Once") if loops == 1 else self.tr("{0} times").format(loops)
            self._option(
                menu,
                text,
                take.loops == loops,
                lambda _on, loops=loops: self._change(name, replace(take, loops=loops)),
            )

    def _parts(self, menu: QMenu, name: str, take: Take) -> None:
        for part in PARTS:
            parts = take.parts ^ {part}
            self._option(
                menu,
                part.capitalize(),
                part in take.parts,
                lambda _on, parts=parts: self._change(name, replace(take, parts=parts)),
            )

    def _option(self, menu: QMenu, text: str, on: bool, call: Callable[..., object]) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(on)
        action.triggered.connect(call)

    def _change(self, name: str, take: Take, label: str = "") -> None:
        label = label or self.tr("Change {0}")
        self._put(label.format(name), edits.changed_take(self._store.timeline, name, take))

    def _put(self, label: str, timeline: Timeline) -> None:
        self._store.change(label, timeline)
