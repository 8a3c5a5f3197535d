"""The notice of the first start."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.ui.icons import IconLabel, icon

_WIDTH = 460


class Consent(QDialog):
    """Says whose faces may be used, and offers the sample portrait."""

    sample_wanted = Signal()

    def __init__(self, parent: QWidget, *, offers_sample: bool) -> None:
        super().__init__(parent)
        self.setObjectName("consent")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Welcome to Triptych"))
        self.setFixedWidth(_WIDTH)
        sign = IconLabel("ph.handshake", "accent_text", 40)
        title = QLabel(self.tr("Only faces of people who agreed"))
        title.setProperty("heading", True)
        words = QLabel(
            self.tr(
                "An avatar can be made to say and do what its person never did. Build one only of "
                "yourself or of somebody who agreed to it, and tell those who see it what it is."
            ),
            wordWrap=True,
        )
        local = QLabel(
            self.tr("Photos and avatars stay on this computer; nothing is sent anywhere."),
            wordWrap=True,
        )
        local.setProperty("dim", True)
        go_on = QPushButton(self.tr("I understand"))
        go_on.setProperty("primary", True)
        go_on.setDefault(True)
        go_on.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        if offers_sample:
            sample = QPushButton(icon("ph.user-focus"), self.tr("Begin with the sample portrait"))
            sample.setToolTip(self.tr("A public-domain portrait of the astronaut Eileen Collins"))
            sample.clicked.connect(self._begin_with_sample)
            buttons.addWidget(sample)
        buttons.addStretch()
        buttons.addWidget(go_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(10)
        for widget in (sign, title, words, local):
            column.addWidget(widget)
        column.addSpacing(12)
        column.addLayout(buttons)

    def _begin_with_sample(self) -> None:
        self.accept()
        self.sample_wanted.emit()
