"""The menu bar, made from the list of actions."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QMenu, QMenuBar

from studio.ui.action_set import ActionSet


def fill_menus(bar: QMenuBar, actions: ActionSet, after: Mapping[str, QMenu]) -> None:
    """One menu for each category and one for each submenu, in the order of the list.

    ``after`` are other menus by the id of the action that they follow, such as the recent files.
    """
    menus: dict[tuple[str, str], QMenu] = {}
    for action in actions:
        top = menus.get((action.category, ""))
        if top is None:
            top = menus[action.category, ""] = bar.addMenu(action.category)
        if action.line:
            top.addSeparator()
        place = (action.category, action.submenu)
        if place not in menus:
            menus[place] = top.addMenu(action.submenu)
        menus[place].addAction(actions[action.id])
        if action.id in after:
            top.addMenu(after[action.id])
