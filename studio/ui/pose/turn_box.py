"""Three dials for the head or the neck."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.pose import Pose
from studio.session.angles import Turn, turn_of
from studio.ui.controls.edits import edits
from studio.ui.controls.section import Section
from studio.ui.controls.span import Span
from studio.ui.desk import Desk
from studio.ui.pose.turn_dial import AXES, TurnDial

_REACH = {
    "head": {"pitch": 35.0, "yaw": 60.0, "roll": 30.0},
    "neck": {"pitch": 30.0, "yaw": 45.0, "roll": 30.0},
}
"""How far necks turn comfortably, degrees; typing goes beyond."""
_FARTHEST = {"pitch": 89.0, "yaw": 179.0, "roll": 179.0}


class TurnBox(Section):
    """Pitch, yaw and roll of a joint: ``head`` or ``neck``."""

    def __init__(self, desk: Desk, joint: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._desk, self._joint = desk, joint
        self._shown: bytes | None = None
        self.dials: dict[str, TurnDial] = {}
        line = QHBoxLayout()
        line.setSpacing(0)
        captions = {"pitch": self.tr("Pitch"), "yaw": self.tr("Yaw"), "roll": self.tr("Roll")}
        hints = {
            "pitch": self.tr("up is positive"),
            "yaw": self.tr("the viewer's right is positive"),
            "roll": self.tr("counter-clockwise is positive"),
        }
        for axis, caption in captions.items():
            reach, farthest = _REACH[joint][axis], _FARTHEST[axis]
            span = Span(-reach, reach, -farthest, farthest, step=1.0, decimals=1, suffix="°")
            name = f"{title} {caption.lower()}"
            dial = TurnDial(AXES[axis], span, name, caption)
            dial.setToolTip(
                self.tr("{0}: {1}\nDrag, type, or use the arrow keys; double click resets").format(
                    name, hints[axis]
                )
            )
            label = self.tr("Reset {0}").format(name)
            reset = partial(self._reset, axis, label)
            edits(dial, desk.session, name, partial(self._turn, axis), reset)
            self.dials[axis] = dial
            line.addWidget(dial, 1)
        self.rows.addLayout(line)
        self.reset_asked.connect(lambda: desk.posing.set_turn(joint, Turn()))

    def show_pose(self, pose: Pose) -> None:
        """Show the joint of a pose."""
        vector = np.asarray(getattr(pose, self._joint))
        if vector.tobytes() == self._shown:
            return
        self._shown = vector.tobytes()
        turn = turn_of(vector)
        for axis, degrees in zip(("pitch", "yaw", "roll"), turn, strict=True):
            # Less than what is written is noise of the way through a rotation matrix.
            self.dials[axis].show_amount(round(degrees, 3) + 0.0)
        self.set_count(sum(abs(dial.amount) >= 0.05 for dial in self.dials.values()))

    def _reset(self, axis: str, label: str) -> None:
        with self._desk.session.gesture(label):
            self._turn(axis, 0.0)

    def _turn(self, axis: str, degrees: float) -> None:
        turn = self._desk.posing.turn(self._joint)
        self._desk.posing.set_turn(self._joint, turn._replace(**{axis: degrees}))
