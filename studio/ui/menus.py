"""The menu bar, made from the list of actions."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QMenuBar

from studio.ui.action_set import ActionSet


def fill_menus(
    bar: QMenuBar, actions: ActionSet, breaks: frozenset[str], submenus: dict[str, QMenu]
) -> dict[str, QMenu]:
    """One menu for each category, in the order of the list.

    Args:
        bar: where they go.
        actions: the list.
        breaks: ids of the actions that have a line above them.
        submenus: menus to put after the action of that id, such as the recent files.

    Returns:
        The menus by category.
    """
    menus: dict[str, QMenu] = {}
    for action in actions:
        if action.category not in menus:
            menus[action.category] = bar.addMenu(action.category)
        menu = menus[action.category]
        if action.id in breaks:
            menu.addSeparator()
        menu.addAction(actions[action.id])
        if action.id in submenus:
            menu.addMenu(submenus[action.id])
    return menus
