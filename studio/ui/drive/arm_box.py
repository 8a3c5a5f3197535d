"""Which parts of the face a source moves."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.session.pose_parts import FACE_PARTS, PARTS
from studio.ui.controls.buttons import toggle

_COLUMNS = 4
_LIPS = frozenset({"mouth", "jaw", "tongue"})


class ArmBox(QWidget):
    """A switch for each part, and buttons for those that go together."""

    changed = Signal(object)
    """The parts that the person armed, a frozenset."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        texts = {
            "brows": self.tr("Brows"),
            "eyes": self.tr("Eyelids"),
            "gaze": self.tr("Gaze"),
            "cheeks": self.tr("Cheeks"),
            "mouth": self.tr("Mouth"),
            "jaw": self.tr("Jaw"),
            "tongue": self.tr("Tongue"),
            "head": self.tr("Head"),
        }
        grid = QGridLayout()
        grid.setSpacing(4)
        self.switches = {}
        for number, part in enumerate(PARTS):
            text = texts[part]
            switch = toggle(text, self.tr("{0} follows the source").format(text))
            switch.clicked.connect(lambda _on: self.changed.emit(self.parts))
            self.switches[part] = switch
            grid.addWidget(switch, number // _COLUMNS, number % _COLUMNS)
        groups = QHBoxLayout()
        groups.setSpacing(4)
        self.groups = {}
        for name, text, parts in (
            ("all", self.tr("All"), frozenset(PARTS)),
            ("expression", self.tr("Expression"), FACE_PARTS),
            ("lips", self.tr("Lips"), _LIPS),
            ("none", self.tr("None"), frozenset[str]()),
        ):
            button = QToolButton()
            button.setText(text)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setToolTip(self.tr("Arm these and nothing else"))
            button.clicked.connect(lambda _down, parts=parts: self.changed.emit(parts))
            self.groups[name] = button
            groups.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(grid)
        layout.addLayout(groups)

    @property
    def parts(self) -> frozenset[str]:
        """What is armed."""
        return frozenset(part for part, switch in self.switches.items() if switch.isChecked())

    def show_parts(self, parts: Iterable[str]) -> None:
        """Show what is armed."""
        armed = frozenset(parts)
        for part, switch in self.switches.items():
            switch.setChecked(part in armed)
