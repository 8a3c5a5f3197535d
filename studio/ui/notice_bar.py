"""Warnings that stay until they are seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from studio.ui.icons import IconLabel, icon

_ICON_SIDE = 20


class NoticeBar(QFrame):
    """A line for each warning over the window's content; one button dismisses them all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._sentences: list[str] = []
        self._text = QLabel(wordWrap=True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("ph.x"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.clicked.connect(self.dismiss)
        sign = IconLabel("ph.warning-fill", "warning", _ICON_SIDE)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(sign, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        row.addWidget(self.close_button, alignment=Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it shows, the newest last."""
        return tuple(self._sentences)

    def tell(self, sentence: str) -> None:
        """Show a warning below those that are there; the same one again moves to the end."""
        if sentence in self._sentences:
            self._sentences.remove(sentence)
        self._sentences.append(sentence)
        self._text.setText("\n".join(self._sentences))
        self.setAccessibleName(self.tr("Warning: {0}").format(sentence))
        self.show()

    def dismiss(self) -> None:
        """They were seen."""
        self._sentences.clear()
        self.hide()
