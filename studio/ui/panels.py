"""Which panels there are, and where they lie at first."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.ui.docks import BOTTOM, LEFT, RIGHT, Panel
from studio.ui.history_panel import HistoryPanel
from studio.ui.log_panel import LogPanel

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


def studio_panels(window: MainWindow) -> list[Panel]:
    """All panels, in the order of the menu. Those of others are imported when first seen."""
    tr, desk = window.tr, window.desk

    def late(module: str, name: str) -> QWidget:
        made = getattr(import_module(f"studio.ui.{module}"), name)(desk)
        assert isinstance(made, QWidget)
        return made

    def library() -> QWidget:
        from studio.ui.library.library_panel import LibraryPanel

        panel = LibraryPanel(desk)
        panel.open_requested.connect(window.documents.open)
        return panel

    return [
        Panel("pose", tr("Pose"), lambda: late("pose.pose_panel", "PosePanel"), RIGHT),
        Panel("presets", tr("Presets"), lambda: late("presets.preset_panel", "PresetPanel"), LEFT),
        Panel("look", tr("Look"), lambda: late("look.look_panel", "LookPanel"), RIGHT),
        Panel("library", tr("Library"), library, LEFT),
        Panel("planes", tr("Planes"), lambda: late("viewport.planes_strip", "PlanesStrip"), BOTTOM),
        Panel(
            "signals", tr("Signals"), lambda: late("signals.signals_panel", "SignalsPanel"), BOTTOM
        ),
        Panel("history", tr("History"), lambda: HistoryPanel(desk), LEFT),
        Panel("log", tr("Log"), lambda: LogPanel(window.book), BOTTOM),
    ]
