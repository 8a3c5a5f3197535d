"""Which terms of T = T_c + T_p + T_e + T_m the picture adds up."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from studio.engine.modes import EMPTY
from studio.session.look import Branch, Look, ViewMode
from studio.ui.desk import Desk

_SUMS = (ViewMode.FINAL, ViewMode.RAW)
"""The view modes that add branches up."""


class BranchBox(QWidget):
    """A check box for each branch; those that change nothing are disabled and say why."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        texts = {
            Branch.CANONICAL: (
                self.tr("Canonical"),
                self.tr("Shape and colour of the neutral head"),
            ),
            Branch.APPEARANCE: (self.tr("Appearance"), self.tr("The photo's own pixels")),
            Branch.EXPRESSION: (
                self.tr("Expression"),
                self.tr("What a moving surface cannot show, such as wrinkles"),
            ),
            Branch.COMPENSATION: (
                self.tr("Compensation"),
                self.tr("What tuning on the photo has added"),
            ),
        }
        self.boxes: dict[Branch, QCheckBox] = {}
        self._hints: dict[Branch, str] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.setSpacing(4)
        for branch, (text, hint) in texts.items():
            box = QCheckBox(text)
            box.setToolTip(hint)
            box.clicked.connect(lambda on, branch=branch: self._set(branch, on))
            self._hints[branch] = hint
            self.boxes[branch] = box
            layout.addWidget(box)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setProperty("dim", True)
        layout.addWidget(self.note)

    def show_look(self, look: Look) -> None:
        """Show which branches are on, and which can be chosen."""
        sums = look.mode in _SUMS
        for branch, box in self.boxes.items():
            box.setChecked(branch in look.branches and branch not in EMPTY)
            box.setEnabled(sums and branch not in EMPTY)
            reason = ""
            if branch in EMPTY:
                reason = self.tr("this avatar has none")
            elif not sums:
                reason = self.tr("only the views Final and Raw resolution add branches up")
            box.setToolTip(f"{self._hints[branch]} ({reason})" if reason else self._hints[branch])
        self.note.setText(self._reason(sums))

    def _reason(self, sums: bool) -> str:
        if not sums:
            return self.tr("Only the views Final and Raw resolution add branches up.")
        names = [self.boxes[branch].text() for branch in Branch if branch in EMPTY]
        return self.tr("Not in this avatar: {0}.").format(", ".join(names)) if names else ""

    def _set(self, branch: Branch, on: bool) -> None:
        look = self._desk.session.state.look
        branches = look.branches | {branch} if on else look.branches - {branch}
        label = self.tr("{0} on") if on else self.tr("{0} off")
        self._desk.session.change(
            label.format(self.boxes[branch].text()), look=replace(look, branches=branches)
        )
