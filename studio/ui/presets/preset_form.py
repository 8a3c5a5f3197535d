"""The form for the name of an own preset."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from studio.session.presets import NAME_LIMIT


class PresetForm(QWidget):
    """Name and owner; Return keeps, Escape closes. Hidden until it is opened."""

    kept = Signal(str, str)
    """Name; ``user`` or ``project``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken: Mapping[str, frozenset[str]] = {}
        self._renaming = False
        self.name = QLineEdit()
        self.name.setMaxLength(NAME_LIMIT)
        self.name.setPlaceholderText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name of the preset"))
        self.owner = QComboBox()
        self.owner.addItem(self.tr("All projects"), "user")
        self.owner.addItem(self.tr("This project"), "project")
        self.owner.setAccessibleName(self.tr("Where the preset is kept"))
        self.keep = QPushButton(self.tr("Save"))
        self.keep.setProperty("primary", True)
        cancel = QPushButton(self.tr("Cancel"))
        self.fault = QLabel()
        self.fault.setWordWrap(True)
        self.fault.setProperty("dim", True)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 8, 4)
        layout.setSpacing(6)
        layout.addWidget(self.name, 0, 0)
        layout.addWidget(self.owner, 0, 1)
        layout.addWidget(cancel, 1, 0, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.keep, 1, 1)
        layout.addWidget(self.fault, 2, 0, 1, 2)
        layout.setColumnStretch(0, 1)
        self.name.textChanged.connect(self._check)
        self.owner.currentIndexChanged.connect(lambda _index: self._check())
        self.name.returnPressed.connect(self._keep)
        self.keep.clicked.connect(self._keep)
        cancel.clicked.connect(self.hide)
        self.hide()

    def open_for(
        self,
        name: str,
        owner: str,
        taken: Mapping[str, frozenset[str]],
        *,
        renaming: bool = False,
    ) -> None:
        """Ask for a name, beginning with ``name``.

        The button says what it would do, by the names that each owner has ``taken``. Renaming
        does not change the owner.
        """
        self._taken, self._renaming = taken, renaming
        self.name.setText(name)
        self.name.selectAll()
        self.owner.setCurrentIndex(self.owner.findData(owner))
        self.owner.setEnabled(not renaming)
        self.show_fault("")
        self._check()
        self.show()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_fault(self, sentence: str) -> None:
        """Say why the name cannot be; empty says nothing."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _check(self) -> None:
        name = self.name.text().strip()
        self.keep.setEnabled(bool(name))
        taken = name in self._taken.get(self.owner.currentData(), ())
        text = self.tr("Rename") if self._renaming else self.tr("Save")
        self.keep.setText(self.tr("Replace") if taken and not self._renaming else text)

    def _keep(self) -> None:
        if self.keep.isEnabled():
            self.kept.emit(self.name.text().strip(), self.owner.currentData())
