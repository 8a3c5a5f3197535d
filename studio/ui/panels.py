"""Which panels there are, and where they lie at first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.session.regions import REGIONS
from studio.ui.desk import Desk
from studio.ui.docks import BOTTOM, LEFT, RIGHT, Docks, Panel
from studio.ui.history_panel import HistoryPanel
from studio.ui.log_panel import LogPanel

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow
    from studio.ui.pose.region_box import RegionBox

_PANELS = {
    "pose": (
        *("controls.value_control", "controls.value_bar", "pose.coefficient_row"),
        *("pose.gaze_pad", "pose.gaze_box", "pose.turn_box", "pose.pose_panel"),
    ),
    "presets": ("presets.thumbnails", "presets.preset_panel"),
    "planes": ("viewport.planes_strip",),
    "signals": ("signals.signals_panel",),
    "look": ("look.look_panel",),
}
"""Modules of panels that are made ahead, in portions. Those seen first come first; signals record
from then."""


class PoseParts:
    """The regions of the pose panel, which is too large to be made at once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._made: dict[str, RegionBox] = {}

    def make(self, region: str) -> None:
        """Make one of ``REGIONS``."""
        from studio.ui.pose.region_box import RegionBox

        if region not in self._made:
            self._made[region] = RegionBox(self._desk, region)

    def take(self) -> dict[str, RegionBox]:
        """All of them; what is missing is made."""
        for region in REGIONS:
            self.make(region)
        made, self._made = self._made, {}
        return {region: made[region] for region in REGIONS}


def load_libraries() -> None:
    """Import what would hold up a window that is shown already.

    A library is imported in one piece. What panels are made with takes 100 ms, and in a thread
    beside a working window one that is built on Qt ends the program now and then. Opening the
    large compiled ones stops all threads for 40 to 60 ms.
    """
    for name in ("superqt", "pyqtgraph", "cv2", "llvmlite.binding"):
        import_module(name)


def panel_pieces(docks: Docks, parts: PoseParts) -> Iterator[Callable[[], object]]:
    """The making of the panels, in pieces to be done one by one."""
    for name, modules in _PANELS.items():
        for module in modules:
            yield partial(import_module, f"studio.ui.{module}")
        if name == "pose":
            for region in REGIONS:
                yield partial(_make_region, docks, parts, region)
        yield partial(docks.make, name)
        yield partial(docks.panel, name)


def _make_region(docks: Docks, parts: PoseParts, region: str) -> None:
    if not docks.is_made("pose"):
        parts.make(region)


def studio_panels(window: MainWindow, parts: PoseParts) -> list[Panel]:
    """All panels, in the order of the menu. Those of others are imported when first seen."""
    tr, desk = window.tr, window.desk

    def late(module: str, name: str) -> QWidget:
        made = getattr(import_module(f"studio.ui.{module}"), name)(desk)
        assert isinstance(made, QWidget)
        return made

    def pose() -> QWidget:
        from studio.ui.pose.pose_panel import PosePanel

        return PosePanel(desk, regions=parts.take())

    def library() -> QWidget:
        from studio.ui.library.library_panel import LibraryPanel

        panel = LibraryPanel(desk)
        panel.open_requested.connect(window.documents.open)
        return panel

    return [
        Panel("pose", tr("Pose"), pose, RIGHT),
        Panel("presets", tr("Presets"), lambda: late("presets.preset_panel", "PresetPanel"), LEFT),
        Panel("look", tr("Look"), lambda: late("look.look_panel", "LookPanel"), RIGHT),
        Panel("library", tr("Library"), library, LEFT),
        Panel("planes", tr("Planes"), lambda: late("viewport.planes_strip", "PlanesStrip"), BOTTOM),
        Panel(
            "signals", tr("Signals"), lambda: late("signals.signals_panel", "SignalsPanel"), BOTTOM
        ),
        Panel("history", tr("History"), lambda: HistoryPanel(desk), LEFT),
        Panel("log", tr("Log"), lambda: LogPanel(window.book), BOTTOM),
        Panel("drive", tr("Drive"), lambda: late("drive.drive_panel", "DrivePanel"), RIGHT),
        Panel(
            "timeline",
            tr("Timeline"),
            lambda: late("timeline.timeline_panel", "TimelinePanel"),
            BOTTOM,
        ),
    ]
