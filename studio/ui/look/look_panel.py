"""The look panel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from studio.session.look import RESOLUTION_RANGE, SAMPLES_RANGE, Look, ViewMode
from studio.session.view import FOV_RANGE
from studio.ui.controls.edits import edits
from studio.ui.controls.labelled import labelled
from studio.ui.controls.scroll import scrolled
from studio.ui.controls.section import Section
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.look.background_box import BackgroundBox
from studio.ui.look.branch_box import BranchBox
from studio.ui.look.lens import source_fov
from studio.ui.viewport.texts import mode_texts

_FOV = Span(*FOV_RANGE, step=0.5, decimals=1, suffix="°", origin=FOV_RANGE[0])
_PHOTO_FOV = 18.8
"""Until an avatar is open."""


class LookPanel(QWidget):
    """View mode, background, lens, quality and branches of the picture."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._source_fov = _PHOTO_FOV
        self.mode = self._mode_box()
        self.background = BackgroundBox(desk)
        self.fov = ValueBar(_FOV, self.tr("Field of view"))
        self.fov.setToolTip(
            self.tr("Vertical angle that the picture covers; double click takes the photo's")
        )
        edits(self.fov, desk.session, self.tr("Field of view"), self._set_fov, self._reset_fov)
        self._default = Look(
            samples=desk.settings.samples, resolution=desk.settings.full_resolution
        )
        self.resolution = self._whole_bar(
            "resolution",
            RESOLUTION_RANGE,
            32,
            self.tr("Resolution"),
            self.tr("Pixels along a side of the picture at rest"),
            " px",
        )
        self.samples = self._whole_bar(
            "samples",
            SAMPLES_RANGE,
            1,
            self.tr("Samples"),
            self.tr("Samples along each ray: more are smoother and slower"),
            "",
        )
        self.branches = BranchBox(desk)
        self._lay_out()
        listen(self, desk.session.look_changed, self._show_look)
        listen(self, desk.session.avatar_changed, lambda _avatar: self._show_avatar())
        self._show_avatar()

    def _mode_box(self) -> QComboBox:
        box = QComboBox()
        for mode, (text, meaning) in mode_texts().items():
            box.addItem(text, mode)
            box.setItemData(box.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole)
        box.setAccessibleName(self.tr("View mode"))
        box.setToolTip(self.tr("What the viewport shows"))
        box.activated.connect(
            lambda index: self._set(box.itemText(index), mode=ViewMode(box.itemData(index)))
        )
        return box

    def _whole_bar(
        self, field: str, reach: tuple[int, int], step: int, name: str, hint: str, suffix: str
    ) -> ValueBar:
        span = Span(
            *reach,
            step=step,
            decimals=0,
            suffix=suffix,
            rest=getattr(self._default, field),
            origin=reach[0],
            whole=True,
        )
        bar = ValueBar(span, name)
        bar.setToolTip(hint)
        edits(bar, self._desk.session, name, lambda v: self._set(name, **{field: round(v)}))
        return bar

    def _lay_out(self) -> None:
        inside = QWidget()
        stack = QVBoxLayout(inside)
        stack.setContentsMargins(0, 0, 8, 8)
        stack.setSpacing(0)
        groups = (
            (
                self.tr("Picture"),
                (labelled(self.tr("View"), self.mode), self.background),
                {"mode": self._default.mode, "background": self._default.background},
            ),
            (self.tr("Lens"), (labelled(self.tr("Field of view"), self.fov),), {"fov": None}),
            (
                self.tr("Quality"),
                (
                    labelled(self.tr("Resolution"), self.resolution),
                    labelled(self.tr("Samples"), self.samples),
                ),
                {"resolution": self._default.resolution, "samples": self._default.samples},
            ),
            (self.tr("Branches"), (self.branches,), {"branches": self._default.branches}),
        )
        self.sections: list[tuple[Section, dict[str, Any]]] = []
        for title, controls, rest in groups:
            section = Section(title)
            for control in controls:
                section.rows.addWidget(control)
            text = self.tr("Reset {0}").format(title)
            section.reset_asked.connect(lambda text=text, rest=rest: self._set(text, **rest))
            self.sections.append((section, rest))
            stack.addWidget(section)
        stack.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 0, 0)
        layout.addWidget(scrolled(inside))

    def _set(self, label: str, **values: Any) -> None:
        look = replace(self._desk.session.state.look, **values)
        # Keys and the wheel make one step as long as they follow each other.
        self._desk.session.change(label, merge=f"look:{','.join(values)}", look=look)

    def _set_fov(self, degrees: float) -> None:
        self._set(self.tr("Field of view"), fov=degrees)

    def _reset_fov(self) -> None:
        self._set(self.tr("Field of view"), fov=None)

    def _show_avatar(self) -> None:
        avatar = self._desk.session.avatar
        if avatar is not None:
            self._source_fov = source_fov(avatar.handle.source_camera)
        self._show_look(self._desk.session.state.look)

    def _show_look(self, look: Look) -> None:
        self.mode.setCurrentIndex(self.mode.findData(look.mode))
        self.background.show_look(look)
        self.fov.show_amount(self._source_fov if look.fov is None else look.fov)
        self.fov.show_caption(self.tr("photo") if look.fov is None else "")
        self.resolution.show_amount(look.resolution)
        self.samples.show_amount(look.samples)
        self.branches.show_look(look)
        self._count(look)

    def _count(self, look: Look) -> None:
        for section, rest in self.sections:
            section.set_count(sum(getattr(look, name) != value for name, value in rest.items()))
