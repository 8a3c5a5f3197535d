"""The one list of what can be done: menus, palette, shortcut sheet and tooltips come from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.session.look import ViewMode
from studio.session.view import VIEW_PRESETS
from studio.ui.action_set import Action, Needs

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

_THEMES = ("system", "dark", "light")


def studio_actions(window: MainWindow) -> list[Action]:
    """All actions of the window, in the order of the menus."""
    return [
        *_file(window),
        *_edit(window),
        *_pose(window),
        *_view(window),
        *_window(window),
        *_help(window),
    ]


def _file(window: MainWindow) -> list[Action]:
    tr, documents, menu = window.tr, window.documents, window.tr("&File")
    avatar = Needs.AVATAR
    return [
        Action("file.new", tr("&New session"), menu, documents.new, "Ctrl+N", "ph.file"),
        Action("file.open", tr("&Open…"), menu, documents.choose, "Ctrl+O", "ph.folder-open"),
        Action("file.sample", tr("Sample &portrait"), menu, window.commands.open_sample, "", "ph.user-focus"),
        Action("file.webcam", tr("From &webcam…"), menu, window.commands.open_webcam, "Ctrl+Shift+W", "ph.camera"),
        Action("file.save", tr("&Save"), menu, documents.save, "Ctrl+S", "ph.floppy-disk", avatar, line=True),
        Action("file.save_as", tr("Save &as…"), menu, documents.save_as, "Ctrl+Shift+S", "", avatar),
        Action("file.save_avatar", tr("Save a&vatar as…"), menu, documents.save_avatar_as, "", "ph.user-square", avatar),
        Action("file.export", tr("&Export picture…"), menu, documents.export_still, "Ctrl+E", "ph.image", avatar),
        Action("file.preferences", tr("P&references…"), menu, window.commands.open_preferences, "Ctrl+,", "ph.gear", line=True),
        Action("file.quit", tr("&Quit"), menu, window.close, "Ctrl+Q", line=True),
    ]  # fmt: skip


def _edit(window: MainWindow) -> list[Action]:
    tr, session, menu = window.tr, window.desk.session, window.tr("&Edit")
    return [
        Action("edit.undo", tr("&Undo"), menu, session.undo, "Ctrl+Z", "ph.arrow-u-up-left", Needs.UNDO),
        Action("edit.redo", tr("&Redo"), menu, session.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right", Needs.REDO),
        Action("edit.copy_pose", tr("&Copy pose"), menu, window.commands.copy_pose, "Ctrl+Shift+C", "ph.copy", line=True),
        Action("edit.copy_picture", tr("Copy pi&cture"), menu, window.commands.copy_picture, "Ctrl+Alt+C", "ph.image-square", Needs.AVATAR),
        Action("edit.paste", tr("&Paste picture, file or pose"), menu, window.commands.paste, "Ctrl+V", "ph.clipboard"),
    ]  # fmt: skip


def _pose(window: MainWindow) -> list[Action]:
    tr, posing, menu, avatar = window.tr, window.desk.posing, window.tr("&Pose"), Needs.AVATAR
    return [
        Action("pose.find", tr("&Find a control"), menu, window.commands.find_control, "Ctrl+F", "ph.magnifying-glass", avatar),
        Action("pose.reset", tr("&Reset all"), menu, posing.reset, "Ctrl+R", "ph.arrow-counter-clockwise", avatar, line=True),
        Action("pose.source", tr("&As in the photo"), menu, posing.reset_to_source, "Ctrl+Shift+R", "ph.user-focus", avatar),
        Action("pose.mirror", tr("&Mirror left and right"), menu, posing.mirror, "Ctrl+M", "ph.arrows-left-right", avatar),
        Action("pose.random", tr("Ra&ndomise"), menu, window.commands.randomise, "Ctrl+Shift+N", "ph.dice-five", avatar),
    ]  # fmt: skip


def _view(window: MainWindow) -> list[Action]:
    tr, menu, avatar = window.tr, window.tr("&View"), Needs.AVATAR
    modes, views, theme = tr("Show"), tr("View from"), tr("Theme")
    mode_names = _mode_names(tr)
    view_names = _view_names(tr)
    actions = [
        Action("view.reset", tr("&Reset view"), menu, window.viewport.reset_view, "Home", "ph.house", avatar),
        *(
            Action(f"view.{name}", view_names.get(name, name), menu, _on_view(window, name), f"Ctrl+{number}",
                   needs=avatar, submenu=views)
            for number, name in enumerate(VIEW_PRESETS, 1)
        ),
        *(
            Action(f"mode.{mode.value}", mode_names[mode], menu, _on_mode(window, mode), _digit(number),
                   needs=avatar, submenu=modes, checked=_is_mode(window, mode))
            for number, mode in enumerate(ViewMode, 1)
        ),
        Action("view.split", tr("&Split with the photo"), menu, window.commands.toggle_split, "S", "ph.columns", avatar,
               checked=lambda: window.commands.split, line=True),
        Action("view.hud", tr("Show &timing"), menu, window.viewport.toggle_hud, "H", "ph.speedometer", avatar),
        Action("view.full_screen", tr("&Full screen"), menu, window.commands.toggle_full_screen, "F11", "ph.arrows-out",
               checked=window.isFullScreen, line=True),
    ]  # fmt: skip
    names = {"system": tr("As the system"), "dark": tr("Dark"), "light": tr("Light")}
    for choice in _THEMES:
        actions.append(
            Action(
                f"theme.{choice}",
                names[choice],
                menu,
                _on_theme(window, choice),
                submenu=theme,
                checked=_is_theme(window, choice),
            )
        )
    return actions


def _window(window: MainWindow) -> list[Action]:
    tr, menu = window.tr, window.tr("Pa&nels")
    shown = [
        Action(
            f"panel.{panel.name}",
            panel.title,
            menu,
            _on_panel(window, panel.name),
            f"Alt+{number}",
            needs=Needs.AVATAR,
            checked=_is_panel(window, panel.name),
        )
        for number, panel in enumerate(window.docks.panels, 1)
    ]
    reset = Action(
        "panel.reset", tr("&Reset the layout"), menu, window.docks.reset_layout, needs=Needs.AVATAR, line=True
    )
    return [*shown, reset]


def _help(window: MainWindow) -> list[Action]:
    tr, menu = window.tr, window.tr("&Help")
    return [
        Action("help.palette", tr("&Command palette"), menu, window.commands.open_palette, ("Ctrl+K", "Ctrl+Shift+P"), "ph.command"),
        Action("help.shortcuts", tr("&Shortcuts"), menu, window.commands.open_shortcuts, "F1", "ph.keyboard"),
        Action("help.log", tr("&Log"), menu, window.commands.open_log, "Ctrl+L", "ph.list-bullets", line=True),
        Action("help.about", tr("&About Triptych"), menu, window.commands.open_about, "", "ph.info"),
    ]  # fmt: skip


def _on_view(window: MainWindow, name: str) -> Callable[[], object]:
    return lambda: window.commands.look_from(name)


def _on_mode(window: MainWindow, mode: ViewMode) -> Callable[[], object]:
    return lambda: window.commands.show_mode(mode)


def _is_mode(window: MainWindow, mode: ViewMode) -> Callable[[], bool]:
    return lambda: window.desk.session.state.look.mode == mode


def _on_theme(window: MainWindow, choice: str) -> Callable[[], object]:
    return lambda: window.desk.change_settings(theme=choice)


def _is_theme(window: MainWindow, choice: str) -> Callable[[], bool]:
    return lambda: window.desk.settings.theme == choice


def _on_panel(window: MainWindow, name: str) -> Callable[[], object]:
    return lambda: window.docks.toggle(name)


def _is_panel(window: MainWindow, name: str) -> Callable[[], bool]:
    return lambda: window.docks.is_shown(name)


def _digit(number: int) -> str:
    """1 to 9, then 0; nothing beyond."""
    return str(number % 10) if number <= 10 else ""


def _view_names(tr: Callable[[str], str]) -> dict[str, str]:
    return {
        "source": tr("Photo's camera"),
        "front": tr("Front"),
        "three-quarter left": tr("Three-quarter left"),
        "three-quarter right": tr("Three-quarter right"),
        "profile left": tr("Profile left"),
        "profile right": tr("Profile right"),
    }


def _mode_names(tr: Callable[[str], str]) -> dict[ViewMode, str]:
    return {
        ViewMode.FINAL: tr("Final picture"),
        ViewMode.CANONICAL: tr("Canonical"),
        ViewMode.CANONICAL_EXPRESSION: tr("Canonical and expression"),
        ViewMode.APPEARANCE: tr("Appearance"),
        ViewMode.COMPENSATION: tr("Compensation"),
        ViewMode.DEPTH: tr("Depth"),
        ViewMode.NORMALS: tr("Normals"),
        ViewMode.OPACITY: tr("Opacity"),
        ViewMode.RAW: tr("Raw low resolution"),
        ViewMode.MESH: tr("Proxy mesh"),
        ViewMode.RIG: tr("Rig wireframe"),
    }
