"""Driving and the timeline in the one list of actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox

from studio.session.presets import all_presets
from studio.ui.action_set import Action, Needs
from studio.ui.desk import Desk
from studio.ui.drive.driving import Driving, driving_of
from studio.ui.drive.phase import Phase
from studio.ui.presets.titles import title
from studio.ui.timeline.playing import playing_of

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow
    from studio.ui.timeline.motion_menu import MotionMenu

_HOT_PRESETS = 9


def drive_actions(window: MainWindow) -> list[Action]:
    """The actions, in the order of their menu."""
    return [
        *_performing(window),
        *_playing(window),
        *_keying(window),
        *_exchanging(window),
        *_presets(window.desk, window.tr("&Presets")),
    ]


def _performing(window: MainWindow) -> list[Action]:
    tr, avatar, driving = window.tr, Needs.AVATAR, driving_of(window.desk)
    driving.state_changed.connect(lambda: window.actions_list.refresh())
    return [
        Action(
            "drive.start_stop",
            tr("&Drive"),
            lambda: _toggle(window, driving),
            "Ctrl+D",
            "ph.video-camera",
            avatar,
            checked=lambda: driving.phase is not Phase.IDLE,
        ),
        Action(
            "drive.rest_face",
            tr("This is my &rest face"),
            driving.rest,
            "R",
            "ph.user-focus",
            avatar,
        ),
        Action(
            "drive.record",
            tr("Re&cord a take"),
            lambda: _record(window, driving),
            "Ctrl+Alt+R",
            "ph.record",
            avatar,
            checked=lambda: driving.recording,
        ),
    ]


def _playing(window: MainWindow) -> list[Action]:
    tr, avatar, playing = window.tr, Needs.AVATAR, playing_of(window.desk)
    playing.state_changed.connect(lambda: window.actions_list.refresh())
    return [
        Action(
            "timeline.play",
            tr("&Play or pause"),
            lambda: _unless_wanted(playing.toggle),
            "Space",
            "ph.play",
            avatar,
            checked=lambda: playing.playing,
            line=True,
        ),
        Action(
            "timeline.stop",
            tr("&Stop and go back"),
            playing.stop,
            "Shift+Space",
            "ph.stop",
            avatar,
        ),
        Action(
            "timeline.loop",
            tr("&Loop"),
            playing.toggle_loop,
            "Ctrl+Alt+L",
            "ph.repeat",
            avatar,
            checked=lambda: playing.timeline.loop is not None,
        ),
    ]


def _keying(window: MainWindow) -> list[Action]:
    tr, avatar, playing = window.tr, Needs.AVATAR, playing_of(window.desk)
    return [
        Action(
            "timeline.key",
            tr("Set a &key"),
            playing.key_channel,
            "K",
            "ph.diamond",
            avatar,
            line=True,
        ),
        Action(
            "timeline.key_face",
            tr("Key the &face and head"),
            playing.key_pose,
            "Ctrl+Alt+K",
            "ph.user",
            avatar,
        ),
        Action(
            "timeline.key_camera",
            tr("Key the ca&mera"),
            playing.key_camera,
            "Shift+K",
            "ph.video-camera",
            avatar,
        ),
    ]


def _exchanging(window: MainWindow) -> list[Action]:
    tr, avatar = window.tr, Needs.AVATAR

    def motion() -> MotionMenu:
        from studio.ui.timeline.timeline_panel import TimelinePanel

        panel = window.docks.panel("timeline")
        assert isinstance(panel, TimelinePanel)
        return panel.motion

    return [
        Action(
            "timeline.import",
            tr("&Import a motion file…"),
            lambda: motion().ask_import(),
            "Ctrl+I",
            "ph.download-simple",
            avatar,
            line=True,
        ),
        Action(
            "timeline.export_motion",
            tr("Export the &motion of the timeline…"),
            lambda: motion().ask_whole(),
            "",
            "ph.stack",
            avatar,
        ),
        Action(
            "timeline.export_film",
            tr("Export as a &film…"),
            lambda: motion().ask_film(),
            "Ctrl+Alt+E",
            "ph.film-strip",
            avatar,
        ),
    ]


def _presets(desk: Desk, submenu: str) -> list[Action]:
    presets = all_presets(desk.session, desk.presets)[:_HOT_PRESETS]
    return [
        Action(
            f"preset.{number}",
            title(preset),
            _on_preset(desk, preset.name),
            f"Ctrl+Alt+{number}",
            needs=Needs.AVATAR,
            submenu=submenu,
        )
        for number, preset in enumerate(presets, 1)
    ]


def _toggle(window: MainWindow, driving: Driving) -> None:
    if not _asked(window, driving):
        driving.toggle()


def _record(window: MainWindow, driving: Driving) -> None:
    if not _asked(window, driving):
        driving.record()


def _asked(window: MainWindow, driving: Driving) -> bool:
    """Show the panel when it is still to be said what to drive with."""
    driving.restore()
    missing = driving.phase is Phase.IDLE and bool(driving.choice.missing)
    if missing:
        window.docks.reveal("drive")
    # A camera may be found by the panel.
    return missing and bool(driving.choice.missing)


def _on_preset(desk: Desk, name: str) -> Callable[[], object]:
    def apply() -> None:
        # By name, as the project or the user may have put another pose under it.
        found = {preset.name: preset for preset in all_presets(desk.session, desk.presets)}
        preset = found[name]
        if driving_of(desk).phase is Phase.RUNNING:
            driving_of(desk).accent(preset.pose)
        else:
            desk.posing.apply_preset(title(preset), preset.pose, 1.0)

    return apply


def _unless_wanted(run: Callable[[], object]) -> None:
    """Leave Space to a button, list or box that the keyboard is on."""
    focused = QApplication.focusWidget()
    if not isinstance(focused, QAbstractButton | QAbstractItemView | QComboBox):
        run()
        return
    none = Qt.KeyboardModifier.NoModifier
    # Not as an event: it would be taken for the shortcut again.
    focused.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, none, " "))
    focused.keyReleaseEvent(QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Space, none, " "))
