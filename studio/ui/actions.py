"""The one list of what can be done: menus, palette, shortcut sheet and tooltips come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from studio.session.look import ViewMode
from studio.ui.action_set import Action, Needs
from studio.ui.drive.actions import drive_actions
from studio.ui.pose.pose_tools import mirror_pose
from studio.ui.step_names import step_name
from studio.ui.viewport.texts import mode_texts, view_texts

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


def studio_actions(window: MainWindow) -> list[Action]:
    """All actions of the window, in the order of the menus."""
    tr = window.tr
    menus = (
        (tr("&File"), _file),
        (tr("&Edit"), _edit),
        (tr("&Pose"), _pose),
        (tr("&Drive"), drive_actions),
        (tr("&View"), _view),
        (tr("Pa&nels"), _panels),
        (tr("&Help"), _help),
    )
    return [replace(action, category=menu) for menu, make in menus for action in make(window)]


def _file(window: MainWindow) -> list[Action]:
    tr, documents, do = window.tr, window.documents, window.commands
    avatar = Needs.AVATAR
    return [
        Action("file.new", tr("&New session"), documents.new, "Ctrl+N", "ph.file"),
        Action("file.open", tr("&Open…"), documents.choose, "Ctrl+O", "ph.folder-open"),
        Action("file.sample", tr("Sample &portrait"), do.open_sample, "", "ph.user-focus"),
        Action("file.webcam", tr("From &webcam…"), do.open_webcam, "Ctrl+Shift+W", "ph.camera"),
        Action(
            "file.save", tr("&Save"), documents.save, "Ctrl+S", "ph.floppy-disk", avatar, line=True
        ),
        Action("file.save_as", tr("Save &as…"), documents.save_as, "Ctrl+Shift+S", "", avatar),
        Action(
            "file.save_avatar",
            tr("Save a&vatar as…"),
            documents.save_avatar_as,
            "",
            "ph.user-square",
            avatar,
        ),
        Action(
            "file.export",
            tr("&Export picture…"),
            documents.export_still,
            "Ctrl+E",
            "ph.image",
            avatar,
        ),
        Action(
            "file.preferences",
            tr("P&references…"),
            do.open_preferences,
            "Ctrl+,",
            "ph.gear",
            line=True,
        ),
        Action("file.quit", tr("&Quit"), window.close, "Ctrl+Q", line=True),
    ]


def _edit(window: MainWindow) -> list[Action]:
    tr, session, do = window.tr, window.desk.session, window.commands
    return [
        Action(
            "edit.undo",
            tr("&Undo"),
            session.undo,
            "Ctrl+Z",
            "ph.arrow-u-up-left",
            Needs.UNDO,
            about=lambda: step_name(session.history.undone_next),
        ),
        Action(
            "edit.redo",
            tr("&Redo"),
            session.redo,
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            "ph.arrow-u-up-right",
            Needs.REDO,
            about=lambda: step_name(session.history.redone_next),
        ),
        Action(
            "edit.copy_pose", tr("&Copy pose"), do.copy_pose, "Ctrl+Shift+C", "ph.copy", line=True
        ),
        Action(
            "edit.copy_picture",
            tr("Copy pi&cture"),
            do.copy_picture,
            "Ctrl+Alt+C",
            "ph.image-square",
            Needs.AVATAR,
        ),
        Action(
            "edit.paste", tr("&Paste picture, file or pose"), do.paste, "Ctrl+V", "ph.clipboard"
        ),
    ]


def _pose(window: MainWindow) -> list[Action]:
    tr, posing, do = window.tr, window.desk.posing, window.commands
    avatar = Needs.AVATAR
    return [
        Action(
            "pose.find",
            tr("&Find a control"),
            do.find_control,
            "Ctrl+F",
            "ph.magnifying-glass",
            avatar,
        ),
        Action(
            "pose.reset",
            tr("&Reset all"),
            posing.reset,
            "Ctrl+R",
            "ph.arrow-counter-clockwise",
            avatar,
            line=True,
        ),
        Action(
            "pose.source",
            tr("&As in the photo"),
            posing.reset_to_source,
            "Ctrl+Shift+R",
            "ph.user-focus",
            avatar,
        ),
        Action(
            "pose.mirror",
            tr("&Mirror left and right"),
            lambda: mirror_pose(window.desk),
            "Ctrl+M",
            "ph.arrows-left-right",
            avatar,
        ),
        Action(
            "pose.random", tr("Ra&ndomise"), do.randomise, "Ctrl+Shift+N", "ph.dice-five", avatar
        ),
    ]


def _view(window: MainWindow) -> list[Action]:
    tr, do, avatar = window.tr, window.commands, Needs.AVATAR
    return [
        Action(
            "view.reset", tr("&Reset view"), window.viewport.reset_view, "Home", "ph.house", avatar
        ),
        *_looks(window),
        Action(
            "view.split",
            tr("&Split with the photo"),
            do.toggle_split,
            "S",
            "ph.columns",
            avatar,
            checked=lambda: window.viewport.split_on,
            line=True,
        ),
        Action(
            "view.hud",
            tr("Show &timing"),
            window.viewport.toggle_hud,
            "H",
            "ph.gauge",
            avatar,
            checked=lambda: window.viewport.hud_on,
        ),
        Action(
            "view.full_screen",
            tr("&Full screen"),
            do.toggle_full_screen,
            "F11",
            "ph.arrows-out",
            checked=window.isFullScreen,
            line=True,
        ),
        *_themes(window),
    ]


def _looks(window: MainWindow) -> list[Action]:
    """From where and as what the avatar is shown."""
    views, modes = window.tr("View from"), window.tr("Show")
    return [
        *(
            Action(
                f"view.{name}",
                text,
                partial(window.commands.look_from, name),
                f"Ctrl+{number}",
                needs=Needs.AVATAR,
                submenu=views,
            )
            for number, (name, (text, _)) in enumerate(view_texts().items(), 1)
        ),
        *(
            Action(
                f"mode.{mode.value}",
                text,
                partial(window.commands.show_mode, mode),
                _digit(number),
                needs=Needs.AVATAR,
                submenu=modes,
                checked=_is_mode(window, mode),
            )
            for number, (mode, (text, _)) in enumerate(mode_texts().items(), 1)
        ),
    ]


def _themes(window: MainWindow) -> list[Action]:
    tr, submenu = window.tr, window.tr("Theme")
    names = {"system": tr("As the system"), "dark": tr("Dark"), "light": tr("Light")}
    return [
        Action(
            f"theme.{choice}",
            text,
            partial(window.desk.change_settings, theme=choice),
            submenu=submenu,
            checked=_is_theme(window, choice),
        )
        for choice, text in names.items()
    ]


def _panels(window: MainWindow) -> list[Action]:
    tr = window.tr
    shown = [
        Action(
            f"panel.{panel.name}",
            panel.title,
            partial(window.docks.toggle, panel.name),
            f"Alt+{_digit(number)}" if _digit(number) else "",
            needs=Needs.AVATAR,
            checked=partial(window.docks.is_shown, panel.name),
        )
        for number, panel in enumerate(window.docks.panels, 1)
    ]
    reset = Action(
        "panel.reset",
        tr("&Reset the layout"),
        window.docks.reset_layout,
        needs=Needs.AVATAR,
        line=True,
    )
    return [*shown, reset]


def _help(window: MainWindow) -> list[Action]:
    tr, do = window.tr, window.commands
    return [
        Action(
            "help.palette",
            tr("&Command palette"),
            do.open_palette,
            ("Ctrl+K", "Ctrl+Shift+P"),
            "ph.command",
        ),
        Action("help.shortcuts", tr("&Shortcuts"), do.open_shortcuts, "F1", "ph.keyboard"),
        Action("help.log", tr("&Log"), do.open_log, "Ctrl+L", "ph.list-bullets", line=True),
        Action("help.about", tr("&About Triptych"), do.open_about, "", "ph.info"),
    ]


def _is_mode(window: MainWindow, mode: ViewMode) -> Callable[[], bool]:
    return lambda: window.desk.session.state.look.mode == mode


def _is_theme(window: MainWindow, choice: str) -> Callable[[], bool]:
    return lambda: window.desk.settings.theme == choice


def _digit(number: int) -> str:
    """1 to 9, then 0; nothing beyond."""
    return str(number % 10) if number <= 10 else ""
