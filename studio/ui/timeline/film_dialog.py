"""How large, how quick and before what a film is made of the timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from studio.session.baked import baking_rate, frame_count
from studio.session.look import BackgroundKind, Look
from studio.session.timeline import Timeline
from studio.ui.viewport.texts import background_texts

SIZES, RATES = (256, 512, 1024), (24, 25, 30, 50, 60)
_USUAL_RATE = 30
_WIDTH = 360


@dataclass(frozen=True)
class Film:
    """What is asked: pixels along a side, frames a second, and what stands behind the head."""

    size: int
    rate: int
    background: BackgroundKind

    @classmethod
    def of(cls, look: Look, timeline: Timeline) -> Film:
        """As the viewport shows it and the takes were recorded; films have no transparency."""
        rate = round(baking_rate(timeline))
        clear = look.background == BackgroundKind.TRANSPARENT
        return cls(
            look.resolution // 2 * 2,
            rate if rate in RATES else _USUAL_RATE,
            BackgroundKind.PHOTO if clear else look.background,
        )

    def look(self, look: Look) -> Look:
        """``look`` in this size before this background."""
        return replace(look, resolution=self.size, background=self.background)


class FilmDialog(QDialog):
    """Size, frame rate and background; ``chosen`` tells them."""

    chosen = Signal(object)
    """A ``Film``."""

    def __init__(self, look: Look, timeline: Timeline, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export as a film"))
        self.setMinimumWidth(_WIDTH)
        self._timeline = timeline
        usual = Film.of(look, timeline)
        self.size_box, self.rate_box, self.background_box = QComboBox(), QComboBox(), QComboBox()
        for size in sorted({*SIZES, usual.size}):
            self.size_box.addItem(self.tr("{0} × {0} pixels").format(size), size)
        for rate in RATES:
            self.rate_box.addItem(self.tr("{0} frames a second").format(rate), rate)
        for kind, text in background_texts().items():
            # A film has no transparency, and an image must have been chosen in the look.
            absent = kind == BackgroundKind.IMAGE and look.image is None
            if kind != BackgroundKind.TRANSPARENT and not absent:
                self.background_box.addItem(text, kind)
        for box, value in zip(self._boxes, (usual.size, usual.rate, usual.background), strict=True):
            box.setCurrentIndex(box.findData(value))
        self.length = QLabel()
        self.length.setProperty("dim", True)
        self.rate_box.currentIndexChanged.connect(lambda _row: self._tell_length())
        self._tell_length()
        self._lay_out()

    @property
    def film(self) -> Film:
        """What is chosen now."""
        size, rate, kind = (box.currentData() for box in self._boxes)
        return Film(size, rate, BackgroundKind(kind))

    @property
    def _boxes(self) -> tuple[QComboBox, QComboBox, QComboBox]:
        return self.size_box, self.rate_box, self.background_box

    def accept(self) -> None:
        """Tell what is chosen."""
        super().accept()
        self.chosen.emit(self.film)

    def _tell_length(self) -> None:
        count = frame_count(self._timeline, self.rate_box.currentData())
        text = self.tr("{0:.1f} s, {1} pictures")
        self.length.setText(text.format(self._timeline.duration, count))

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setColumnStretch(1, 1)
        names = (self.tr("Size"), self.tr("Frame rate"), self.tr("Background"))
        for row, (name, box) in enumerate(zip(names, self._boxes, strict=True)):
            label = QLabel(name)
            label.setBuddy(box)
            box.setAccessibleName(name)
            form.addWidget(label, row, 0)
            form.addWidget(box, row, 1)
        form.addWidget(self.length, len(names), 1)
        kind = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kind.Cancel)
        go_on = buttons.addButton(self.tr("Choose a file…"), QDialogButtonBox.ButtonRole.AcceptRole)
        go_on.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(buttons)
        # Not before: in a dialog the first button becomes the default.
        go_on.setDefault(True)
