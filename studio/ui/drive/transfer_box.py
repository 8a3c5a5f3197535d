"""How a performer's motion becomes the avatar's: mode, steadiness, gains, split, limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from studio.drive.calibration import NECK_SHARE
from studio.session.session import Session
from studio.ui.controls.buttons import toggle
from studio.ui.controls.edits import edits
from studio.ui.controls.labelled import labelled
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.drive.driving import Driving

_GAIN = Span(0.0, 2.0, -4.0, 4.0, rest=1.0, origin=0.0)
_SHARE = Span(0.0, 1.0, rest=NECK_SHARE, origin=0.0)
_STEPS = 100


class TransferBox(QWidget):
    """Shows and changes ``Driving.settings``."""

    def __init__(self, driving: Driving, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._driving, self._session = driving, session
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._make_mode()
        self._make_steadiness()
        self.bars = {
            "head": self._gain(self.tr("Head turn"), "yaw", "pitch", "roll"),
            "gaze": self._gain(self.tr("Gaze"), "gaze"),
            "shift": self._gain(self.tr("Head shift"), "shift"),
        }
        self.neck = self._bar(self.tr("Neck's share"), _SHARE, "neck_share")
        self.neck.setToolTip(self.tr("How much of a turn the neck makes; the head makes the rest"))
        self.checks = {
            "scale_locked": self._check(
                self.tr("Head keeps its size"),
                self.tr("The head does not come nearer, so that it cannot wobble in size"),
                "scale_locked",
            ),
            "lips_meet": self._check(
                self.tr("Lips meet at rest"),
                self.tr("An avatar from an open mouth closes it when yours is closed"),
                "lips_meet",
            ),
            "limited": self._check(
                self.tr("Stay within what the avatar can show"),
                self.tr("Large turns and shifts are drawn in softly"),
                "limited",
            ),
        }
        driving.settings_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the settings."""
        settings = self._driving.settings
        how = settings.calibration
        (self.relative if how.relative else self.absolute).setChecked(True)
        self.steadiness.blockSignals(True)
        self.steadiness.setValue(round(_STEPS * settings.steadiness))
        self.steadiness.blockSignals(False)
        self.bars["head"].show_amount(how.yaw)
        self.bars["gaze"].show_amount(how.gaze)
        self.bars["shift"].show_amount(how.shift)
        self.neck.show_amount(how.neck_share)
        for name, box in self.checks.items():
            box.setChecked(getattr(how, name))

    def _make_mode(self) -> None:
        self.relative = toggle(
            self.tr("Relative"), self.tr("Changes from your rest face are carried over")
        )
        self.absolute = toggle(
            self.tr("Absolute"), self.tr("Expression and head direction are taken as they are")
        )
        group = QButtonGroup(self)
        line = QHBoxLayout()
        line.setSpacing(4)
        for button, relative in ((self.relative, True), (self.absolute, False)):
            group.addButton(button)
            text = button.text()
            button.clicked.connect(
                lambda _on, text=text, relative=relative: self._how(text, relative=relative)
            )
            line.addWidget(button)
        self._layout.addLayout(line)

    def _make_steadiness(self) -> None:
        self.steadiness = QSlider(Qt.Orientation.Horizontal)
        self.steadiness.setRange(0, _STEPS)
        # Steady stands left, as the words beside it do.
        self.steadiness.setInvertedAppearance(True)
        self.steadiness.setInvertedControls(True)
        self.steadiness.setAccessibleName(self.tr("Steadiness, per cent"))
        self.steadiness.setToolTip(
            self.tr("Steady takes the tremble out, quick follows without delay")
        )
        self.steadiness.valueChanged.connect(self._set_steadiness)
        label, session = self.tr("Steadiness"), self._session
        self.steadiness.sliderPressed.connect(lambda: session.begin(label))
        self.steadiness.sliderReleased.connect(session.end)
        line = QHBoxLayout()
        line.setContentsMargins(8, 2, 0, 2)
        line.setSpacing(8)
        for part in (_dim(self.tr("Steady")), self.steadiness, _dim(self.tr("Quick"))):
            line.addWidget(part, 1 if part is self.steadiness else 0)
        self._layout.addLayout(line)

    def _gain(self, text: str, *names: str) -> ValueBar:
        bar = self._bar(text, _GAIN, *names)
        bar.setToolTip(self.tr("How strongly it is carried over; 1 is as seen"))
        return bar

    def _bar(self, text: str, span: Span, *names: str) -> ValueBar:
        bar = ValueBar(span, text)
        edits(
            bar,
            self._session,
            text,
            lambda value: self._how(text, **dict.fromkeys(names, value)),
        )
        self._layout.addWidget(labelled(text, bar))
        return bar

    def _check(self, text: str, hint: str, name: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(hint)
        box.clicked.connect(lambda on: self._how(text, **{name: on}))
        self._layout.addWidget(box)
        return box

    def _set_steadiness(self, step: int) -> None:
        settings = replace(self._driving.settings, steadiness=step / _STEPS)
        self._driving.transfer.change(self.tr("Steadiness"), settings, merge="drive:steadiness")

    def _how(self, label: str, **parts: Any) -> None:
        settings = self._driving.settings
        how = replace(settings.calibration, **parts)
        self._driving.transfer.change(label, replace(settings, calibration=how))


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("dim", True)
    return label
