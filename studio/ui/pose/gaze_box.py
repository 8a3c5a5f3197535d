"""The eyes: pad, typed angles, and what they do by themselves."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.pose import Pose
from studio.session.state import Behaviour
from studio.ui.controls.buttons import toggle
from studio.ui.controls.edits import edits
from studio.ui.controls.row_label import RowLabel
from studio.ui.controls.section import Section
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk
from studio.ui.pose.behaviour import change_behaviour
from studio.ui.pose.gaze_geometry import LIMIT_PITCH, LIMIT_YAW
from studio.ui.pose.gaze_pad import Gaze, GazePad

_AXES = ("yaw", "pitch")
_LIMITS = dict(zip(_AXES, (math.degrees(LIMIT_YAW), math.degrees(LIMIT_PITCH)), strict=True))

_LABEL_WIDTH = 56


class GazeBox(Section):
    """Both eyes at once while they are linked, else each by itself."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Gaze"), parent)
        self._desk = desk
        self._gaze: tuple[Gaze, Gaze] = ((0.0, 0.0), (0.0, 0.0))
        self.pad = GazePad()
        self.pad.setAccessibleName(self.tr("Gaze"))
        self.pad.setToolTip(
            self.tr("Drag or use the arrow keys; double click centres; L and R choose an eye")
        )
        self.rows.addWidget(self.pad)
        self.bars: dict[tuple[str, str], ValueBar] = {}
        self._lines = {eye: self._line(eye) for eye in ("both", "left", "right")}
        self._add_toggles()
        session = desk.session
        self.pad.drag_began.connect(lambda: session.begin(self.tr("Gaze")))
        self.pad.drag_ended.connect(session.end)
        self.pad.drag_cancelled.connect(session.cancel)
        self.pad.moved.connect(lambda eye, yaw, pitch: desk.posing.set_gaze(yaw, pitch, eye))
        self.pad.centre_asked.connect(self._centre)
        self.reset_asked.connect(self._centre)

    def show_pose(self, pose: Pose) -> None:
        """Show where the eyes look."""
        found = _pair(pose.gaze_left), _pair(pose.gaze_right)
        if found == self._gaze:
            return
        self._gaze = found
        left, right = found
        self.pad.show_gaze(left, right)
        both = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
        for eye, gaze in (("both", both), ("left", left), ("right", right)):
            for axis, radians in zip(_AXES, gaze, strict=True):
                self.bars[eye, axis].show_amount(round(math.degrees(radians), 3) + 0.0)
        self.set_count(int(any(left)) + int(any(right)))

    def show_behaviour(self, behaviour: Behaviour) -> None:
        """Show the toggles, and as many lines as there are handles."""
        self.link.setChecked(behaviour.eyes_linked)
        self.follow.setChecked(behaviour.look_at_camera)
        self.blink.setChecked(behaviour.auto_blink)
        self.pad.show_mode(linked=behaviour.eyes_linked, follows=behaviour.look_at_camera)
        for eye, line in self._lines.items():
            line.setVisible((eye == "both") == behaviour.eyes_linked)

    def _line(self, eye: str) -> QWidget:
        texts = {"both": self.tr("Both"), "left": self.tr("Left"), "right": self.tr("Right")}
        names = {
            "both": self.tr("Eyes"),
            "left": self.tr("Left eye"),
            "right": self.tr("Right eye"),
        }
        axes = {"yaw": self.tr("Yaw"), "pitch": self.tr("Pitch")}
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        label = RowLabel(texts[eye])
        label.setMaximumWidth(_LABEL_WIDTH)
        layout.addWidget(label)
        for axis, caption in axes.items():
            limit = _LIMITS[axis]
            span = Span(-limit, limit, step=1.0, decimals=1, suffix="°")
            name = f"{names[eye]} {caption.lower()}"
            bar = ValueBar(span, name, caption)
            edits(bar, self._desk.session, self.tr("Gaze"), partial(self._typed, eye, axis))
            self.bars[eye, axis] = bar
            layout.addWidget(bar, 1)
        self.rows.addWidget(line)
        return line

    def _add_toggles(self) -> None:
        self.link = toggle(self.tr("Link eyes"), self.tr("Both eyes turn together"))
        self.follow = toggle(
            self.tr("Look at camera"), self.tr("Look at the camera wherever it goes")
        )
        self.blink = toggle(self.tr("Auto-blink"), self.tr("Blink now and then"))
        fields = {
            "eyes_linked": (self.link, self.tr("Link eyes"), self.tr("Unlink eyes")),
            "look_at_camera": (self.follow, self.tr("Look at camera"), self.tr("Look freely")),
            "auto_blink": (self.blink, self.tr("Blink by itself"), self.tr("No blinking")),
        }
        line = QHBoxLayout()
        line.setSpacing(4)
        line.setContentsMargins(0, 4, 0, 0)
        for field, (button, *labels) in fields.items():
            button.clicked.connect(
                lambda down, field=field, labels=labels: change_behaviour(
                    self._desk.session, labels[not down], **{field: down}
                )
            )
            # Shares by length of the text, so that in a narrow panel none is cut.
            line.addWidget(button, button.sizeHint().width())
        self.rows.addLayout(line)

    def _typed(self, eye: str, axis: str, degrees: float) -> None:
        left, right = self._gaze
        both = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
        gaze = dict(zip(_AXES, {"both": both, "left": left, "right": right}[eye], strict=True))
        gaze[axis] = math.radians(degrees)
        self._desk.posing.set_gaze(gaze["yaw"], gaze["pitch"], eye)

    def _centre(self) -> None:
        with self._desk.session.gesture(self.tr("Centre gaze")):
            self._desk.posing.set_gaze(0.0, 0.0, "left")
            self._desk.posing.set_gaze(0.0, 0.0, "right")


def _pair(gaze: NDArray[np.float32]) -> Gaze:
    return float(gaze[0]), float(gaze[1])
