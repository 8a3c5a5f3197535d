"""Menus and dialogs."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QMenu, QTabWidget

from studio.ui.command_palette import CommandPalette
from studio.ui.preferences import Preferences
from studio.ui.questions import ask_locate
from studio.ui.viewport.plane_tile import PlaneTile
from tests.screenshots.photographer import Photographer


def dialogs(camera: Photographer) -> None:
    """Take all of them."""
    do, window = camera.window.commands, camera.window
    menus(camera)
    camera.dialog("dialog-palette", do.open_palette)
    do.open_palette()
    palette = window.findChildren(CommandPalette)[-1]
    palette.findChild(QLineEdit).setText("thre")
    camera.take("dialog-palette-search", palette)
    palette.close()
    camera.dialog("dialog-shortcuts", do.open_shortcuts)
    camera.dialog("dialog-about", do.open_about)
    camera.dialog("dialog-webcam", do.open_webcam)
    preferences(camera)
    sentence = "Portrait.avatar, the avatar of Portrait.triptych, is missing."
    camera.dialog("dialog-locate", lambda: ask_locate(window, sentence, lambda: None))
    presets = window.docks.reveal("presets")
    presets.save_pose()
    camera.take("preset-form")
    presets.form.hide()
    window.docks.reveal("planes")
    camera.settle()
    tile = next(tile for tile in window.findChildren(PlaneTile) if tile.isVisible())
    camera.dialog("dialog-plane", tile.click)


def menus(camera: Photographer) -> None:
    """Each menu of the bar."""
    for action in camera.window.menuBar().actions():
        menu = action.menu()
        assert isinstance(menu, QMenu)
        menu.popup(camera.window.mapToGlobal(camera.window.rect().center()))
        camera.take(f"menu-{action.text().replace('&', '').lower()}", menu)
        menu.close()


def preferences(camera: Photographer) -> None:
    """Each page."""
    camera.window.commands.open_preferences()
    shown = camera.window.findChildren(Preferences)[-1]
    pages = shown.findChild(QTabWidget)
    for index in range(pages.count()):
        pages.setCurrentIndex(index)
        camera.take(f"dialog-preferences-{pages.tabText(index).lower()}", shown)
    shown.close()
