"""FLAME's own components, for avatars built on a FLAME head."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from models.pose import Pose
from studio.session.pose_edit import shows_expression
from studio.ui.controls.edits import edits
from studio.ui.controls.row_label import RowLabel
from studio.ui.controls.section import Section
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk

_FIRST = 10
_ALL = 100
_COMPONENT = Span(-3.0, 3.0, -10.0, 10.0, step=0.05)


class FlameBox(Section):
    """Expression components of the pose, and the shape components that the build found.

    Shape cannot be changed: planes and proxy were made for it. The rows are made when the first
    avatar with a FLAME head is opened, since most people never have one.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("FLAME", parent)
        self._desk = desk
        self.bars: list[ValueBar] = []
        self._shape: list[ValueBar] = []
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("dim", True)
        self.rows.addWidget(self._note)
        self._more = QPushButton(self.tr("All {0} expressions").format(_ALL))
        self._more.clicked.connect(self._show_all)
        self.rows.addWidget(self._more)
        self.reset_asked.connect(self._reset)
        self.hide()

    def show_avatar(self, handle: object | None) -> bool:
        """Appear for a FLAME head only; returns whether it is one."""
        flame = handle is not None and _head_kind(handle) == "flame"
        if flame and not self.bars:
            self._add_expressions(_FIRST)
        if flame:
            self._note.setText(self._said_of(handle))
            self._show_shape(_shape_of(handle))
            self.show_pose(self._desk.session.state.pose)
        return flame

    def show_pose(self, pose: Pose) -> None:
        """Show the pose's components."""
        if not self.bars:
            return
        values = [0.0] * _ALL if pose.expression is None else [float(v) for v in pose.expression]
        for bar, value in zip(self.bars, values, strict=False):
            bar.show_amount(value)
        self.set_count(sum(value != 0.0 for value in values))

    def _said_of(self, handle: object) -> str:
        if shows_expression(handle):
            return self.tr(
                "Expression adds to the ARKit coefficients. Shape was found by the build and "
                "cannot be changed."
            )
        return self.tr(
            "This avatar is older than the picture's expressions: build it again with its FLAME "
            "file to see them. Until then they are only kept in the pose."
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
            self.rows.insertWidget(1 + index, _row(label, bar))
            self.bars.append(bar)

    def _show_shape(self, shape: Sequence[float]) -> None:
        for index in range(len(self._shape), min(_FIRST, len(shape))):
            label = self.tr("Shape {0}").format(index + 1)
            bar = ValueBar(_COMPONENT, label)
            bar.setEnabled(False)
            bar.setToolTip(self.tr("Fixed when the avatar was built"))
            self.rows.addWidget(_row(label, bar))
            self._shape.append(bar)
        for bar, value in zip(self._shape, shape, strict=False):
            bar.show_amount(float(value))

    def _reset(self) -> None:
        pose = self._desk.session.state.pose
        self._desk.session.change(self.tr("Reset FLAME"), pose=pose.replace(expression=None))


def _row(text: str, bar: ValueBar) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(RowLabel(text))
    layout.addWidget(bar, 1)
    return row


def _head_kind(handle: object) -> str:
    return str(getattr(handle, "info", {}).get("head", "open"))


def _shape_of(handle: object) -> Sequence[float]:
    origin = getattr(getattr(handle, "parts", None), "origin", None)
    return tuple(getattr(origin, "shape", ()))
