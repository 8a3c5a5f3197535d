"""FLAME's own components, for avatars built on a FLAME head."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from models.pose import Pose
from studio.session.pose_edit import shows_expression
from studio.ui.controls.edits import edits
from studio.ui.controls.labelled import labelled
from studio.ui.controls.section import Section
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk
from studio.ui.listen import listen

_FIRST = 10
_ALL = 100
_COMPONENT = Span(-3.0, 3.0, -10.0, 10.0, step=0.05)


class FlameBox(Section):
    """Expression components of the pose, and how the person differs from the photo's.

    The rows are made when the first avatar with a FLAME head is opened, since most people never
    have one.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("FLAME", parent)
        self._desk = desk
        self.bars: list[ValueBar] = []
        self._shape: list[ValueBar] = []
        self._shape_rows: list[QWidget] = []
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("dim", True)
        self.rows.addWidget(self._note)
        self._more = QPushButton(self.tr("All {0} expressions").format(_ALL))
        self._more.clicked.connect(self._show_all)
        self.rows.addWidget(self._more)
        self.reset_asked.connect(self._reset)
        listen(self, desk.session.shape_changed, lambda _: self._show_state())
        self.hide()

    def show_avatar(self, handle: object | None) -> bool:
        """Appear for a FLAME head only; returns whether it is one."""
        flame = handle is not None and _head_kind(handle) == "flame"
        if flame and not self.bars:
            self._add_expressions(_FIRST)
        if flame:
            self._note.setText(self._said_of(handle))
            self._fit_shape(tuple(getattr(handle, "shape", ())))
            self._show_state()
        return flame

    def _show_state(self) -> None:
        self.show_pose(self._desk.session.state.pose)

    def show_pose(self, pose: Pose) -> None:
        """Show the pose's components, and the session's shape."""
        if not self.bars:
            return
        change = self._desk.session.state.shape
        for index, bar in enumerate(self._shape):
            bar.show_amount(change[index] if index < len(change) else 0.0)
        values = [0.0] * _ALL if pose.expression is None else [float(v) for v in pose.expression]
        for bar, value in zip(self.bars, values, strict=False):
            bar.show_amount(value)
        self.set_count(sum(value != 0.0 for value in (*values, *change)))

    def _said_of(self, handle: object) -> str:
        if shows_expression(handle):
            return self.tr(
                "Expression adds to the ARKit coefficients; it is part of the pose. Shape changes "
                "the person of the photo; it is saved with the project."
            )
        return self.tr(
            "This avatar was made before pictures showed FLAME's expression: build it again with "
            "its FLAME file to see it. Until then it is only kept in the pose."
        )

    def _show_all(self) -> None:
        self._add_expressions(_ALL)
        self._more.hide()
        self.show_pose(self._desk.session.state.pose)

    def _add_expressions(self, count: int) -> None:
        for index in range(len(self.bars), count):
            label = self.tr("Expression {0}").format(index + 1)
            bar = ValueBar(_COMPONENT, label)
            bar.setToolTip(self.tr("{0} in standard deviations").format(label))
            edits(
                bar,
                self._desk.session,
                label,
                partial(self._desk.posing.set_expression, index),
            )
            self.rows.insertWidget(1 + index, labelled(label, bar))
            self.bars.append(bar)

    def _fit_shape(self, found: Sequence[float]) -> None:
        """As many shape rows as the avatar can change; ``found`` are the photo's values."""
        for index in range(len(self._shape), len(found)):
            label = self.tr("Shape {0}").format(index + 1)
            bar = ValueBar(_COMPONENT, label)
            edits(bar, self._desk.session, label, partial(self._desk.posing.set_shape, index))
            row = labelled(label, bar)
            self.rows.addWidget(row)
            self._shape.append(bar)
            self._shape_rows.append(row)
        hint = self.tr("Change from the photo's {0:.2f}, in standard deviations")
        for index, bar in enumerate(self._shape):
            self._shape_rows[index].setVisible(index < len(found))
            if index < len(found):
                bar.setToolTip(hint.format(found[index]))

    def _reset(self) -> None:
        pose = self._desk.session.state.pose.replace(expression=None)
        self._desk.session.change(self.tr("Reset FLAME"), pose=pose, shape=())


def _head_kind(handle: object) -> str:
    return str(getattr(handle, "info", {}).get("head", "open"))
