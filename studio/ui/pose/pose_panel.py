"""The pose panel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from models.pose import ARKIT_NAMES, Pose
from studio.session.pose_parts import PART_COEFFICIENTS
from studio.session.regions import REGIONS
from studio.session.state import Behaviour
from studio.ui.controls.buttons import icon_button
from studio.ui.controls.scroll import scrolled
from studio.ui.controls.search_line import SearchLine
from studio.ui.controls.section import Section
from studio.ui.controls.value_control import ValueControl
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.pose.behaviour import change_behaviour
from studio.ui.pose.coefficient_row import CoefficientRow
from studio.ui.pose.flame_box import FlameBox
from studio.ui.pose.gaze_box import GazeBox
from studio.ui.pose.labels import matches
from studio.ui.pose.live_values import LiveValues
from studio.ui.pose.pose_tools import PoseTools
from studio.ui.pose.region_box import RegionBox
from studio.ui.pose.turn_box import TurnBox

_NAME_SHOWN = 40
"""Characters of what was searched in vain."""


class PosePanel(QWidget):
    """Everything that moves the face, in sections, with a search.

    It shows the session's pose and behaviour: a change from elsewhere updates the rows that
    differ and asks for nothing.
    """

    def __init__(
        self,
        desk: Desk,
        parent: QWidget | None = None,
        regions: Mapping[str, RegionBox] | None = None,
    ) -> None:
        """``regions`` are boxes that were made ahead, one for each of ``REGIONS``."""
        super().__init__(parent)
        self._desk = desk
        self._shown = np.zeros(len(ARKIT_NAMES), np.float32)
        self._folded: set[Section] = set()
        self._flame_head = False
        self.tools = PoseTools(desk)
        self.gaze = GazeBox(desk)
        self.head = TurnBox(desk, "head", self.tr("Head"))
        self.neck = TurnBox(desk, "neck", self.tr("Neck"))
        self.regions = regions or {region: RegionBox(desk, region) for region in REGIONS}
        self.flame = FlameBox(desk)
        self.rows: dict[str, tuple[RegionBox, CoefficientRow]] = {
            name: (box, row)
            for box in self.regions.values()
            for row in box.lines
            for name in row.line.names
        }
        self._lay_out()
        session = desk.session
        self._live = LiveValues(desk, self, self._show_pose, self._controls())
        listen(self, session.behaviour_changed, self._show_behaviour)
        listen(self, session.avatar_changed, lambda _avatar: self._show_avatar())
        self._show_behaviour(session.state.behaviour)
        self._show_avatar()
        self._live.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._live.refresh()

    def _controls(self) -> dict[str, list[QWidget]]:
        """What moves each part of the face."""
        found: dict[str, list[QWidget]] = {
            part: [self.rows[name][1].bars[name] for name in names]
            for part, names in PART_COEFFICIENTS.items()
        }
        for part, box in (("gaze", self.gaze), ("head", self.head), ("head", self.neck)):
            found[part] += box.findChildren(ValueControl)
        found["gaze"].append(self.gaze.pad)
        jaw = self.regions["jaw"].jaw
        found["jaw"] += [] if jaw is None else jaw.findChildren(ValueControl)
        return found

    def focus_search(self) -> None:
        """Begin a search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._search_line())
        tools = QHBoxLayout()
        tools.setContentsMargins(0, 0, 8, 0)
        tools.addWidget(self.tools)
        layout.addLayout(tools)
        self._nothing = QLabel()
        self._nothing.setProperty("dim", True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._nothing.setContentsMargins(0, 24, 8, 0)
        self._nothing.setWordWrap(True)
        self._nothing.hide()
        # In its place before it is filled: each move of a full one styles all of it again.
        inside = QWidget()
        self.area = scrolled(inside, bar=True)
        layout.addWidget(self.area, 1)
        stack = QVBoxLayout(inside)
        stack.setContentsMargins(0, 0, 8, 8)
        stack.setSpacing(0)
        stack.addWidget(self._nothing)
        for section in self._sections():
            section.folded.connect(lambda folded, section=section: self._fold(section, folded))
            stack.addWidget(section)
        stack.addStretch(1)
        # Nothing is cut off at the right: there is no bar to scroll there.
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.area.setMinimumWidth(inside.minimumSizeHint().width() + bar)

    def _search_line(self) -> QHBoxLayout:
        self.search = SearchLine(self.tr("Search coefficients"), self.tr("Search"))
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.installEventFilter(self)
        self.only_changed = icon_button(
            "ph.funnel", self.tr("Show only what is changed"), checkable=True
        )
        self.only_changed.toggled.connect(lambda _on: self._filter())
        self.link = icon_button("ph.link", self.tr("Link left and right"), checkable=True)
        self.link.clicked.connect(self._link_sides)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 8, 0)
        line.setSpacing(4)
        line.addWidget(self.search, 1)
        line.addWidget(self.only_changed)
        line.addWidget(self.link)
        return line

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Return in the search go to the first row found."""
        if watched is self.search and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._focus_first()
                return True
        return super().eventFilter(watched, event)

    def _sections(self) -> list[Section]:
        return [self.gaze, self.head, self.neck, *self.regions.values(), self.flame]

    def _focus_first(self) -> None:
        wanted = self.search.text()
        bars = [bar for _, row in self._visible_rows() for bar in row.bars.values()]
        # Of a line with two sides, the one that was asked for.
        found = next((bar for bar in bars if matches(bar.objectName(), wanted)), None)
        if found is not None:
            found.setFocus(Qt.FocusReason.TabFocusReason)
            self.area.ensureWidgetVisible(found)

    def _visible_rows(self) -> list[tuple[RegionBox, CoefficientRow]]:
        shown = dict.fromkeys(self.rows.values())
        return [(box, row) for box, row in shown if not (box.isHidden() or row.isHidden())]

    def _fold(self, section: Section, folded: bool) -> None:
        if not self.search.text().strip():
            (self._folded.add if folded else self._folded.discard)(section)

    def _filter(self) -> None:
        wanted, changed = self.search.text().strip(), self.only_changed.isChecked()
        found = 0
        for section in self._sections():
            if isinstance(section, RegionBox):
                visible = section.filter(wanted, changed) > 0
            else:
                visible = self._fits(section, wanted) and (not changed or section.count > 0)
            section.setVisible(visible)
            section.set_open(bool(wanted) or section not in self._folded)
            found += visible
        self._nothing.setText(
            self.tr("Nothing is called “{0}”.").format(wanted[:_NAME_SHOWN])
            if wanted
            else self.tr("Nothing is changed.")
        )
        self._nothing.setVisible(found == 0)

    def _fits(self, section: Section, wanted: str) -> bool:
        if section is self.flame and not self._flame_head:
            return False
        words = {
            self.gaze: self.tr("gaze eyes look camera blink"),
            self.head: self.tr("head turn pitch yaw roll"),
            self.neck: self.tr("neck turn pitch yaw roll"),
            self.flame: self.tr("flame expression shape"),
        }[section]
        return all(word in words.casefold() for word in wanted.casefold().split())

    def _link_sides(self, linked: bool) -> None:
        text = self.tr("Link left and right") if linked else self.tr("Unlink left and right")
        change_behaviour(self._desk.session, text, sides_linked=linked)

    def _show_behaviour(self, behaviour: Behaviour) -> None:
        self.gaze.show_behaviour(behaviour)
        self.link.setChecked(behaviour.sides_linked)
        for _, row in self.rows.values():
            row.show_linked(behaviour.sides_linked)

    def _show_avatar(self) -> None:
        avatar = self._desk.session.avatar
        self._flame_head = self.flame.show_avatar(None if avatar is None else avatar.handle)
        self._filter()

    def _show_pose(self, pose: Pose) -> None:
        values, before = pose.blendshapes, self._shown
        self._shown = values
        touched: dict[RegionBox, None] = {}
        for index in np.flatnonzero(values != before):
            name = ARKIT_NAMES[index]
            box, row = self.rows[name]
            row.show_value(name, float(values[index]))
            touched[box] = None
        jaw = self.regions["jaw"]
        if jaw.jaw is not None:
            jaw.jaw.show_pose(pose)
            touched[jaw] = None
        for box in touched:
            box.recount()
        self.gaze.show_pose(pose)
        self.head.show_pose(pose)
        self.neck.show_pose(pose)
        self.flame.show_pose(pose)
        if self.only_changed.isChecked():
            self._filter()
